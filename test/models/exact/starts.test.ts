/** Where EM begins and when it ends: k-means++ centres, Lloyd's iterations, Aitken's estimate. */
import { describe, expect, it } from "vitest"
import { kMeans, nearest, spreadCentres } from "../../../src/models/exact/k-means.js"
import { hasSettled, refuseDescent } from "../../../src/models/exact/settled.js"

const table = (...values: number[]) => ({
  data: Float64Array.from(values),
  count: values.length,
  dimension: 1,
})

describe("k-means", () => {
  it("Lloyd's iterations end at the means of their rows", () => {
    const rows = table(0, 1, 2, 10, 11, 12)
    const { centres, labels } = kMeans(rows, Float64Array.of(0, 1))
    expect([...centres]).toEqual([1, 11])
    expect([...labels]).toEqual([0, 0, 0, 1, 1, 1])
    expect([...nearest(rows, Float64Array.of(6.5, 100))]).toEqual([0, 0, 0, 0, 0, 0])
  })

  it("no two centres are the same row's value, and too few values are found out", () => {
    for (let start = 0; start < 50; start++) {
      const centres = spreadCentres(table(3, 3, 3, 3, 5, 5, 9), 3, 0, start)!
      expect([...centres].sort()).toEqual([3, 5, 9])
    }
    expect(spreadCentres(table(3, 3, 5), 3, 0, 0)).toBeUndefined()
  })

  it("the second centre is drawn in proportion to squared distance", () => {
    // from the first at 0: 1 with weight 1, 3 with weight 9; from 1: 0 has 1, 3 has 4; from 3: 0 has 9, 1 has 4
    const probability = (0.9 + 0.8) / 3
    const draws = 6000
    let seen = 0
    for (let start = 0; start < draws; start++)
      if (spreadCentres(table(0, 1, 3), 2, 1, start)![1] === 3) seen++
    // fixed seed; five standard errors
    expect(Math.abs(seen / draws - probability)).toBeLessThan(
      5 * Math.sqrt((probability * (1 - probability)) / draws),
    )
  })
})

describe("hasSettled", () => {
  it("asks what is left to gain, not how small the last step was", () => {
    expect(hasSettled([-10, -9, -8.99], 1.1e-4, 5)).toBe(true) // rate 0.01: 1e-4 are left
    expect(hasSettled([-10, -9, -8.99], 0.9e-4, 5)).toBe(false)
    expect(hasSettled([-3, -2.99, -2.9801], 0.8, 5)).toBe(false) // rate 0.99: 0.98 are left
    expect(hasSettled([-3, -2.99, -2.97], 100, 5)).toBe(false) // gaining speed
  })

  it("ends where rounding begins", () => {
    expect(hasSettled([-5], 1, 5)).toBe(false)
    expect(hasSettled([-1e6, -1e6 + 1e-9], 0, 1e6)).toBe(true)
    expect(hasSettled([-1e6, -1e6 + 1e-6], 0, 1e6)).toBe(false)
  })
})

describe("refuseDescent", () => {
  it("lets rounding pass and stops at a fall", () => {
    expect(() => refuseDescent([-5, -5 - 1e-12], 10, "fit")).not.toThrow()
    expect(() => refuseDescent([-5, -5.1], 10, "fit")).toThrow(/fit: iteration 1 lowered .* from -5 to -5.1/)
  })
})
