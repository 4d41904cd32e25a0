import { describe, expect, it } from "vitest"
import { type GraphSite, layOutGraph } from "../../src/report/graphLayout.js"
import { modelGraph } from "../../src/report/modelGraph.js"
import { checkBalance, outsideReferences, textsOf } from "./markup.js"

const site = (
  name: string,
  plates: string[],
  parents: string[],
  role: GraphSite["role"] = "latent",
): GraphSite => ({
  name,
  role,
  plates,
  parents,
})

const graphs: Record<string, GraphSite[]> = {
  vae: [site("θ", [], [], "param"), site("z", ["images"], []), site("x", ["images"], ["z", "θ"], "observed")],
  mixture: [
    site("weights", [], [], "param"),
    site("component", ["points"], ["weights"]),
    site("mean", ["components"], [], "param"),
    site("covariance", ["components"], [], "param"),
    site("x", ["points"], ["component", "mean", "covariance"], "observed"),
  ],
  schools: [
    site("mu", [], []),
    site("tau", [], []),
    site("theta", ["schools"], ["mu", "tau"]),
    site("y", ["schools"], ["theta"], "observed"),
  ],
  crossed: [
    site("a", ["students"], []),
    site("b", ["items"], []),
    site("y", ["students", "items"], ["a", "b"], "observed"),
  ],
  network: [
    site("decoder/layer0/kernel", [], [], "param"),
    site("decoder/layer0/bias", [], [], "param"),
    site("z", ["images"], []),
    site("x", ["images"], ["z", "decoder/layer0/kernel", "decoder/layer0/bias"], "observed"),
  ],
  topics: [
    site("topic", ["topics"], ["β"]),
    site("β", [], [], "param"),
    site("α", [], [], "param"),
    site("θ", ["documents"], ["α"]),
    site("k", ["documents", "words"], ["θ"]),
    site("w", ["documents", "words"], ["k", "topic"], "observed"),
    site("r", ["documents"], ["θ", "α"], "observed"),
  ],
}

const numbers = (attributes: string, ...names: string[]) =>
  names.map((name) => Number(new RegExp(`\\b${name}="([-\\d.]+)"`).exec(attributes)![1]))

/** Circles and plates as drawn, circles in the order of the sites. */
const drawnShapes = (svg: string) => ({
  circles: [...svg.matchAll(/<circle ([^>]*)\/>/g)].map(
    ([, attributes]) => numbers(attributes!, "cx", "cy", "r") as [number, number, number],
  ),
  plates: [...svg.matchAll(/<rect ([^>]*)\/>/g)].map(
    ([, attributes]) => numbers(attributes!, "x", "y", "width", "height") as [number, number, number, number],
  ),
})

describe.each(Object.entries(graphs))("the graph of %s", (_, sites) => {
  const svg = modelGraph(sites)
  const { circles, plates } = drawnShapes(svg)

  it("has each plate hold its members wholly and no part of a stranger", () => {
    const memberships = plates.map(([left, top, width, height]) =>
      sites
        .filter((_, index) => {
          const [x, y, r] = circles[index]!
          const isWhole = x - r >= left && x + r <= left + width && y - r >= top && y + r <= top + height
          const isApart = x + r < left || x - r > left + width || y + r < top || y - r > top + height
          expect(isWhole || isApart).toBe(true)
          return isWhole
        })
        .map(({ name }) => name)
        .sort()
        .join(),
    )
    const names = [...new Set(sites.flatMap((each) => each.plates))]
    const members = names.map((plate) =>
      sites
        .filter((each) => each.plates.includes(plate))
        .map(({ name }) => name)
        .sort()
        .join(),
    )
    expect(memberships.sort()).toEqual(members.sort())
  })

  it("has parents above their children and no two nodes upon each other", () => {
    const place = layOutGraph(sites)
    for (const { name, parents } of sites)
      for (const parent of parents) expect(place.get(parent)!.layer).toBeLessThan(place.get(name)!.layer)
    circles.forEach(([x, y, r], index) => {
      for (const [otherX, otherY, otherR] of circles.slice(index + 1))
        expect(Math.hypot(x - otherX, y - otherY)).toBeGreaterThan(r + otherR + 10)
    })
  })

  it("keeps texts of one row apart, and a plate as wide as its label", () => {
    const texts = [...svg.matchAll(/<text ([^>]*)>([^<]*)</g)].map(([, attributes, text]) => {
      const [x, y, size] = numbers(attributes!, "x", "y", "font-size") as [number, number, number]
      const width = 0.5 * size * text!.length
      const left = /text-anchor="(\w+)"/.exec(attributes!)![1] === "middle" ? x - width / 2 : x
      return { y, left: attributes!.includes('"end"') ? x - width : left, width, text }
    })
    texts.forEach((text, index) => {
      const row = texts.slice(index + 1).filter((other) => Math.abs(other.y - text.y) < 8)
      for (const other of row)
        expect(Math.abs(text.left + text.width / 2 - other.left - other.width / 2)).toBeGreaterThan(
          (text.width + other.width) / 2,
        )
    })
    for (const plate of new Set(sites.flatMap((each) => each.plates))) {
      const { left, width } = texts.find(({ text }) => text === plate)!
      expect(plates.some(([from, , span]) => left >= from && left + width <= from + span)).toBe(true)
    }
  })

  it("draws one arrow an edge, and every name", () => {
    const edges = sites.reduce((sum, { parents }) => sum + parents.length, 0)
    expect(svg.match(/<path [^>]*Z"/g)?.length).toBe(edges)
    for (const { name } of sites) expect(textsOf(svg)).toContain(name)
    checkBalance(svg)
    expect(outsideReferences(svg)).toEqual([])
  })
})

it("shades what is observed, dots what is a parameter, writes family and plate size, escapes", () => {
  const svg = modelGraph(
    [
      { name: "w<0", role: "param", plates: [], parents: [] },
      { name: "x", role: "observed", family: "Normal&Co", plates: ["N"], parents: ["w<0"] },
    ],
    { sizes: { N: 272 } },
  )
  expect(textsOf(svg)).toEqual(["w<0", "x", "Normal&Co", "N · 272"])
  expect(svg).toContain("Normal&amp;Co")
  const [param, observed] = [...svg.matchAll(/<circle ([^>]*)\/>/g)].map(([, attributes]) => attributes!)
  expect(numbers(param!, "r")[0]).toBeLessThan(5)
  expect(observed).toContain("color-mix(in oklab,var(--fig-muted,#5b6470) 26%")
})

describe("what is no graph", () => {
  it.each([
    ["a cycle", [site("a", [], ["b"]), site("b", [], ["a"])], "sites depend on each other: a → b → a"],
    ["an unknown parent", [site("a", [], ["c"])], "site 'a' has a parent 'c' that is no site"],
    ["a name twice", [site("a", [], []), site("a", [], [])], "two sites named 'a'"],
    ["nothing", [], "needs at least one site"],
  ])("names %s", (_, sites, text) => {
    expect(() => modelGraph(sites)).toThrow(text)
  })
})
