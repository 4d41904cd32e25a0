/** The WebAssembly sweep against plain loops, number by number, and both against the definition on a case small enough to write out. */
import { describe, expect, it, vi } from "vitest"
import { philoxBits } from "../../../src/engine/philox.js"
import { fitGaussianMixture } from "../../../src/models/exact/gaussian-mixture.js"
import type { CovarianceStructure } from "../../../src/models/exact/mixture-layout.js"
import { mixtureLayout } from "../../../src/models/exact/mixture-layout.js"
import { plainSweep } from "../../../src/models/exact/mixture-plain.js"
import { simdSweep } from "../../../src/models/exact/mixture-simd.js"
import { mixtureSweep } from "../../../src/models/exact/mixture-sweep.js"

const draws = (stream: number, size: number): Float64Array =>
  Float64Array.from(philoxBits(11, stream, size), (word) => word / 2 ** 30)

const sizes: [rows: number, columns: number, components: number, covariance: CovarianceStructure][] = [
  [1, 1, 1, "full"],
  [2, 1, 2, "diagonal"],
  [127, 2, 3, "full"],
  [128, 3, 2, "tied"],
  [129, 3, 2, "full"],
  [257, 4, 5, "diagonal"],
  [300, 5, 3, "spherical"],
  [301, 8, 10, "full"],
  [200, 17, 4, "full"],
  [64, 40, 3, "diagonal"],
]

describe("the two sweeps agree to rounding", () => {
  it.each(sizes)("%d rows, %d columns, %d components, %s", (count, dimension, components, covariance) => {
    const table = { data: draws(1, count * dimension), count, dimension }
    const layout = mixtureLayout(components, dimension, covariance)
    const fast = simdSweep(table, layout)!
    const plain = plainSweep(table, layout)
    const parameters = draws(2, components * layout.stride)
    fast.parameters.set(parameters)
    plain.parameters.set(parameters)
    const [a, b] = [fast.run(), plain.run()]
    expect(Math.abs(a - b)).toBeLessThan(1e-13 * (count + Math.abs(b)))
    const size = Math.max(...plain.moments.map(Math.abs))
    for (const [at, value] of plain.moments.entries())
      expect(Math.abs(fast.moments[at]! - value)).toBeLessThan(1e-13 * size)
    const shares = Array.from({ length: components }, (_, k) => fast.moments[k * layout.stride]!)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(count, 9)
    expect(fast.run()).toBe(a)
  })
})

describe("the definition", () => {
  const table = { data: Float64Array.of(0, 2, 7), count: 3, dimension: 1 }
  const layout = mixtureLayout(2, 1, "full")
  const constants = [-1.2, -0.4]
  const means = [1, 5]
  const whiteners = [0.7, 0.5]

  it.each([
    ["WebAssembly", simdSweep(table, layout)!],
    ["plain", plainSweep(table, layout)],
  ])("%s: densities, shares and moments of three rows", (_, sweep) => {
    sweep.parameters.set(constants.flatMap((constant, k) => [constant, means[k]!, whiteners[k]!]))
    const density = (x: number, k: number) => Math.exp(constants[k]! - (whiteners[k]! * (x - means[k]!)) ** 2)
    const rows = [...table.data]
    const total = rows.reduce((sum, x) => sum + Math.log(density(x, 0) + density(x, 1)), 0)
    expect(sweep.run()).toBeCloseTo(total, 13)
    for (const k of [0, 1])
      for (const power of [0, 1, 2]) {
        const moment = rows.reduce(
          (sum, x) => sum + (density(x, k) / (density(x, 0) + density(x, 1))) * (x - means[k]!) ** power,
          0,
        )
        expect(sweep.moments[3 * k + power]).toBeCloseTo(moment, 12)
      }
  })

  it("far rows take their share to 0, never to NaN", () => {
    const sweep = mixtureSweep({ data: Float64Array.of(0, 1e6, 1e150), count: 3, dimension: 1 }, layout)
    sweep.parameters.set([0, 0, 1, 0, 1e6, 1])
    expect(sweep.run()).toBe(-(1e150 ** 2))
    expect(sweep.moments[0]).toBeCloseTo(1.5, 12)
    expect(sweep.moments.every((value) => !Number.isNaN(value))).toBe(true)
  })
})

describe("the exponential of the kernel", () => {
  it("is Math.exp to 4e-16 of itself from 0 to -700", () => {
    const count = 4000
    const layout = mixtureLayout(2, 1, "full")
    const data = Float64Array.from({ length: count }, (_, at) => Math.sqrt((700 * at) / count))
    const sum = (row: number) => {
      const sweep = simdSweep({ data: data.slice(row, row + 1), count: 1, dimension: 1 }, layout)!
      sweep.parameters.set([0, 0, 0, 0, 0, 1]) // densities 1 and exp(-x^2)
      sweep.run()
      return sweep.moments[3]! / sweep.moments[0]!
    }
    for (let row = 0; row < count; row += 37) {
      const expected = Math.exp(-(data[row]! ** 2))
      expect(Math.abs(sum(row) / expected - 1)).toBeLessThan(4e-16)
    }
  })
})

describe("without WebAssembly", () => {
  it("plain loops find the same", () => {
    const rows = { data: draws(7, 600), count: 300, dimension: 2 }
    const fits = [true, false].map((kept) => {
      if (!kept) vi.stubGlobal("WebAssembly", undefined)
      const fit = fitGaussianMixture(rows, { components: 2, starts: 2, maxIterations: 30 })
      vi.unstubAllGlobals()
      if (fit.status !== "converged" && fit.status !== "exhausted") throw new Error(fit.reason)
      return fit
    })
    expect(Math.abs(fits[0]!.logLikelihood / fits[1]!.logLikelihood - 1)).toBeLessThan(1e-12)
    expect(fits[0]!.history).not.toEqual(fits[1]!.history) // another order of sums: it did run the other loops
  })
})
