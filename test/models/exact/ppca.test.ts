/**
 * PPCA in closed form and by EM, against numpy (`test/golden/exact.py`), published digits and each other; and the rows that
 * have no PPCA.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { digits, iris } from "../../../examples/data/small.js"
import { LatentlyError } from "../../../src/engine/error.js"
import { fitPpca } from "../../../src/models/exact/ppca.js"
import { emPpca } from "../../../src/models/exact/ppca-em.js"
import type { PpcaParameters } from "../../../src/models/exact/ppca-score.js"
import { logLikelihoodPpca, scorePpca } from "../../../src/models/exact/ppca-score.js"
import type { Rows } from "../../../src/models/exact/rows.js"

interface Golden {
  readonly name: "iris" | "digits"
  readonly components: number
  readonly logLikelihood: number
  readonly noiseVariance: number
  readonly perRow: number[]
  readonly eigenvalues: number[]
  readonly posteriorLength: number
  readonly posteriorCovariance: number[]
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL("../../golden/exact.json", import.meta.url), "utf8"),
).ppca

const data = { iris: iris().rows, digits: digits().rows }

/** W W' + noise I, row-major. */
const covarianceOf = ({ loadings, components: q, dimension: d, noiseVariance }: PpcaParameters): number[] =>
  Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    let sum = i === j ? noiseVariance : 0
    for (let k = 0; k < q; k++) sum += loadings[i * q + k]! * loadings[j * q + k]!
    return sum
  })

const relative = (value: number, target: number): number => Math.abs(value / target - 1)

describe.each(golden)("$name, q = $components", (target) => {
  const { components } = target
  const rows = data[target.name]
  const fit = fitPpca(rows, { components })

  it("closed form: likelihood, noise, eigenvalues and rows to 1e-10 of themselves", () => {
    expect(relative(fit.logLikelihood, target.logLikelihood)).toBeLessThan(1e-10)
    expect(relative(fit.noiseVariance, target.noiseVariance)).toBeLessThan(1e-10)
    for (const [at, value] of target.eigenvalues.entries())
      expect(relative(fit.eigenvalues[at]!, value)).toBeLessThan(1e-10)
    for (const [row, value] of target.perRow.entries())
      expect(relative(fit.perRow[row]!, value)).toBeLessThan(1e-10)
    expect(relative(logLikelihoodPpca(rows, fit), target.logLikelihood)).toBeLessThan(1e-10)
  })

  it("posterior of a row", () => {
    const { mean, covariance } = fit.posterior(rows[0]!)
    const length = mean.reduce((sum, z) => sum + z * z, 0)
    expect(relative(length, target.posteriorLength)).toBeLessThan(1e-9)
    const diagonal = Array.from({ length: components }, (_, k) => covariance[k * (components + 1)]!)
    for (const [k, value] of diagonal.sort((a, b) => a - b).entries())
      expect(relative(value, target.posteriorCovariance[k]!)).toBeLessThan(1e-9)
  })

  it("EM rises to the same distribution", () => {
    const em = emPpca(rows, { components })
    expect(em.status).toBe("converged")
    expect(relative(em.logLikelihood, target.logLikelihood)).toBeLessThan(1e-10)
    expect(em.history.at(-1)).toBe(em.logLikelihood)
    const rounding = 1e-14 * Math.abs(em.logLikelihood) * rows.length
    for (const [at, value] of em.history.slice(1).entries())
      expect(value).toBeGreaterThan(em.history[at]! - rounding)
    const [a, b] = [covarianceOf(em), covarianceOf(fit)]
    for (const [at, value] of a.entries())
      expect(Math.abs(value - b[at]!)).toBeLessThan(1e-5 * fit.eigenvalues[0]!)
  })
})

describe("published digits", () => {
  it("iris, q = 2: -2.699752 a row, noise 0.0506821", () => {
    const fit = fitPpca(data.iris, { components: 2 })
    expect((fit.logLikelihood / 150).toFixed(6)).toBe("-2.699752")
    expect(fit.noiseVariance.toFixed(7)).toBe("0.0506821")
  })
})

