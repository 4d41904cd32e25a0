import { describe, expect, it } from "vitest"
import { seriesColor } from "../../../src/report/palette.js"
import { mixtureEllipses } from "../../../src/report/plots/mixtureEllipses.js"
import { checkBalance, textsOf } from "../markup.js"
import { fit, points } from "./clusters.js"
import { pathsIn, scaleOf } from "./drawn.js"

describe("mixtureEllipses", () => {
  it("draws ellipses whose extents are the mean ± sigmas times the standard deviations", async () => {
    const [svg] = await mixtureEllipses({ points, fits: [fit] })
    const [toX, toY] = [scaleOf(svg!, "x"), scaleOf(svg!, "y")]
    const ellipses = pathsIn(svg!, "line")
    expect(ellipses).toHaveLength(4)
    ellipses.forEach((ellipse, index) => {
      const [component, sigmas] = [index >> 1, index % 2 === 0 ? 2 : 1]
      const [xs, ys] = [ellipse.map(([x]) => toX(x)), ellipse.map(([, y]) => toY(y))]
      const [sx, sy] = [0, 1].map(
        (axis) => sigmas * Math.sqrt(fit.covariances[component]![axis]![axis]!),
      ) as [number, number]
      const [mx, my] = fit.means[component] as [number, number]
      // 96 points on an ellipse miss its extreme by at most 1 - cos(π/96) = 0.05% of the half axis; pixels are rounded
      expect(Math.abs(Math.max(...xs) - (mx + sx))).toBeLessThan(0.001 * sx + 0.01)
      expect(Math.abs(Math.min(...xs) - (mx - sx))).toBeLessThan(0.001 * sx + 0.01)
      expect(Math.abs(Math.max(...ys) - (my + sy))).toBeLessThan(0.001 * sy + 0.05)
      expect(Math.abs(Math.min(...ys) - (my - sy))).toBeLessThan(0.001 * sy + 0.05)
    })
  })

  it("draws every point once, in the colour of its component", async () => {
    const [svg] = await mixtureEllipses({ points, fits: [fit] })
    const marks = pathsIn(svg!, "dot").flat()
    expect(marks).toHaveLength(points.length + 4) // and two centres, each with a rim
    expect(svg).toContain(`stroke="${seriesColor(0)}"`)
    expect(svg).toContain("color-mix(in oklab,")
  })

  it("gives one cluster one colour in all panels, whatever the order of the components", async () => {
    const swap = <T>([a, b]: T[]) => [b!, a!]
    const other = {
      label: "VB",
      weights: swap(fit.weights),
      means: swap(fit.means),
      covariances: swap(fit.covariances),
    }
    const [first, second] = await mixtureEllipses({ points, fits: [fit, other] })
    expect(second!.replaceAll("VB", "EM")).toBe(first)
  })

  it("shows two of many dimensions, and names them, escaped", async () => {
    const wide = {
      label: "a<b & 'c'",
      weights: [1],
      means: [[0, 1, 2]],
      covariances: [
        [
          [1, 0, 0],
          [0, 4, 1],
          [0, 1, 9],
        ],
      ],
    }
    const [svg] = await mixtureEllipses({
      points: [
        [0, 1, 2],
        [1, 0, 3],
      ],
      fits: [wide],
      dimensions: [2, 1],
      names: ["p", "q<", "r"],
    })
    expect(textsOf(svg!)).toEqual(expect.arrayContaining(["r", "q<", "a<b & 'c'"]))
    const toX = scaleOf(svg!, "x")
    const xs = pathsIn(svg!, "line")[1]!.map(([x]) => toX(x))
    expect((Math.max(...xs) - Math.min(...xs)) / 2).toBeCloseTo(3, 1)
    checkBalance(svg!)
  })

  it("refuses to draw nothing", async () => {
    await expect(mixtureEllipses({ points: [], fits: [fit] })).rejects.toThrow("got 0 points and 1 fits")
  })
})
