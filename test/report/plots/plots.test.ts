import { describe, expect, it } from "vitest"
import { seriesColor } from "../../../src/report/palette.js"
import { padded, spreadApart } from "../../../src/report/plots/axes.js"
import { bars } from "../../../src/report/plots/bars.js"
import { curves } from "../../../src/report/plots/curves.js"
import { latentScatter } from "../../../src/report/plots/latentScatter.js"
import { mixtureEllipses } from "../../../src/report/plots/mixtureEllipses.js"
import { loadDrawing } from "../../../src/report/plots/plot.js"
import { scatter } from "../../../src/report/plots/scatter.js"
import { sideBySide, sizeOf } from "../../../src/report/svg.js"
import { checkBalance, outsideReferences, textsOf } from "../markup.js"

const pairs = (d: string) =>
  [...d.matchAll(/(-?[\d.]+)[ ,](-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)

/** Paths inside groups with this label, each as its points. */
const pathsIn = (svg: string, label: string): (readonly (readonly [number, number])[])[] =>
  [...svg.matchAll(new RegExp(`<g [^>]*aria-label="${label}"[^>]*>(.*?)</g>`, "g"))].flatMap(([, inside]) =>
    [...inside!.matchAll(/ d="([^"]*)"/g)].map(([, d]) => pairs(d!)),
  )

/** From a pixel to a value, read off two tick labels of an axis. */
const scaleOf = (svg: string, axis: "x" | "y"): ((pixel: number) => number) => {
  const group = new RegExp(`<g [^>]*aria-label="${axis}-axis tick label"[^>]*>(.*?)</g>`).exec(svg)![1]!
  const ticks = [
    ...group.matchAll(/<text [^>]*transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*>([^<]*)</g),
  ].map(([, x, y, text]) => [Number(axis === "x" ? x : y), Number(text!.replace("−", "-"))] as const)
  const [[p0, v0], [p1, v1]] = [ticks[0]!, ticks.at(-1)!]
  return (pixel) => v0 + ((pixel - p0) * (v1 - v0)) / (p1 - p0)
}

const points = Array.from({ length: 40 }, (_, index) => [Math.cos(index) * 3, Math.sin(index * 1.7) * 20])
const fit = {
  label: "EM",
  weights: [0.4, 0.6],
  means: [
    [-1, -5],
    [1.5, 8],
  ],
  covariances: [
    [
      [0.5, 1],
      [1, 30],
    ],
    [
      [1, -2],
      [-2, 40],
    ],
  ],
}

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

describe("spreadApart", () => {
  it("moves touching labels apart around their mean and leaves the rest", () => {
    expect(spreadApart([10, 12, 40], 10)).toEqual([6, 16, 40])
    expect(spreadApart([40, 12, 10], 10)).toEqual([40, 16, 6])
  })
  it("never leaves two nearer than the gap, and keeps their order", () => {
    const wanted = Array.from({ length: 30 }, (_, index) => (index * 7919) % 97)
    const placed = spreadApart(wanted, 5)
    const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b)
    for (let index = 1; index < 30; index++)
      expect(placed[order[index]!]! - placed[order[index - 1]!]!).toBeGreaterThanOrEqual(5 - 1e-9)
  })
})

it("padded adds a share of the span at both ends, also where there is none", () => {
  expect(padded([0, 10], 0.1)).toEqual([-1, 11])
  expect(padded([5], 0.1)).toEqual([4.5, 5.5])
})
