/**
 * Data on which a mixture's likelihood has no maximum: the fit ends by naming the component and the rows it closed in on,
 * and nothing that comes back is NaN. Next: `mixture-refusals.test.ts`, what is refused before the first step.
 */
import { describe, expect, it } from "vitest"
import { iris, oldFaithful } from "../../../examples/data/small.js"
import { fitGaussianMixture } from "../../../src/models/exact/gaussian-mixture.js"
import type { GaussianMixtureOptions } from "../../../src/models/exact/mixture-options.js"

const faithful = oldFaithful().rows
const corners = [
  [0, 0],
  [1, 3],
  [2, 1],
  [5, 5],
]
const line = Array.from({ length: 8 }, (_, i) => [i, 2 * i + 1])
const twin = [...Array(10).fill([0, 0]), ...Array.from({ length: 10 }, (_, i) => [10 + (i % 3), i % 4])]

/** Everything a fit holds, as numbers. */
const numbersOf = (value: unknown): number[] => {
  if (typeof value === "number") return [value]
  if (value === null || typeof value !== "object") return []
  return ArrayBuffer.isView(value)
    ? [...(value as Float64Array)]
    : Object.values(value).flatMap((each) => numbersOf(each))
}

describe("a component breaks down: the fit says which, and why", () => {
  const cases: [string, number[][], GaussianMixtureOptions, string, RegExp][] = [
    [
      "as many components as rows",
      corners,
      { components: 4 },
      "collapsed",
      /component \d .* onto 1 row \(\d\): its/,
    ],
    [
      "an outlier, full",
      [...faithful, [1e6, 1e6]],
      { components: 2 },
      "collapsed",
      /component 1 .* onto 1 row \(272\)/,
    ],
    [
      "an outlier, diagonal",
      [...faithful, [1e6, 1e6]],
      { components: 2, covariance: "diagonal" },
      "collapsed",
      /onto 1 row \(272\)/,
    ],
    [
      "an outlier, spherical",
      [...faithful, [1e6, 1e6]],
      { components: 2, covariance: "spherical" },
      "collapsed",
      /onto 1 row \(272\)/,
    ],
    [
      "ten equal rows, spherical",
      twin,
      { components: 2, covariance: "spherical" },
      "collapsed",
      /onto 10 rows \(0, 1, 2, 3, 4, \.\.\.\)/,
    ],
    [
      "two values",
      [[0], [0], [1], [1], [1]],
      { components: 2 },
      "collapsed",
      /component \d .* onto [23] rows/,
    ],
    [
      "as many components as rows, tied",
      corners,
      { components: 4, covariance: "tied" },
      "collapsed",
      /covariance that all components share/,
    ],
    ["too many components", iris().rows, { components: 20 }, "collapsed", /component \d+ .* onto \d+ rows?/],
    [
      "a start far from the rows",
      faithful,
      { components: 2, initial: { means: [3, 70, 1e6, 1e6] } },
      "empty",
      /component 1 .* is empty/,
    ],
  ]

  it.each(cases)("%s", (_, rows, options, status, reason) => {
    const fit = fitGaussianMixture(rows, options)
    if (fit.status === "converged" || fit.status === "exhausted") throw new Error(`it was ${fit.status}`)
    expect(fit.status).toBe(status)
    expect(fit.reason).toMatch(reason)
    expect(fit.starts.every((start) => start.status === "collapsed" || start.status === "empty")).toBe(true)
    expect(fit.starts.length).toBe(options.initial ? 1 : 20)
    expect(numbersOf(fit).every(Number.isFinite)).toBe(true)
  })

  it("another start takes a broken one's place, and the broken one is recorded", () => {
    const half = [
      ...Array(10).fill([0, 0]),
      ...Array.from({ length: 10 }, (_, i) => [10 + 3 * Math.sin(7 * i), 3 * Math.cos(5 * i)]),
    ]
    const fit = fitGaussianMixture(half, { components: 2, starts: 6 })
    if (fit.status !== "converged") throw new Error(`it was ${fit.status}`)
    const broken = fit.starts.filter((start) => start.status === "collapsed")
    expect(broken.length).toBeGreaterThan(0)
    expect(fit.starts.length).toBe(6 + broken.length)
    for (const start of broken) expect(start.reason).toMatch(/has collapsed onto \d+ rows?/)
  })

  it("a floor holds every component up, and the likelihood still never falls", () => {
    for (const covariance of ["full", "tied", "diagonal", "spherical"] as const) {
      const fit = fitGaussianMixture(corners, { components: 4, covariance, floor: 0.01 })
      if (fit.status !== "converged") throw new Error(`it was ${fit.status}`)
      const eachHasOne = 4 * (Math.log(1 / 4) - Math.log(2 * Math.PI) - Math.log(0.01))
      expect(fit.logLikelihood).toBeCloseTo(eachHasOne, 8)
      for (const [at, value] of fit.history.slice(1).entries())
        expect(value).toBeGreaterThanOrEqual(fit.history[at]! - 1e-9)
    }
  })

  it("a floor is a bound on the eigenvalues, not added to them", () => {
    const fit = fitGaussianMixture(line, { components: 1, floor: 0.5 })
    if (fit.status !== "converged") throw new Error(`it was ${fit.status}`)
    // rows on (1, 2) t with variance of t 5.25: eigenvalues 26.25 and 0, the second raised to 0.5
    const [a, b, , d] = [...fit.covariances] as [number, number, number, number]
    expect(a + d).toBeCloseTo(26.75, 10)
    expect(a * d - b * b).toBeCloseTo(26.25 * 0.5, 9)
  })

  it("ordinary rows fit beside degenerate ones: offsets, scales, small clusters", () => {
    const far = fitGaussianMixture(
      faithful.map((row) => row.map((value) => value + 1e9)),
      { components: 2 },
    )
    expect(far.status === "converged" && far.logLikelihood).toBeCloseTo(-1130.264, 3)
    const small = fitGaussianMixture(
      faithful.map((row) => row.map((value) => value * 1e-100)),
      { components: 2 },
    )
    const units = 272 * 2 * Math.log(1e-100)
    expect(small.status === "converged" && small.logLikelihood + units).toBeCloseTo(-1130.26396, 5)
    const tight = Array.from({ length: 40 }, (_, i) => [(i % 2) + 1e-6 * Math.sin(i * i)])
    const pair = fitGaussianMixture(tight, { components: 2 })
    expect(pair.status).toBe("converged")
  })
})
