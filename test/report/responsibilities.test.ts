import { describe, expect, it } from "vitest"
import { matchComponents, responsibilities } from "../../src/report/responsibilities.js"

describe("responsibilities", () => {
  it("is the logistic function of the log odds for two components of one variance", () => {
    const fit = { label: "em", weights: [0.3, 0.7], means: [[-1], [2]], covariances: [[[4]], [[4]]] }
    for (const x of [-3, 0.2, 5]) {
      const logOdds = Math.log(0.3 / 0.7) + ((x - 2) ** 2 - (x + 1) ** 2) / 8
      const [[first, second]] = responsibilities([[x]], fit) as [[number, number]]
      expect(first).toBeCloseTo(1 / (1 + Math.exp(-logOdds)), 12)
      expect(first + second).toBeCloseTo(1, 12)
    }
  })

  it("uses the whole covariance: determinant and correlation", () => {
    const fit = {
      label: "em",
      weights: [0.5, 0.5],
      means: [
        [0, 0],
        [0, 0],
      ],
      covariances: [
        [
          [2, 1],
          [1, 1],
        ],
        [
          [1, 0],
          [0, 1],
        ],
      ],
    }
    // both determinants are 1; squares at (1, 1): inverse of the first [[1, -1], [-1, 2]] gives 1, the second 2
    expect(responsibilities([[1, 1]], fit)[0]![0]).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12)
  })

  it("does not underflow far away", () => {
    const fit = { label: "em", weights: [0.5, 0.5], means: [[0], [1]], covariances: [[[1]], [[1]]] }
    expect(responsibilities([[1000]], fit)[0]).toEqual([0, 1])
  })

  it("names the component whose covariance is not positive definite", () => {
    const fit = { label: "VB", weights: [1, 0], means: [[0], [0]], covariances: [[[1]], [[0]]] }
    expect(() => responsibilities([[0]], fit)).toThrow(
      "the covariance of component 1 of 'VB' is not positive definite",
    )
  })
})

describe("matchComponents", () => {
  const exact = {
    label: "exact",
    weights: [0.2, 0.3, 0.5],
    means: [
      [0, 0],
      [5, 500],
      [10, 0],
    ],
    covariances: [[[1]], [[2]], [[3]]],
  }

  it("puts shuffled components back in the reference's order, whatever the units", () => {
    const order = [2, 0, 1]
    const shuffled = {
      label: "other",
      weights: order.map((from) => exact.weights[from]!),
      means: order.map((from) => exact.means[from]!.map((value) => value + 0.3)),
      covariances: order.map((from) => exact.covariances[from]!),
    }
    const matched = matchComponents(shuffled, exact)
    expect(matched.label).toBe("other")
    expect(matched.weights).toEqual(exact.weights)
    expect(matched.covariances).toEqual(exact.covariances)
  })

  it("leaves a fit with another number of components alone", () => {
    const other = { label: "K=1", weights: [1], means: [[0, 0]], covariances: [[[1]]] }
    expect(matchComponents(other, exact)).toBe(other)
  })
})
