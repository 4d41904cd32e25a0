/** Flows: invertible, with log-determinants that numeric Jacobians give, and the dependence their names promise. */
import { tf } from "latently"
import { describe, expect, it } from "vitest"
import type { Transform } from "../../../src/distributions/transforms/index.js"
import { interpret } from "../../../src/dsl/handlers.js"
import { fold, standardNormal } from "../../../src/engine/random.js"
import { affineCoupling } from "../../../src/inference/guides/flows/affine-coupling.js"
import {
  inverseAutoregressive,
  maskedAutoregressive,
} from "../../../src/inference/guides/flows/autoregressive-flow.js"
import {
  type Layer,
  type LayerMaker,
  reversal,
  transformOf,
} from "../../../src/inference/guides/flows/flow.js"
import { planar } from "../../../src/inference/guides/flows/planar.js"
import { splineCoupling } from "../../../src/inference/guides/flows/spline-coupling.js"
import { backends, useBackend } from "../../backends.js"
import { logVolume } from "../../distributions/transforms/jacobian.js"

/** Makes a layer with every param drawn anew, not at its gentle first value. */
const drawn = (make: LayerMaker, size: number, seed: number, spread: number): Layer =>
  interpret(make("layer", size), (site) => {
    const first = site.details.init
    const key = fold(seed, site.name)
    const { shape } = typeof first === "function" ? first(key) : (first as tf.Tensor)
    return tf.mul(standardNormal(key, shape), spread)
  })

const kinds: readonly (readonly [string, LayerMaker, number])[] = [
  ["affine coupling", affineCoupling(8), 0.6],
  ["inverse autoregressive", inverseAutoregressive(8), 0.6],
  ["masked autoregressive", maskedAutoregressive(8), 0.6],
  ["spline coupling", splineCoupling(8), 0.35],
  ["spline coupling, 3 bins on [-2, 2]", splineCoupling(8, { bins: 3, bound: 2 }), 0.35],
  ["planar", planar, 1.5],
]

const sizes = [1, 2, 3, 5]

const cases = kinds.flatMap(([name, make, spread]) =>
  sizes.map((size) => [name, size, make, spread] as const),
)

const points = (size: number, count = 7): tf.Tensor =>
  tf.mul(standardNormal(fold(4, "points"), [count, size]), 1.5)

const largest = (x: tf.Tensor): number => tf.max(tf.abs(x)).dataSync()[0]!

const chain = (make: LayerMaker, size: number, spread: number): Transform =>
  transformOf([drawn(make, size, 1, spread), reversal, drawn(make, size, 2, spread)])

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it.each(cases)("%s of %i numbers: inverse and log-determinant", (_, size, make, spread) => {
      const flow = chain(make, size, spread)
      const x = points(size)
      const y = flow.forward(x)
      expect(largest(tf.sub(flow.inverse(y), x))).toBeLessThan(1e-3)
      expect(largest(tf.sub(y, x))).toBeGreaterThan(0.05)
      const logDet = flow.logDetJacobian(x, y).dataSync()
      for (const i of [0, 3]) {
        const row = tf.reshape(tf.slice(x, [i, 0], [1, size]), [size])
        expect(logVolume(flow, row)).toBeCloseTo(logDet[i]!, 3)
      }
    })
  })

describe("what flows promise", () => {
  useBackend("tensorflow")

  it.each(cases)("%s of %i numbers: starts near the identity", (name, size, make) => {
    const layer = interpret(make("layer", size), (site) => {
      const first = site.details.init
      return typeof first === "function" ? first(fold(3, site.name)) : (first as tf.Tensor)
    })
    const x = points(size)
    const { y, logDet } = layer.forward(x)
    const off = name === "planar" ? 0.6 : 1e-5
    expect(largest(tf.sub(y, x))).toBeLessThan(off)
    expect(largest(logDet)).toBeLessThan(off)
  })

  it("autoregressive layers have a triangular Jacobian, couplings leave the first half", () => {
    const x = tf.tensor1d([0.3, -1.1, 0.8, 0.2])
    const jacobian = (layer: Layer, inverse = false): number[][] =>
      [0, 1, 2, 3].map((i) => [
        ...tf
          .grad((z: tf.Tensor) => tf.sum(tf.slice(inverse ? layer.inverse(z) : layer.forward(z).y, i, 1)))(x)
          .dataSync(),
      ])
    for (const make of [inverseAutoregressive(8), maskedAutoregressive(8)])
      for (const inverse of [false, true])
        jacobian(drawn(make, 4, 5, 0.6), inverse).forEach((row, i) => {
          row.forEach((value, j) => {
            if (j > i) expect(value).toBe(0)
          })
          expect(row[i]).toBeGreaterThan(0)
        })
    const kept = drawn(affineCoupling(8), 4, 6, 0.6).forward(x).y.dataSync()
    expect([...kept].slice(0, 2)).toEqual([...x.dataSync()].slice(0, 2))
  })

  it("splines are the identity beyond their bound, and monotone within", () => {
    const layer = drawn(splineCoupling(8, { bound: 3 }), 1, 7, 1)
    const x = tf.linspace(-4, 4, 401).reshape([401, 1])
    const y = [...layer.forward(x).y.dataSync()]
    y.slice(1).forEach((value, i) => {
      expect(value).toBeGreaterThan(y[i]!)
    })
    expect(y[0]).toBeCloseTo(-4, 5)
    expect(y[400]).toBeCloseTo(4, 5)
  })

  it("a planar layer's inverse has the inverse's gradient", () => {
    const layer = drawn(planar, 3, 8, 1.5)
    const x = tf.tensor1d([0.4, -0.9, 0.5])
    const y = layer.forward(x).y
    const product = [0, 1, 2].map((i) =>
      [
        ...tf
          .grad((z: tf.Tensor) => tf.sum(tf.slice(layer.inverse(layer.forward(z).y), i, 1)))(x)
          .dataSync(),
      ].map((value, j) => value - (i === j ? 1 : 0)),
    )
    expect(Math.max(...product.flat().map(Math.abs))).toBeLessThan(1e-3)
    expect(largest(tf.sub(layer.inverse(y), x))).toBeLessThan(1e-4)
  })
})
