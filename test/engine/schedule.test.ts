import { describe, expect, it } from "vitest"
import { adam, sgd } from "../../src/engine/optimize.js"
import { constant, cosine, exponentialDecay, linear, piecewise, warmup } from "../../src/engine/schedule.js"

describe("schedules", () => {
  it("give their formulas", () => {
    expect(constant(0.1)(7)).toBe(0.1)
    expect(exponentialDecay(0.1, { every: 10, decay: 0.5 })(20)).toBeCloseTo(0.025, 15)
    expect([0, 5, 10, 99].map(linear(1, 0.5, 10))).toEqual([1, 0.75, 0.5, 0.5])
    expect(cosine(2, 10)(5)).toBeCloseTo(1, 15)
    expect(cosine(2, 10, 0.5)(10)).toBeCloseTo(0.5, 15)
    expect([0, 1, 2].map(piecewise([[0, 1], [2, 0.1]]))).toEqual([1, 1, 0.1]) // biome-ignore format: one line
    const warm = warmup(4, linear(1, 0, 10))
    expect([0, 3, 4, 9].map(warm)).toEqual([0.25, 1, 1, 0.5])
  })

  it("names a rate that is not positive, and a schedule that gives none", () => {
    expect(() => adam(-1)).toThrow("learningRate is -1")
    expect(() => sgd(Number.NaN)).toThrow("learningRate is NaN")
    expect(() => adam(1e-3, { beta1: 1 })).toThrow("beta1 is 1")
    expect(() => adam((step) => 1 - step).rate(2)).toThrow("the learning rate at step 2 is -1")
    expect(() => piecewise([[1, 0.1]])).toThrow("piecewise starts at steps [1]")
  })
})
