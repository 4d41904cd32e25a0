import { describe, expect, it } from "vitest"
import { settledSpan, thin } from "../../src/report/thin.js"

describe("thin", () => {
  it("averages stretches and keeps their tenth and ninetieth percentiles", () => {
    const x = Array.from({ length: 22 }, (_, index) => index)
    const y = x.map((value) => (value * 7) % 22)
    const [first, second] = thin(x, y, 2)
    expect(first!.x).toBe(5)
    expect(second!.x).toBe(16)
    const sorted = y.slice(0, 11).sort((a, b) => a - b)
    expect(first!.mean).toBeCloseTo(sorted.reduce((a, b) => a + b) / 11, 12)
    expect([first!.low, first!.high]).toEqual([sorted[1], sorted[9]])
  })

  it("leaves a short series alone", () => {
    expect(thin([1, 2], [5, 7], 100)).toEqual([
      { x: 1, mean: 5, low: 5, high: 5 },
      { x: 2, mean: 7, low: 7, high: 7 },
    ])
  })

  it("uses every point exactly once", () => {
    const y = Float64Array.from({ length: 1003 }, (_, index) => index)
    const stretches = thin(y, y, 160)
    expect(stretches).toHaveLength(160)
    let next = 0
    for (const { x } of stretches) next += 2 * (x - next) + 1 // a stretch of n from s has its mean at s + (n - 1) / 2
    expect(next).toBe(1003)
  })
})

it("settledSpan shows a short series whole", () => {
  const [low, high] = settledSpan([[-12, -10, -6, 0]], [])
  expect([low, high]).toEqual([-13, 1])
})

it("settledSpan leaves the steep start out and the reference in", () => {
  const steep = [-9000, ...Array.from({ length: 9 }, (_, index) => -110 + index)]
  const [low, high] = settledSpan([steep], [-100])
  expect(low).toBeCloseTo(-110 - 10 / 12, 12)
  expect(high).toBeCloseTo(-100 + 10 / 12, 12)
})
