import { describe, expect, it } from "vitest"
import { setBackend } from "../../src/engine/backend.js"
import { fold } from "../../src/engine/random.js"
import { lgamma } from "../../src/engine/special/double/gamma.js"
import { gammainc } from "../../src/engine/special/double/incomplete-gamma.js"
import { digamma, logStandardGamma, standardGamma, trigamma } from "../../src/engine/special/index.js"
import type { Tensor } from "../../src/engine/tensor.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const n = 40_000
const concentrations = [0.02, 0.3, 1, 1.7, 6, 40, 3000, 1e6]

/** Chi-square of 50 equal-probability bins; 49 degrees of freedom, p = 1e-6 at 111.0. */
const binnedChiSquare = (quantiles: readonly number[]): number => {
  const counts = new Array<number>(50).fill(0)
  for (const p of quantiles) counts[Math.min(49, Math.floor(p * 50))]!++
  return counts.reduce((sum, count) => sum + (count - n / 50) ** 2 / (n / 50), 0)
}

const scalarMean = (f: (a: Tensor) => Tensor, a: number): number =>
  tf
    .grad((x: Tensor) => tf.mean(f(x)))(tf.scalar(a))
    .dataSync()[0]!

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("follows the gamma distribution (chi-square, p > 1e-6)", () => {
      for (const a of concentrations) {
        const x = [...standardGamma(fold(1, a * 100), a, [n]).dataSync()]
        // below the smallest float32 the quantile of the draw is lost: those come from the log draws
        const logs = logStandardGamma(fold(1, a * 100), a, [n]).dataSync()
        const tail = (log: number) => Math.exp(a * log - lgamma(a + 1))
        const quantiles = x.map((v, i) => (v < 1e-20 ? tail(logs[i]!) : gammainc(a, v)))
        expect(binnedChiSquare(quantiles), `concentration ${a}`).toBeLessThan(111)
      }
    })

    it("has logarithms that match its draws, finite where the draws underflow", () => {
      const x = standardGamma(5, [0.5, 3, 1e5], [2000, 3])
      const logs = logStandardGamma(5, [0.5, 3, 1e5], [2000, 3])
      expect(tf.max(tf.abs(tf.sub(tf.log(x), logs))).dataSync()[0]).toBeLessThan(1e-5)
      const tiny = logStandardGamma(5, 1e-4, [2000])
      expect(tf.min(tiny).dataSync()[0]).toBeLessThan(-10_000)
      expect(tf.all(tf.isFinite(tiny)).dataSync()[0]).toBe(1)
    })

    it("has pathwise gradients whose mean is the derivative of the mean, within 4.5 standard errors", () => {
      // E x = a has slope 1, E log x = digamma(a) has slope trigamma(a); standard errors from the draws' own spread
      for (const a of [0.3, 1, 4, 50, 3000]) {
        const draws = tf.fill([n], a)
        const slope = tf.grad((c: Tensor) => tf.sum(standardGamma(9, c, [n])))(draws)
        const logSlope = tf.grad((c: Tensor) => tf.sum(logStandardGamma(9, c, [n])))(draws)
        for (const [got, want] of [
          [slope, 1],
          [logSlope, trigamma(a).dataSync()[0]!],
        ] as const) {
          const { mean, variance } = tf.moments(got)
          const error = Math.sqrt(variance.dataSync()[0]! / n)
          expect(Math.abs(mean.dataSync()[0]! - want) / error, `concentration ${a}`).toBeLessThan(4.5)
        }
      }
    })

    it("sums gradients to the concentration's own shape, and has the limit gradient for tiny draws", () => {
      const a = tf.tensor2d([[0.5], [2]])
      const slope = tf.grad((c: Tensor) => tf.sum(standardGamma(2, c, [3, 2, 4])))(a)
      expect(slope.shape).toEqual([2, 1])
      // log x = (log u + lgamma(a + 1)) / a for tiny a, so that d log x / da = (digamma(a + 1) - log x) / a
      const log = logStandardGamma(3, 0.001, []).dataSync()[0]!
      const want = (digamma(1.001).dataSync()[0]! - log) / 0.001
      expect(scalarMean((c) => logStandardGamma(3, c, []), 0.001) / want).toBeCloseTo(1, 5)
    })

    it("takes shapes without elements and scalars, and leaves no tensor behind", () => {
      expect(standardGamma(1, 2, [0, 3]).shape).toEqual([0, 3])
      const before = tf.memory().numTensors
      standardGamma(1, 2, []).dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  })

describe("across backends", () => {
  it("gives the same draws to float32 rounding", async () => {
    const all: Float64Array[] = []
    for (const backend of backends) {
      await setBackend(backend)
      all.push(Float64Array.from(logStandardGamma(7, concentrations, [500, 8]).dataSync()))
    }
    for (const other of all)
      for (const [i, v] of other.entries())
        expect(Math.abs(v - all[0]![i]!) / (1 + Math.abs(v)), `draw ${i}`).toBeLessThan(1e-5)
  })
})
