import { describe, expect, it } from "vitest"
import { bars } from "../../../src/report/plots/bars.js"
import { curves } from "../../../src/report/plots/curves.js"
import { latentScatter } from "../../../src/report/plots/latentScatter.js"
import { mixtureEllipses } from "../../../src/report/plots/mixtureEllipses.js"
import { loadDrawing } from "../../../src/report/plots/plot.js"
import { sideBySide, sizeOf } from "../../../src/report/svg.js"
import { checkBalance, outsideReferences } from "../markup.js"
import { fit, points } from "./clusters.js"

describe("every figure", () => {
  it("refers to nothing outside, is balanced, carries both themes and a name", async () => {
    const figures = [
      ...(await mixtureEllipses({ points, fits: [fit] })),
      await curves({ y: "y", series: [{ label: "a", y: [1, 2] }] }),
      await bars({ bars: [{ label: "a", value: 1 }] }),
      await latentScatter({ means: points, classes: points.map(() => 1) }),
    ]
    for (const svg of [...figures, sideBySide(figures)]) {
      checkBalance(svg)
      expect(outsideReferences(svg)).toEqual([])
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 [\d.]+ [\d.]+"/)
      expect(svg).toContain("@media(prefers-color-scheme:dark){svg:root{")
    }
  })

  it("stands side by side with the others at its own size", () => {
    const wide = '<svg xmlns="x" viewBox="0 0 100 50"></svg>'
    expect(sizeOf(sideBySide([wide, wide, wide], { gap: 10 }))).toEqual({ width: 320, height: 50 })
    expect(sideBySide([wide, wide], { gap: 10 })).toContain('<svg x="110"')
  })

  it("says which command installs a library that is missing", async () => {
    const missing = async () => {
      throw new Error("Cannot find package")
    }
    const failing = loadDrawing({ plot: missing, document: () => import("linkedom") })
    await expect(failing).rejects.toThrow("npm install @observablehq/plot@0.6.17 linkedom@0.18.12")
    await expect(failing).rejects.toMatchObject({ code: "plot-missing" })
  })
})
