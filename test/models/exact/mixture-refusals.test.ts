/**
 * Rows and options that a mixture cannot be meant for: each is refused before the first step, by code, with the row, column
 * or option and a way out. Next: `mixture-degenerate.test.ts`.
 */
import { describe, expect, it } from "vitest"
import { oldFaithful } from "../../../examples/data/small.js"
import { LatentlyError } from "../../../src/engine/error.js"
import { fitGaussianMixture } from "../../../src/models/exact/gaussian-mixture.js"
import type { CovarianceStructure } from "../../../src/models/exact/mixture-layout.js"
import type { GaussianMixtureOptions } from "../../../src/models/exact/mixture-options.js"
import type { Rows } from "../../../src/models/exact/rows.js"

const faithful = oldFaithful().rows
const corners = [
  [0, 0],
  [1, 3],
  [2, 1],
  [5, 5],
]
const line = Array.from({ length: 8 }, (_, i) => [i, 2 * i + 1])

const errorOf = (rows: unknown, options: unknown): LatentlyError => {
  try {
    fitGaussianMixture(rows as Rows, options as GaussianMixtureOptions)
  } catch (error) {
    if (error instanceof LatentlyError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

describe("rows that no component could have a covariance for are refused by column", () => {
  const cases: [string, number[][], CovarianceStructure, number, string, RegExp][] = [
    ["constant rows", [[1], [1], [1]], "full", 1, "mixture-constant", /column 0 .* same in all 3 rows/],
    [
      "a constant column",
      corners.map((row) => [...row, 7]),
      "full",
      1,
      "mixture-constant",
      /column 2 .* drop the column/,
    ],
    [
      "a constant column, diagonal",
      corners.map((row) => [...row, 7]),
      "diagonal",
      1,
      "mixture-constant",
      /column 2/,
    ],
    ["one row", [[1, 2]], "spherical", 1, "mixture-constant", /all 1 row/],
    [
      "two identical rows",
      [
        [1, 2],
        [1, 2],
      ],
      "tied",
      2,
      "mixture-constant",
      /same in all 2 rows/,
    ],
    [
      "columns on a line",
      line,
      "full",
      2,
      "mixture-dependent",
      /column 1 .* linear combination .* "diagonal"/,
    ],
    ["columns on a line, tied", line, "tied", 2, "mixture-dependent", /column 1/],
    [
      "a line far out",
      line.map((row) => row.map((v) => v + 1e6)),
      "full",
      2,
      "mixture-dependent",
      /column 1/,
    ],
    [
      "fewer rows than columns",
      [
        [1, 2, 3],
        [2, 1, 5],
      ],
      "full",
      1,
      "mixture-dependent",
      /2 rows cannot determine/,
    ],
    [
      "duplicates",
      [[0], [0], [1], [1]],
      "diagonal",
      3,
      "mixture-duplicates",
      /of 4 rows only 2 differ, too few for 3/,
    ],
    [
      "beyond doubles",
      corners.map((row) => row.map((v) => v * 1e200)),
      "full",
      1,
      "rows-magnitude",
      /column 0 spreads/,
    ],
  ]

  it.each(cases)("%s", (_, rows, covariance, components, code, text) => {
    const error = errorOf(rows, { components, covariance })
    expect(error.code).toBe(code)
    expect(error.message).toMatch(text)
  })

  it("what spoils one structure may suit another", () => {
    expect(fitGaussianMixture(line, { components: 2, covariance: "diagonal" }).status).toBe("converged")
    const flat = corners.map((row) => [...row, 7])
    expect(fitGaussianMixture(flat, { components: 1, covariance: "spherical" }).status).toBe("converged")
    expect(fitGaussianMixture(flat, { components: 1, floor: 1e-3 }).status).toBe("converged")
  })
})

describe("input that cannot be meant is refused by name", () => {
  const ok = { components: 2 }
  const cases: [string, unknown, unknown, string, RegExp][] = [
    ["no rows", [], ok, "rows-empty", /no rows/],
    ["no columns", [[], []], ok, "rows-empty", /no columns/],
    ["NaN", [[1], [Number.NaN], [2]], ok, "rows-not-finite", /row 1, column 0 is NaN/],
    [
      "infinite",
      { data: Float32Array.of(1, 2, Infinity, 3), count: 2, dimension: 2 },
      ok,
      "rows-not-finite",
      /row 1, column 0 is Infinity/,
    ],
    ["text", [["1"], ["2"], ["3"]], ok, "rows-not-finite", /row 0, column 0 is "1"/],
    ["null", [[1], [null], [3]], ok, "rows-not-finite", /row 1, column 0 is null/],
    ["ragged", [[1, 2], [3]], ok, "rows-ragged", /row 1 has 1 numbers where row 0 has 2/],
    ["a missing row", [[1], undefined], ok, "rows-ragged", /row 1 has no numbers/],
    [
      "a wrong count",
      { data: new Float64Array(3), count: 2, dimension: 2 },
      ok,
      "rows-size",
      /3 numbers are not 2 rows of 2/,
    ],
    ["no array", "abc", ok, "rows-type", /got string/],
    ["no components", faithful, { components: 0 }, "mixture-option", /components .* got 0/],
    ["half a component", faithful, { components: 1.5 }, "mixture-option", /got 1.5/],
    ["more components than rows", [[1], [2]], { components: 3 }, "mixture-rows", /2 rows cannot hold 3/],
    [
      "no such structure",
      faithful,
      { ...ok, covariance: "round" },
      "mixture-option",
      /full, tied, diagonal, spherical, got "round"/,
    ],
    ["no starts", faithful, { ...ok, starts: 0 }, "mixture-option", /starts/],
    ["a negative tolerance", faithful, { ...ok, tolerance: -1 }, "mixture-option", /tolerance/],
    ["a negative floor", faithful, { ...ok, floor: -1 }, "mixture-option", /floor/],
    ["no iterations", faithful, { ...ok, maxIterations: 0 }, "mixture-option", /maxIterations/],
    ["half a seed", faithful, { ...ok, seed: 0.5 }, "mixture-option", /seed/],
    [
      "too few means",
      faithful,
      { ...ok, initial: { means: [1] } },
      "mixture-initial",
      /means has 1 numbers; 2 means of 2/,
    ],
    [
      "a weight of 0",
      faithful,
      { ...ok, initial: { means: [1, 2, 3, 4], weights: [0, 1] } },
      "mixture-initial",
      /greater than 0/,
    ],
    [
      "an indefinite covariance",
      faithful,
      { ...ok, initial: { means: [1, 2, 3, 4], covariances: [1, 0, 0, 1, 1, 2, 2, 1] } },
      "mixture-initial",
      /matrix 1 .* not positive definite/,
    ],
    [
      "components that start alike",
      faithful,
      { ...ok, initial: { means: [3, 70, 3, 70] } },
      "mixture-initial",
      /0 and 1 start alike/,
    ],
  ]

  it.each(cases)("%s", (_, rows, options, code, text) => {
    const error = errorOf(rows, options)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(text)
    expect(error.message).toMatch(/^fitGaussianMixture: /)
  })
})
