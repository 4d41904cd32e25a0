/** Ranks and the test of their uniformity. */
import { describe, expect, it } from "vitest"
import { chiSquareTail, rankOf, uniformityOf } from "../../src/inference/proof/ranks.js"

describe("ranks", () => {
  it("count draws below, and a random part of the equal ones", () => {
    expect(rankOf(2, [1, 3, 0, 2.5], 0.9)).toBe(2)
    expect([0, 0.3, 0.6, 0.99].map((u) => rankOf(1, [0, 1, 1, 1], u))).toEqual([1, 2, 3, 4])
  })

  it("are tested by the chi-square whose tail has a closed form for odd degrees", () => {
    // P(χ²₃ > x) = erfc √(x/2) + √(2x/π) e^(-x/2); with 5 degrees √(2/π) x^(3/2) e^(-x/2) / 3 more
    expect(chiSquareTail(11.07, 5)).toBeCloseTo(0.05000961838, 9)
    const ranks = [8, 12, 10, 10].flatMap((count, bin) => Array.from({ length: count }, () => bin))
    expect(uniformityOf(ranks, 3, 4)).toMatchObject({ histogram: [8, 12, 10, 10], chiSquare: 0.8 })
    expect(uniformityOf(ranks, 3, 4).p).toBeCloseTo(0.84946703339, 9)
  })
})
