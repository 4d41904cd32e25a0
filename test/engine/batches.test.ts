import { describe, expect, it } from "vitest"
import { createBatches, permutation, stepsPerEpoch } from "../../src/engine/batches.js"

const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b)
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

describe("batches", () => {
  it("takes every row once an epoch, the short last batch included", () => {
    const batches = createBatches(10, 4, 3)
    const first = batches(0, 3)
    expect(first.map(({ steps, size }) => [steps, size])).toEqual([
      [2, 4],
      [1, 2],
    ])
    expect(sorted(first.flatMap(({ rows }) => [...rows]))).toEqual(upTo(10))
    expect(sorted(batches(3, 3).flatMap(({ rows }) => [...rows]))).toEqual(upTo(10))
  })

  it("gives the same rows however the steps are cut into calls", () => {
    const all = createBatches(10, 4, 3)(0, 9).flatMap(({ rows }) => [...rows])
    const batches = createBatches(10, 4, 3)
    const cut = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((step) =>
      batches(step, 1).flatMap(({ rows }) => [...rows]),
    )
    expect(cut).toEqual(all)
    expect(createBatches(10, 4, 3)(7, 2).flatMap(({ rows }) => [...rows])).toEqual(all.slice(24))
  })

  it("joins full batches over epochs when the size divides the count", () => {
    expect(createBatches(8, 4, 0)(0, 5).map(({ steps, size }) => [steps, size])).toEqual([[5, 4]])
    expect(stepsPerEpoch(10, 4)).toBe(3)
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
