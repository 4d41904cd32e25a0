import { describe, expect, it } from "vitest"
import { turned, turnOnto } from "../../src/report/align.js"

const points = [
  [1, 0.2],
  [-0.5, 2],
  [0.3, -1],
  [2, 1.5],
]

describe("turnOnto", () => {
  it.each([
    ["rotation", 1],
    ["reflection", -1],
  ])("undoes a %s exactly", (_, mirror) => {
    const [c, s] = [Math.cos(2.2), Math.sin(2.2)]
    const moved = turned(points, [
      [c, -mirror * s],
      [s, mirror * c],
    ])
    const back = turned(moved, turnOnto(moved, points))
    back.forEach(([x, y], index) => {
      expect(x).toBeCloseTo(points[index]![0]!, 12)
      expect(y).toBeCloseTo(points[index]![1]!, 12)
    })
  })

  it("is the best of all turns when points do not match exactly", () => {
    const target = points.map(([x, y], index) => [x! + 0.3 * Math.sin(index), y! - 0.2 * index])
    const cost = (moved: number[][]) =>
      moved.reduce((sum, [x, y], i) => sum + (x! - target[i]![0]!) ** 2 + (y! - target[i]![1]!) ** 2, 0)
    const best = cost(turned(points, turnOnto(points, target)))
    for (let step = 0; step < 720; step++)
      for (const mirror of [1, -1]) {
        const [c, s] = [Math.cos((step * Math.PI) / 360), Math.sin((step * Math.PI) / 360)]
        expect(
          cost(
            turned(points, [
              [c, -mirror * s],
              [s, mirror * c],
            ]),
          ),
        ).toBeGreaterThanOrEqual(best - 1e-12)
      }
  })

  it("refuses sets of different sizes", () => {
    expect(() => turnOnto([[0, 1]], [])).toThrow("as many source as target points, got 1 and 0")
  })
})
