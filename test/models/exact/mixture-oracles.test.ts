/**
 * Exact EM against scikit-learn in double precision (`test/golden/exact.py`), against published digits, and against itself
 * moved and scaled. Next: `mixture-degenerate.test.ts`.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { iris, oldFaithful } from "../../../examples/data/small.js"
import type { FittedGaussianMixture } from "../../../src/models/exact/gaussian-mixture.js"
import { fitGaussianMixture } from "../../../src/models/exact/gaussian-mixture.js"
import type { CovarianceStructure } from "../../../src/models/exact/mixture-layout.js"
import type { GaussianMixtureOptions } from "../../../src/models/exact/mixture-options.js"
import { scoreGaussianMixture } from "../../../src/models/exact/mixture-score.js"
import type { Rows } from "../../../src/models/exact/rows.js"
import { adjustedRand, assignments } from "./agreement.js"

interface Golden {
  readonly name: string
  readonly components: number
  readonly covariance: CovarianceStructure
  readonly logLikelihood: number
  readonly bic: number
  readonly weights: number[]
  readonly means: number[][]
  readonly perRow: number[]
  readonly adjustedRand?: number
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL("../../golden/exact.json", import.meta.url), "utf8"),
).mixtures

const data: Record<string, number[][]> = {
  "old-faithful": oldFaithful().rows,
  waiting: oldFaithful().rows.map(([, waiting]) => [waiting!]),
  iris: iris().rows,
  five: [[0], [1], [10], [11], [12]],
}

const fitted = (rows: Rows, options: GaussianMixtureOptions): FittedGaussianMixture => {
  const fit = fitGaussianMixture(rows, options)
  if (fit.status === "converged" || fit.status === "exhausted") return fit
  throw new Error(fit.reason)
}

const largestFall = (history: readonly number[]): number =>
  Math.max(0, ...history.slice(1).map((value, at) => history[at]! - value))

describe.each(golden)("$name, K = $components, $covariance", (target) => {
  const { components, covariance } = target
  const rows = data[target.name]!
  const fit = fitted(rows, { components, covariance })

  it("finds the log-likelihood to 1e-8 of itself, and its parameters", () => {
    expect(fit.status).toBe("converged")
    expect(Math.abs(fit.logLikelihood / target.logLikelihood - 1)).toBeLessThan(1e-8)
    expect(Math.abs(fit.bic / target.bic - 1)).toBeLessThan(1e-8)
    // the likelihood is flat at its top: 1e-9 nats leave parameters free by some 3e-5 of a standard error
    for (const [k, weight] of target.weights.entries()) expect(fit.weights[k]).toBeCloseTo(weight, 5)
    for (const [at, mean] of target.means.flat().entries()) expect(fit.means[at]).toBeCloseTo(mean, 4)
  })

  it("scores rows one by one", () => {
    for (const [row, value] of target.perRow.entries()) expect(fit.perRow[row]).toBeCloseTo(value, 4)
    const sum = fit.perRow.reduce((total, value) => total + value, 0)
    expect(Math.abs(sum / fit.logLikelihood - 1)).toBeLessThan(1e-12)
  })

  it("never goes downhill and ends where its history ends", () => {
    expect(largestFall(fit.history)).toBeLessThan(1e-10)
    expect(fit.history.at(-1)).toBe(fit.logLikelihood)
    expect(fit.history.length).toBe(fit.starts[fit.start]!.iterations)
  })

  it("is moved and scaled with its rows", () => {
    const shifted = rows.map((row) => row.map((value) => 2 * value + 1e6))
    const moved = fitted(shifted, { components, covariance })
    const expected = fit.logLikelihood - rows.length * rows[0]!.length * Math.log(2)
    expect(Math.abs(moved.logLikelihood / expected - 1)).toBeLessThan(1e-8)
  })

  if (target.adjustedRand !== undefined)
    it("sorts the species as well as scikit-learn does", () => {
      const groups = assignments(fit.responsibilities(rows), components)
      expect(adjustedRand(groups, iris().labels)).toBeCloseTo(target.adjustedRand!, 10)
    })
})

describe("published digits", () => {
  it("old-faithful, K = 2: weights and means", () => {
    const fit = fitted(data["old-faithful"]!, { components: 2 })
    expect(Math.abs(fit.logLikelihood + 1130.264)).toBeLessThan(1e-4)
    expect([...fit.weights].map((w) => w.toFixed(6))).toEqual(["0.355873", "0.644127"])
    expect([...fit.means].map((m) => m.toPrecision(6))).toEqual(["2.03639", "54.4785", "4.28966", "79.9681"])
  })

  it("waiting times: standard deviations as R's mixtools prints them", () => {
    const fit = fitted(data.waiting!, { components: 2 })
    expect([...fit.covariances].map((v) => Math.sqrt(v).toFixed(4))).toEqual(["5.8712", "5.8677"])
  })

  it("{0, 1, 10, 11, 12} with one standard deviation", () => {
    const fit = fitted([0, 1, 10, 11, 12], { components: 2, covariance: "tied" })
    expect(fit.logLikelihood).toBeCloseTo(-8.726883, 6)
    expect(fit.weights[0]).toBeCloseTo(0.4, 9)
    expect(fit.means[0]).toBeCloseTo(0.5, 8)
    expect(fit.means[1]).toBeCloseTo(11, 8)
    expect(Math.sqrt(fit.covariances[0]!)).toBeCloseTo(Math.SQRT1_2, 8)
  })
})

describe("one component", () => {
  it("is the sample mean and covariance, in one step", () => {
    const rows = [
      [1, 2],
      [3, 1],
      [5, 6],
      [7, 3],
    ]
    const fit = fitted(rows, { components: 1 })
    expect([...fit.means]).toEqual([4, 3])
    expect(fit.covariances[0]).toBeCloseTo(5, 12)
    expect(fit.covariances[1]).toBeCloseTo(2, 12)
    expect(fit.covariances[3]).toBeCloseTo(3.5, 12)
    // -N/2 (D log 2 pi + log det + D)
    expect(fit.logLikelihood).toBeCloseTo(-2 * (2 * Math.log(2 * Math.PI) + Math.log(13.5) + 2), 12)
    expect(fit.parameterCount).toBe(5)
    expect(fit.aic).toBeCloseTo(10 - 2 * fit.logLikelihood, 12)
  })
})

describe("options", () => {
  const rows = data["old-faithful"]!

  it("the same seed gives the same bits, another seed another way there", () => {
    const [a, b] = [0, 0].map((seed) => fitted(rows, { components: 3, seed }))
    expect(a!.history).toEqual(b!.history)
    expect(a!.means).toEqual(b!.means)
    expect(fitted(rows, { components: 3, seed: 1, starts: 1 }).history[0]).not.toBe(
      fitted(rows, { components: 3, seed: 2, starts: 1 }).history[0],
    )
  })

  it("packed rows, also in single precision, are the same rows", () => {
    const packed = { data: Float64Array.from(rows.flat()), count: 272, dimension: 2 }
    expect(fitted(packed, { components: 2 }).history).toEqual(fitted(rows, { components: 2 }).history)
    const single = { ...packed, data: Float32Array.from(rows.flat()) }
    expect(fitted(single, { components: 2 }).logLikelihood).toBeCloseTo(-1130.264, 3)
  })

  it("says when the iterations ran out, and tells of each", () => {
    const told: number[] = []
    const fit = fitted(rows, {
      components: 2,
      starts: 1,
      maxIterations: 3,
      onIteration: ({ logLikelihood }) => told.push(logLikelihood),
    })
    expect(fit.status).toBe("exhausted")
    expect(told).toEqual(fit.history)
    expect(fit.history).toHaveLength(3)
  })

  it("starts from a given state and keeps its order", () => {
    const fit = fitted(rows, { components: 2, initial: { means: [4, 80, 2, 55] } })
    expect(fit.means[0]).toBeCloseTo(4.28966, 4)
    expect(fit.starts).toHaveLength(1)
    const again = fitted(rows, { components: 2, initial: fit })
    expect(again.history[0]).toBeCloseTo(fit.logLikelihood, 9)
  })

  it("scores rows that it has not seen", () => {
    const fit = fitted(rows, { components: 2 })
    const { perRow, responsibilities } = scoreGaussianMixture([[2, 54]], fit)
    expect(responsibilities[0]! + responsibilities[1]!).toBeCloseTo(1, 14)
    expect(responsibilities[0]).toBeGreaterThan(0.999)
    expect(perRow[0]).toBeCloseTo(scoreGaussianMixture([...rows, [2, 54]], fit).perRow[272]!, 12)
    expect(() => fit.responsibilities([[1, 2, 3]])).toThrow(/rows have 3 columns, the model has 2/)
  })
})
