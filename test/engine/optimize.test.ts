import { describe, expect, it } from "vitest"
import {
  adam,
  clipNorm,
  clipValue,
  momentum,
  type Optimizer,
  rmsProp,
  sgd,
} from "../../src/engine/optimize.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

/** The rules in double precision, one number at a time, as their papers write them. */
const byHand: Record<string, (g: number[], start: number) => number> = {
  sgd: (g, start) => g.reduce((p, x) => p - 0.1 * x, start),
  momentum: (g, start) => {
    let [p, a] = [start, 0]
    for (const x of g) {
      a = 0.9 * a + x
      p -= 0.1 * a
    }
    return p
  },
  rmsProp: (g, start) => {
    let [p, s] = [start, 0]
    for (const x of g) {
      s = 0.9 * s + 0.1 * x * x
      p -= (0.1 * x) / Math.sqrt(s + 1e-7)
    }
    return p
  },
  adam: (g, start) => {
    let [p, m, v] = [start, 0, 0]
    for (const [i, x] of g.entries()) {
      m = 0.9 * m + 0.1 * x
      v = 0.999 * v + 0.001 * x * x
      const rate = (0.1 * Math.sqrt(1 - 0.999 ** (i + 1))) / (1 - 0.9 ** (i + 1))
      p -= (rate * m) / (Math.sqrt(v) + 1e-8)
    }
    return p
  },
}

const train = (optimizer: Optimizer, gradients: readonly number[][], start: number[]): Float32Array => {
  let parameters: Tensor[] = [tf.tensor1d(start)]
  let moments = optimizer.init(parameters)
  for (const [step, gradient] of gradients.entries()) {
    const clipped = optimizer.clip?.([tf.tensor1d(gradient)]) ?? [tf.tensor1d(gradient)]
    const updated = optimizer.update(parameters, clipped, moments, tf.scalar(optimizer.rate(step)))
    parameters = updated.parameters
    moments = updated.moments
  }
  return parameters[0]!.dataSync() as Float32Array
}

const gradients = [
  [1, -2],
  [0.5, 3],
  [-0.25, 0],
]

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    for (const optimizer of [sgd(0.1), momentum(0.1), rmsProp(0.1), adam(0.1)])
      it(`${optimizer.name} follows its paper`, () => {
        const got = train(optimizer, gradients, [1, 2])
        const want = [0, 1].map((k) => byHand[optimizer.name]!(gradients.map((g) => g[k]!), [1, 2][k]!)) // biome-ignore format: one line
        for (const k of [0, 1]) expect(got[k]).toBeCloseTo(want[k]!, 5)
      })

    it("clips by the common norm and by value", () => {
      expect([...train(clipNorm(1, sgd(1)), [[3, 4]], [0, 0])].map((x) => +x.toFixed(6))).toEqual([
        -0.6, -0.8,
      ])
      expect([...train(clipNorm(10, sgd(1)), [[3, 4]], [0, 0])]).toEqual([-3, -4])
      expect([...train(clipValue(2, sgd(1)), [[3, -4]], [0, 0])]).toEqual([-2, 2])
      expect(() => clipNorm(1, clipValue(1, sgd(1)))).toThrow("clips its gradients already")
    })
  })
