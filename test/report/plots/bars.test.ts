import { describe, expect, it } from "vitest"
import { bars } from "../../../src/report/plots/bars.js"
import { textsOf } from "../markup.js"

describe("bars", () => {
  it("draws lengths in proportion and writes the numbers", async () => {
    const svg = await bars({
      bars: [
        { label: "family gap", value: 0.3, standardError: 0.01 },
        { label: "rest", value: -0.1 },
      ],
      unit: "nats",
      digits: 2,
    })
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect(widths[0]! / widths[1]!).toBeCloseTo(3, 2)
    expect(textsOf(svg)).toEqual(["family gap", "rest", "0.30 ± 0.02 nats", "−0.10 nats"])
  })
  it("names a bar that has no finite value", async () => {
    await expect(bars({ bars: [{ label: "gap", value: Number.NaN }] })).rejects.toThrow(
      "bar 'gap' has the value NaN",
    )
  })
})
