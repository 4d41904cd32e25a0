/** A conjugate model with a row for each datum: z ~ N(0, 1), x ~ N(z, 1), so that z | x ~ N(x/2, 1/2). */
import { fit, guide, model, normal, observe, param, plate, positive, sample, tf } from "latently"

/** Numbers without a pattern, between -2 and 2. */
export const wave = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) * seed + seed))

export const means = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

/** N(slope · x, scale): the posterior at slope 1/2 and scale √½. */
export const linear = guide(means, function* (x) {
  const slope = yield* param("slope", 0)
  const scale = yield* param("scale", 1, positive)
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.mul(slope, row), scale))
  })
})

/** A fit that stays where it is put. */
export const fittedAt = (slope: number, scale: number, data: readonly number[]) =>
  fit(means, linear, [tf.tensor1d([...data])], {
    steps: 1,
    learningRate: 1e-12,
    initial: { slope: tf.scalar(slope), scale: tf.scalar(scale) },
  })
