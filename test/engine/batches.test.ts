import { describe, expect, it } from "vitest"
import { createBatches, permutation, stepsPerEpoch } from "../../src/engine/batches.js"

const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b)
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

describe("batches", () => {
  it("takes every row once an epoch, the short last batch included", () => {
    const rowsAt = createBatches(10, 4, 3)
    expect([0, 1, 2].map((step) => rowsAt(step).length)).toEqual([4, 4, 2])
    for (const first of [0, 3, 6])
      expect(sorted([0, 1, 2].flatMap((i) => [...rowsAt(first + i)]))).toEqual(upTo(10))
    expect(stepsPerEpoch(10, 4)).toBe(3)
  })

  it("gives a step the same rows whatever was asked before", () => {
    const rowsAt = createBatches(10, 4, 3)
    const all = upTo(9).map((step) => [...rowsAt(step)])
    expect([...createBatches(10, 4, 3)(7)]).toEqual(all[7])
    expect([...rowsAt(1)]).toEqual(all[1])
  })

  it("orders every epoch and seed anew, each order equally likely", () => {
    const orders = new Map<string, number>()
    const n = 12_000
    for (let epoch = 0; epoch < n; epoch++) {
      const order = permutation(3, 1, epoch).join("")
      orders.set(order, (orders.get(order) ?? 0) + 1)
    }
    const expected = n / 6
    const chi2 = [...orders.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
    expect(orders.size).toBe(6)
    expect(chi2).toBeLessThan(20.5) // the 0.999 quantile with 5 degrees of freedom
    expect([...permutation(50, 1, 0)]).not.toEqual([...permutation(50, 2, 0)])
  })

  it("names a batch size that is not a whole number above 0", () => {
    expect(() => createBatches(10, 0, 0)).toThrow("batch size is 0")
    expect(() => createBatches(10, 2.5, 0)).toThrow("batch size is 2.5")
  })
})
