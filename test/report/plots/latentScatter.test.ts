import { describe, expect, it } from "vitest"
import { seriesColor } from "../../../src/report/palette.js"
import { latentScatter } from "../../../src/report/plots/latentScatter.js"
import { textsOf } from "../markup.js"
import { points } from "./clusters.js"
import { pathsIn } from "./drawn.js"

describe("latentScatter", () => {
  it("gives classes their colours in sorted order and names each once", async () => {
    const classes = points.map((_, index) => (index * 7) % 3)
    const svg = await latentScatter({ means: points, classes, label: "Latent means" })
    expect(textsOf(svg).filter((text) => ["0", "1", "2"].includes(text)).length).toBeGreaterThanOrEqual(3)
    const strokes = [...svg.matchAll(/<path [^>]*stroke="(var\(--fig-\d+,[^"]*)"/g)].map(
      ([, stroke]) => stroke,
    )
    expect(strokes).toEqual([0, 1, 2].map(seriesColor))
    expect(pathsIn(svg, "dot").flat()).toHaveLength(points.length)
  })
  it("refuses classes that do not match", async () => {
    await expect(latentScatter({ means: points, classes: [1] })).rejects.toThrow("got 40 means and 1 classes")
  })
})
