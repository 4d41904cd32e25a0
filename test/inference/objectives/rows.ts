/** Rows with a latent each and a linear guide of it, all of it normal: the evidence and the posterior are known. */
import { guide, model, normal, observe, param, plate, positive, sample, tf } from "latently"

/** Rows. */
export const data = [0.3, -1.2, 2.5, 0.8, 1.1, -0.4, 3.0]

/** log N(x; loc, variance). */
export const logNormal = (x: number, loc: number, variance: number): number =>
  -0.5 * Math.log(2 * Math.PI * variance) - (x - loc) ** 2 / (2 * variance)

/** A normal latent of each row, N(shift, 1) from 1/2 on, seen with noise of variance 1. */
export const locals = model(function* (x: tf.Tensor1D) {
  const shift = yield* param("shift", 0.5)
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(shift, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

/** A guide linear in x; the posterior at slope 1/2, offset 1/4, scale 1/√2. */
export const linear = (a: number, b: number, s: number) =>
  guide(locals, function* (x) {
    const slopeOf = yield* param("a", a)
    const offset = yield* param("b", b)
    const scale = yield* param("s", s, positive)
    yield* plate("rows", x, function* (row) {
      yield* sample("z", normal(tf.add(tf.mul(row, slopeOf), offset), scale))
    })
  })

/** One that is not the posterior. */
export const off = linear(0, 0.7, 0.9)
