import { describe, expect, it } from "vitest"
import { scatter } from "../../../src/report/plots/scatter.js"
import { checkBalance, textsOf } from "../markup.js"
import { points } from "./clusters.js"
import { pathsIn } from "./drawn.js"

describe("scatter", () => {
  const labels = points.map((_, index) => (index % 2 === 0 ? "even" : "odd & more"))
  const loadings = [
    [1, 0.2],
    [0.3, -0.8],
  ]

  it("turns a rotated fit onto the first, so that both panels are the same drawing", async () => {
    const [c, s] = [Math.cos(0.8), Math.sin(0.8)]
    const rotate = ([x, y]: readonly number[]) => [c * x! - s * y!, s * x! + c * y!]
    const panels = [
      { label: "P", points, loadings },
      { label: "P", points: points.map(rotate), loadings: loadings.map(rotate) },
    ]
    const [first, second] = await scatter({ panels, labels, features: ["one", "two"] })
    const marks = (svg: string) => ["dot", "arrow"].flatMap((label) => pathsIn(svg, label).flat())
    marks(first!).forEach(([x, y], index) => {
      const [otherX, otherY] = marks(second!)[index]!
      expect(Math.hypot(x - otherX, y - otherY)).toBeLessThan(0.03)
    })
    const [, unturned] = await scatter({ panels, labels, align: false })
    expect(pathsIn(unturned!, "dot")[0]![0]).not.toEqual(pathsIn(first!, "dot")[0]![0])
  })

  it("names classes, features and axes, and draws one arrow a feature", async () => {
    const [svg] = await scatter({
      panels: [{ label: "Closed form", points, loadings }],
      labels,
      features: ["one", "two"],
      axes: ["z1", "z2"],
    })
    expect(textsOf(svg!)).toEqual(
      expect.arrayContaining(["even", "odd & more", "one", "two", "z1", "z2", "Closed form"]),
    )
    expect(pathsIn(svg!, "arrow")).toHaveLength(2)
    checkBalance(svg!)
  })

  it("names the panel whose points do not match the labels", async () => {
    await expect(scatter({ panels: [{ label: "PPCA", points: [[0, 0]] }], labels })).rejects.toThrow(
      "panel 'PPCA' has 1 points for 40 labels",
    )
  })
})
