/** What is special on the simplex: tiny concentrations, corners, and the Gumbel-softmax at low temperature. */
import { describe, expect, it } from "vitest"
import { dirichlet } from "../../src/distributions/dirichlet.js"
import { relaxedOneHotCategorical } from "../../src/distributions/relaxed-one-hot-categorical.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const list = (x: Tensor): number[] => [...x.dataSync()]

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("draws from concentrations of 1e-6: near-corners in their share, scored and differentiated without NaN", () => {
      const concentration = tf.tensor1d([1e-6, 2e-6, 1e-6])
      const dist = dirichlet(concentration)
      const draws = dist.sample(4, [4000])
      expect(list(dist.support.contains(draws)).every((inside) => inside === 1)).toBe(true)
      expect(list(dist.logProb(draws)).every(Number.isFinite)).toBe(true)
      const means = list(tf.mean(draws, 0))
      // shares of 1/4, 1/2, 1/4; standard deviation √(p(1-p)/4000) = 0.008
      ;[0.25, 0.5, 0.25].forEach((share, i) => {
        expect(Math.abs(means[i]! - share)).toBeLessThan(5 * 0.008)
      })
      const pathwise = tf.grad((a: Tensor) => tf.sum(dirichlet(a).sample(4, [100])))(concentration)
      expect(list(pathwise).some(Number.isNaN)).toBe(false)
    })

    it("has its limits at the boundary, -Infinity off the simplex, and NaN nowhere", () => {
      const at = (concentration: number[], x: number[]): number =>
        list(dirichlet(concentration).logProb(x))[0]!
      expect(at([1, 1, 1], [0, 0.25, 0.75])).toBeCloseTo(Math.LN2, 6)
      expect(at([0.5, 2, 1], [0, 0.25, 0.75])).toBe(Infinity)
      expect(at([2, 2, 1], [0, 0.25, 0.75])).toBe(-Infinity)
      expect(at([0.5, 2, 1], [0, 0, 1])).toBe(-Infinity)
      expect(at([1, 1, 1], [0.5, 0.5, 0.5])).toBe(-Infinity)
    })

    it("has a mode inside, on an edge, and at a corner", () => {
      expect(list(dirichlet([2, 3, 4]).mode).map((x) => Math.round(x * 6))).toEqual([1, 2, 3])
      expect(list(dirichlet([0.5, 3, 2]).mode).map((x) => Math.round(x * 3))).toEqual([0, 2, 1])
      expect(list(dirichlet([0.5, 0.7, 0.2]).mode)).toEqual([0, 1, 0])
    })

    it("relaxes to one-hot vectors as the temperature falls, without NaN", () => {
      const make = (logits: Tensor) => relaxedOneHotCategorical({ temperature: 0.01, logits })
      const logits = tf.tensor1d([0, 1, 2])
      const draws = make(logits).sample(1, [2000])
      expect(list(make(logits).logProb(draws)).every(Number.isFinite)).toBe(true)
      const shares = list(tf.mean(tf.cast(tf.greater(draws, 0.5), "float32"), 0))
      const want = list(tf.softmax(logits))
      // standard deviation of a share: at most √(0.25/2000) = 0.011
      shares.forEach((share, i) => {
        expect(Math.abs(share - want[i]!)).toBeLessThan(5 * 0.011)
      })
      const gradient = tf.grad((l: Tensor) => tf.sum(tf.square(make(l).sample(1, [100]))))(logits)
      expect(list(gradient).some(Number.isNaN)).toBe(false)
    })
  })
