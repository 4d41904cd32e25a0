import { describe, expect, it } from "vitest"
import { htmlReport, type Report } from "../../src/report/htmlReport.js"
import { htmlTable } from "../../src/report/htmlTable.js"
import { imageGrid } from "../../src/report/imageGrid.js"
import { modelGraph } from "../../src/report/modelGraph.js"
import { curves } from "../../src/report/plots/curves.js"
import { pngDataUri } from "../../src/report/png.js"
import { paragraphs } from "../../src/report/prose.js"
import { checkBalance, outsideReferences } from "./markup.js"

const pictures = Array.from({ length: 4 }, (_, index) => new Array(4).fill(index / 4))
const grid = imageGrid({ pictures, shape: [2, 2], columns: 2 })
const graph = modelGraph([{ name: "z", role: "latent", plates: [], parents: [] }])
const png = pngDataUri({ width: 1, height: 1, data: Uint8Array.of(0) }, "grey")

const report = async (): Promise<Report> => ({
  title: 'A <b> & "c"',
  lead: "First *one*.\n\nSecond `x < 1`.",
  machine: { "Made on": "2 cores <arm>" },
  sections: [
    {
      heading: "Mixture & more",
      text: "An ELBO of -1130.26.",
      figures: [
        { svg: await curves({ y: "ELBO", series: [{ label: "run", y: [1, 2, 3] }] }), caption: "**Up.**" },
        { svg: [graph, graph], caption: "two panels", width: "half" },
      ],
      table: {
        rows: [{ a: "<x>", b: -1.5 }],
        columns: [
          { key: "a", heading: "a" },
          { key: "b", heading: "b", digits: 2 },
        ],
      },
    },
    {
      heading: "Pictures",
      figures: [
        { svg: grid, caption: "grid" },
        { png, alt: 'a "dot"', caption: "png" },
      ],
    },
  ],
})

describe("htmlReport", () => {
  it("refers to nothing outside itself", async () => {
    expect(outsideReferences(htmlReport(await report()))).toEqual([])
  })

  it("is balanced, and escapes what it is given", async () => {
    const html = htmlReport(await report())
    checkBalance(html)
    expect(html).toContain("<title>A &lt;b&gt; &amp; &quot;c&quot;</title>")
    expect(html).toContain("<h2>Mixture &amp; more</h2>")
    expect(html).toContain("<td>&lt;x&gt;</td>")
    expect(html).toContain('alt="a &quot;dot&quot;"')
    expect(html).toContain("2 cores &lt;arm&gt;")
    expect(html).toContain("<code>x &lt; 1</code>")
  })

  it("numbers its figures through", async () => {
    const captions = [
      ...htmlReport(await report()).matchAll(/<figcaption><b>(Figure \d)\.<\/b>(.*?)<\/figcaption>/g),
    ]
    expect(captions.map(([, number, text]) => [number, text])).toEqual([
      ["Figure 1", "<strong>Up.</strong>"],
      ["Figure 2", "two panels"],
      ["Figure 3", "grid"],
      ["Figure 4", "png"],
    ])
  })

  it("has a light theme, a dark one by preference and by choice, and light on paper", async () => {
    const html = htmlReport(await report())
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!
    expect(style).toMatch(/^:root\{color-scheme:light;[^}]*--fig-paper:#fdfdfb/)
    expect(style).toMatch(
      /@media\(prefers-color-scheme:dark\)\{:root:not\(\[data-theme=light\]\)\{[^}]*--fig-paper:#14171b/,
    )
    expect(style).toMatch(/:root\[data-theme=dark\]\{[^}]*--fig-paper:#14171b/)
    expect(style).toMatch(/@media print\{\s*:root:root:root\{color-scheme:light/)
    expect(style.split("{").length).toBe(style.split("}").length)
  })

  it("does not enlarge pictures made of pixels", () => {
    const html = htmlReport({
      title: "t",
      lead: "",
      machine: "m",
      sections: [{ heading: "h", figures: [{ svg: grid, caption: "" }] }],
    })
    expect(html).toContain("max-width:6px")
    expect(html).toContain("<dt>Made on</dt><dd>m</dd>")
  })

  it("names the figure that is no SVG, as a plot that was not awaited, or a PNG elsewhere", () => {
    const withFigure = (figure: any) => () =>
      htmlReport({ title: "t", lead: "", machine: "m", sections: [{ heading: "h", figures: [figure] }] })
    expect(withFigure({ svg: Promise.resolve(graph), caption: "" })).toThrow(
      "figure 1 is not an SVG: a plot's result is awaited",
    )
    expect(withFigure({ svg: [], caption: "" })).toThrow("figure 1 is not an SVG")
    expect(withFigure({ png: "figure.png", alt: "", caption: "" })).toThrow(
      "figure 1: a PNG goes in as a data:image/png address",
    )
  })
})

describe("htmlTable", () => {
  it("parts groups into bodies, aligns numbers, sets the minus", () => {
    const rows = [
      { g: "a", v: -1 },
      { g: "a", v: 2 },
      { g: "b", v: null },
    ]
    const columns = [
      { key: "g", heading: "group" },
      { key: "v", heading: "value", digits: 1 },
    ] as const
    expect(htmlTable({ rows, columns, groupBy: "g", caption: "in `nats`" })).toBe(
      '<div class="scroll"><table aria-label="in `nats`"><thead><tr><th scope="col">group</th><th scope="col" class="number">value</th></tr></thead>' +
        '<tbody><tr><td>a</td><td class="number">−1.0</td></tr><tr><td></td><td class="number">2.0</td></tr></tbody>' +
        '<tbody><tr><td>b</td><td class="number">–</td></tr></tbody></table></div><p class="caption">in <code>nats</code></p>',
    )
  })
})

describe("paragraphs", () => {
  it("knows strong, emphasis and code, and leaves stars that multiply alone", () => {
    expect(paragraphs("**a** *b* `*c*` 2 * 3 * 4\n\nd")).toBe(
      "<p><strong>a</strong> <em>b</em> <code>*c*</code> 2 * 3 * 4</p>\n<p>d</p>",
    )
  })
  it("escapes before it marks", () => {
    expect(paragraphs("*<script>*", "lead")).toBe('<p class="lead"><em>&lt;script&gt;</em></p>')
  })
})
