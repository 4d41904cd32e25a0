import { describe, expect, it } from "vitest"
import { ellipseOf, marginalCovariance, outline } from "../../src/report/ellipse.js"

/** R diag(long², short²) Rᵀ for a rotation by `angle`. */
const covarianceOf = (long: number, short: number, angle: number) => {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const off = c * s * (long ** 2 - short ** 2)
  return [
    [c * c * long ** 2 + s * s * short ** 2, off],
    [off, s * s * long ** 2 + c * c * short ** 2],
  ]
}

describe("ellipseOf", () => {
  it.each([0, 0.3, 1, -0.7, -1.5, Math.PI / 4])(
    "finds axes and angle %d that made the covariance",
    (angle) => {
      const { center, halfAxes, angle: found } = ellipseOf([1, -2], covarianceOf(3, 0.5, angle), 2)
      expect(center).toEqual([1, -2])
      expect(halfAxes[0]).toBeCloseTo(6, 12)
      expect(halfAxes[1]).toBeCloseTo(1, 12)
      expect(found).toBeCloseTo(angle, 12)
    },
  )

  it("is a circle for a spherical covariance, and a segment for a singular one", () => {
    expect(
      ellipseOf(
        [0, 0],
        [
          [4, 0],
          [0, 4],
        ],
      ).halfAxes,
    ).toEqual([2, 2])
    const flat = ellipseOf(
      [0, 0],
      [
        [1, 1],
        [1, 1],
      ],
    )
    expect(flat.halfAxes[0]).toBeCloseTo(Math.SQRT2, 12)
    expect(flat.halfAxes[1]).toBe(0)
    expect(flat.angle).toBeCloseTo(Math.PI / 4, 12)
  })

  it.each([
    [
      "negative",
      [
        [1, 2],
        [2, 1],
      ],
    ],
    [
      "asymmetric",
      [
        [1, 0.5],
        [0, 1],
      ],
    ],
    [
      "not a number",
      [
        [Number.NaN, 0],
        [0, 1],
      ],
    ],
  ])("refuses a %s matrix and prints it", (_, matrix) => {
    expect(() => ellipseOf([0, 0], matrix)).toThrow(
      `got [[${matrix[0]!.join(", ")}], [${matrix[1]!.join(", ")}]]`,
    )
  })
})

describe("outline", () => {
  it("keeps the Mahalanobis distance at the number of sigmas", () => {
    const [[a, b], [, c]] = covarianceOf(2.5, 0.8, 0.4) as [[number, number], [number, number]]
    const points = outline(
      ellipseOf(
        [5, 7],
        [
          [a, b],
          [b, c],
        ],
        2,
      ),
      60,
    )
    expect(points).toHaveLength(60)
    for (const [x, y] of points) {
      const [dx, dy] = [x - 5, y - 7]
      expect((c * dx * dx - 2 * b * dx * dy + a * dy * dy) / (a * c - b * b)).toBeCloseTo(4, 10)
    }
  })
})

it("marginalCovariance picks rows and columns", () => {
  const matrix = [
    [1, 2, 3],
    [2, 5, 6],
    [3, 6, 9],
  ]
  expect(marginalCovariance(matrix, [2, 0])).toEqual([
    [9, 3],
    [3, 1],
  ])
})
