import { describe, expect, it } from "vitest"
import { padded, spreadApart } from "../../../src/report/plots/axes.js"

describe("spreadApart", () => {
  it("moves touching labels apart around their mean and leaves the rest", () => {
    expect(spreadApart([10, 12, 40], 10)).toEqual([6, 16, 40])
    expect(spreadApart([40, 12, 10], 10)).toEqual([40, 16, 6])
  })
  it("never leaves two nearer than the gap, and keeps their order", () => {
    const wanted = Array.from({ length: 30 }, (_, index) => (index * 7919) % 97)
    const placed = spreadApart(wanted, 5)
    const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b)
    for (let index = 1; index < 30; index++)
      expect(placed[order[index]!]! - placed[order[index - 1]!]!).toBeGreaterThanOrEqual(5 - 1e-9)
  })
})

it("padded adds a share of the span at both ends, also where there is none", () => {
  expect(padded([0, 10], 0.1)).toEqual([-1, 11])
  expect(padded([5], 0.1)).toEqual([4.5, 5.5])
})