describe("scores", () => {
  it("moves with its rows", () => {
    const fit = fitPpca(data.iris, { components: 2 })
    const far = fitPpca(
      data.iris.map((row) => row.map((value) => 3 * value + 1e6)),
      { components: 2 },
    )
    expect(relative(far.logLikelihood + 600 * Math.log(3), fit.logLikelihood)).toBeLessThan(1e-8)
    expect(relative(far.noiseVariance, 9 * fit.noiseVariance)).toBeLessThan(1e-8)
  })

  it("is the density of N(mean, W W' + noise I) for any parameters", () => {
    const parameters = {
      components: 1,
      dimension: 2,
      loadings: Float64Array.of(1, 2),
      mean: Float64Array.of(0.5, -1),
      noiseVariance: 0.25,
    }
    // covariance [[1.25, 2], [2, 4.25]], determinant 1.3125; row - mean = (1, 1)
    const form = (4.25 - 2 * 2 + 1.25) / 1.3125
    const expected = -Math.log(2 * Math.PI) - Math.log(1.3125) / 2 - form / 2
    const scores = scorePpca([[1.5, 0]], parameters)
    expect(scores.perRow[0]).toBeCloseTo(expected, 13)
    expect(scores.latentMeans[0]).toBeCloseTo(3 / 5.25, 14)
    expect(scores.latentCovariance[0]).toBeCloseTo(0.25 / 5.25, 14)
  })
})

describe("rows and options that have no PPCA are refused by name, by both ways", () => {
  const line = [1, 2, 3, 4, 5, 6].map((i) => [i, 2 * i, 3 * i])
  const plane = [1, 2, 3, 4, 5, 6].map((i) => [i, i * i, 3 * i + i * i])
  const cases: [string, number[][], number, string, RegExp][] = [
    ["as many components as columns", data.iris, 4, "ppca-components", /less than the 4 columns, got 4/],
    ["no components", data.iris, 0, "ppca-components", /at least 1 .* got 0/],
    ["half a component", data.iris, 1.5, "ppca-components", /got 1.5/],
    ["one column", [[1], [2]], 1, "ppca-components", /less than the 1 column, got 1/],
    ["no rows", [], 1, "rows-empty", /no rows/],
    ["NaN", [[1, Number.NaN]], 1, "rows-not-finite", /row 0, column 1 is NaN/],
    ["one row", [[1, 2, 3]], 1, "ppca-constant", /1 row does not vary/],
    ["constant rows", Array(5).fill([1, 2, 3]), 1, "ppca-constant", /5 rows do not vary/],
    ["a line", line, 1, "ppca-noiseless", /fill only 1 of 3 dimensions.* other columns/],
    ["a plane", plane, 2, "ppca-noiseless", /fill only 2 of 3 dimensions.* 1 at most/],
    ["a plane far out", plane.map((row) => row.map((v) => v + 1e6)), 2, "ppca-noiseless", /fill only 2 of 3/],
    [
      "too few rows",
      [
        [1, 2, 3, 4],
        [2, 1, 5, 3],
        [0, 1, 1, 7],
      ],
      2,
      "ppca-noiseless",
      /3 rows fill only 2 of 4/,
    ],
  ]

  it.each(cases)("%s", (_, rows, components, code, text) => {
    for (const fit of [fitPpca, emPpca]) {
      let caught: unknown
      try {
        fit(rows as Rows, { components })
      } catch (error) {
        caught = error
      }
      expect(caught).toBeInstanceOf(LatentlyError)
      expect((caught as LatentlyError).code).toBe(code)
      expect((caught as LatentlyError).message).toMatch(text)
    }
  })

  it("one component fits a plane", () => {
    const fit = fitPpca(plane, { components: 1 })
    expect(relative(emPpca(plane, { components: 1 }).logLikelihood, fit.logLikelihood)).toBeLessThan(1e-7)
  })

  it("parameters that make no density", () => {
    const fit = fitPpca(data.iris, { components: 2 })
    const score = (change: Partial<PpcaParameters>) => () => scorePpca(data.iris, { ...fit, ...change })
    expect(score({ noiseVariance: 0 })).toThrow(/noiseVariance is 0/)
    expect(score({ loadings: new Float64Array(3) })).toThrow(/loadings have 3 numbers.*\[4, 2\]/)
    expect(() => emPpca(data.iris, { components: 2, tolerance: -1 })).toThrow(/tolerance/)
  })
})
