/** What is special about counts: extreme draws, finite ones listed, and draws that do not look at their values. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { betaBinomial } from "../../src/distributions/beta-binomial.js"
import { binomial } from "../../src/distributions/binomial.js"
import { binomialQuantile, poissonQuantile } from "../../src/distributions/count-quantile.js"
import { geometric } from "../../src/distributions/geometric.js"
import { kl } from "../../src/distributions/kl.js"
import { multinomial } from "../../src/distributions/multinomial.js"
import { negativeBinomial } from "../../src/distributions/negative-binomial.js"
import { normal } from "../../src/distributions/normal.js"
import { poisson } from "../../src/distributions/poisson.js"
import { zeroInflated } from "../../src/distributions/zero-inflated.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

/** Made by test/golden/distributions/quantiles.py. */
const golden: {
  levels: number[]
  poisson: [rate: number, quantiles: number[]][]
  binomial: [total: number, probs: number, quantiles: number[]][]
} = JSON.parse(readFileSync(new URL("../golden/count-quantiles.json", import.meta.url), "utf8"))

const list = (x: Tensor): number[] => [...x.dataSync()]

/** Mean and variance of draws within 5 standard errors of what a law of nearly normal counts has. */
const expectMoments = (draws: Tensor, mean: number, variance: number): void => {
  const count = draws.size
  const centred = tf.sub(draws, mean)
  expect(Math.abs(list(tf.mean(centred))[0]!)).toBeLessThan(5 * Math.sqrt(variance / count))
  expect(Math.abs(list(tf.mean(tf.square(centred)))[0]! / variance - 1)).toBeLessThan(
    5 * Math.sqrt(2 / count),
  )
}

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("finds the quantiles of scipy.stats at levels as far out as draws go", () => {
      const levels = tf.tensor1d(golden.levels)
      for (const [rate, want] of golden.poisson)
        expect(list(poissonQuantile(levels, tf.scalar(rate))), `poisson(${rate})`).toEqual(want)
      for (const [total, probs, want] of golden.binomial) {
        const got = list(binomialQuantile(levels, tf.scalar(total), tf.scalar(probs)))
        expect(got, `binomial(${total}, ${probs})`).toEqual(want)
      }
    })

    it("draws large counts with their moments", () => {
      expectMoments(poisson(1e6).sample(1, [20_000]), 1e6, 1e6)
      expectMoments(binomial({ totalCount: 1e6, probs: 0.25 }).sample(2, [20_000]), 250_000, 187_500)
      expectMoments(poisson(9000).sample(3, [20_000]), 9000, 9000)
    })

    it("draws the sure counts surely", () => {
      expect(list(binomial({ totalCount: 12, probs: [0, 1] }).sample(1, [3]))).toEqual([0, 12, 0, 12, 0, 12])
      expect(list(binomial({ totalCount: 0, probs: 0.5 }).sample(1, [3]))).toEqual([0, 0, 0])
      expect(list(geometric({ probs: 1 }).sample(1, [3]))).toEqual([0, 0, 0])
      expect(list(multinomial({ probs: [0, 1, 0], totalCount: 5 }).sample(1, [2]))).toEqual([
        0, 5, 0, 0, 5, 0,
      ])
    })

    it("draws counts that sum to the trials, with trials for each batch entry", () => {
      const dist = multinomial({ probs: [0.2, 0.3, 0.5], totalCount: [3, 7, 0] })
      const draws = dist.sample(5, [1000])
      expect(draws.shape).toEqual([1000, 3, 3])
      const totals = list(tf.sum(draws, -1))
      expect(totals.every((total, i) => total === [3, 7, 0][i % 3])).toBe(true)
    })

    it("lists the values of a binomial of known trials, and scores them beside the batch", () => {
      const dist = binomial({ totalCount: 4, probs: [0.2, 0.9] })
      expect([dist.enumerate().shape, list(dist.enumerate())]).toEqual([
        [5, 1],
        [0, 1, 2, 3, 4],
      ])
      const total = tf.sum(tf.exp(dist.logDensity(dist.enumerate())), 0)
      expect(list(total).every((x) => Math.abs(x - 1) < 1e-6)).toBe(true)
      expect(binomial({ totalCount: tf.scalar(4), probs: 0.2 }).closed.has("enumerate")).toBe(false)
    })

    it("makes one trial where their number is not given", () => {
      expect(list(binomial({ probs: 0.25 }).enumerate())).toEqual([0, 1])
      expect(list(multinomial({ probs: [0.25, 0.75] }).mean)).toEqual([0.25, 0.75])
    })

    it("refuses a divergence between binomials of different trials", () => {
      const [three, four] = [3, 4].map((totalCount) => binomial({ totalCount, probs: 0.5 }))
      expect(() => kl(three!, four!)).toThrow("needs the same totalCount")
    })

    it("tends to Poisson as the negative binomial's concentration and the binomial's trials grow", () => {
      const x = [0, 2, 5, 9]
      const want = list(poisson(3).logProb(x))
      const near = (got: Tensor): void =>
        list(got).forEach((value, i) => {
          expect(value).toBeCloseTo(want[i]!, 5)
        })
      near(negativeBinomial({ mean: 3, concentration: 1e9 }).logProb(x))
      near(binomial({ totalCount: 1e7, probs: 3e-7 }).logProb(x))
      near(betaBinomial({ concentration1: 3e7, concentration0: 1e14, totalCount: 1e7 }).logProb(x))
    })

    it("adds zeros to counts and to nothing else", () => {
      const dist = zeroInflated(poisson([1, 50]), { gate: 0.25 })
      expect(dist.batchShape).toEqual([2])
      const zero = list(tf.exp(dist.logProb([0, 0])))
      expect(zero[0]).toBeCloseTo(0.25 + 0.75 * Math.exp(-1), 6)
      expect(zero[1]).toBeCloseTo(0.25, 6)
      expect(list(zeroInflated({ baseDist: poisson(2), gate: 0.25 }).mean)).toEqual([1.5])
      expect(() => zeroInflated(normal(0, 1) as never, { gate: 0.5 })).toThrow(
        "distribution of single counts",
      )
      expect(() => zeroInflated(poisson(1), { gate: 0.5, gateLogits: 0 } as never)).toThrow("only one of")
    })
  })
