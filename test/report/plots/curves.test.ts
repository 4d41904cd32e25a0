import { describe, expect, it } from "vitest"
import { curves } from "../../../src/report/plots/curves.js"
import { textsOf } from "../markup.js"
import { pathsIn, scaleOf } from "./drawn.js"

describe("curves", () => {
  it("draws each value where it belongs, the reference across, and both names at the right", async () => {
    const y = [-10, -6, -4, -3, -2.5]
    const svg = await curves({
      y: "ELBO (nats)",
      series: [{ label: "run <1>", y }],
      references: [{ label: "exact", value: -2 }],
      yDomain: [-12, 0],
    })
    const [line] = pathsIn(svg, "line")
    const [toX, toY] = [scaleOf(svg, "x"), scaleOf(svg, "y")]
    line!.forEach(([px, py], index) => {
      expect(toX(px)).toBeCloseTo(index + 1, 1)
      expect(Math.abs(toY(py) - y[index]!)).toBeLessThan(0.05)
    })
    const [, rule] = /aria-label="rule"[^>]*><line [^>]*y1="([\d.]+)"/.exec(svg)!
    const [, shift] = /<g transform="translate\(0,([\d.]+)\)"[^>]*aria-label="rule"/.exec(svg) ?? ["", "0"]
    expect(toY(Number(rule) + Number(shift))).toBeCloseTo(-2, 1)
    expect(textsOf(svg).slice(-2)).toEqual(["run <1>", "exact"])
  })

  it("draws three thousand steps as few points with a band, and keeps the file small", async () => {
    const y = Float32Array.from(
      { length: 3000 },
      (_, index) => -100 - 50 * Math.exp(-index / 200) + Math.sin(index * 12.9),
    )
    const svg = await curves({ y: "ELBO", series: [{ label: "a", y }] })
    expect(pathsIn(svg, "line")[0]!.length).toBeLessThanOrEqual(160)
    expect(svg.length).toBeLessThan(20_000)
  })

  it("leads from the end of a short run to its name", async () => {
    const long = Array.from({ length: 50 }, (_, index) => index)
    const svg = await curves({
      y: "y",
      series: [
        { label: "short", y: [1, 2] },
        { label: "long", y: long },
      ],
    })
    expect(svg.match(/stroke-dasharray="1,4"|stroke-dasharray="1 4"/g)).toHaveLength(1)
  })

  it("names a series without a finite value", async () => {
    await expect(curves({ y: "y", series: [] })).rejects.toThrow("at least one series")
    await expect(curves({ y: "y", series: [{ label: "lost", y: [Number.NaN] }] })).rejects.toThrow(
      "series 'lost' has no finite value",
    )
  })
})
