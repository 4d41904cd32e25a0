/**
 * One self-contained HTML page from text, figures and tables: no script, font or picture is loaded from elsewhere. It draws
 * nothing itself. Next: `style.ts`, `htmlTable.ts`, and the figures in `plots/`.
 */
import { LatentlyError } from "../engine/error.js"
import { escapeXml } from "./escape.js"
import { htmlTable, type ReportTable } from "./htmlTable.js"
import { inlineHtml, paragraphs } from "./prose.js"
import { styleSheet, themeScript } from "./style.js"
import { sizeOf } from "./svg.js"

/** One figure: an SVG string, or several as panels that stand side by side and wrap; or a PNG as a `data:` address. */
export type ReportFigure = {
  /** What to see in it; `code`, strong and emphasis are marked as in `inlineHtml`. */
  readonly caption: string
  /** How much of the page's width it takes on a wide screen; "full" unless told. */
  readonly width?: "full" | "two-thirds" | "half" | "third"
} & ({ readonly svg: string | readonly string[] } | { readonly png: string; readonly alt: string })

/** One section: heading, running text, figures in rows, and a table. */
export interface ReportSection {
  readonly heading: string
  readonly text?: string
  readonly figures?: readonly ReportFigure[]
  readonly table?: ReportTable
}

/** A report. `machine`: what it was made on, as one line or as named facts. */
export interface Report {
  readonly title: string
  readonly lead: string
  readonly sections: readonly ReportSection[]
  readonly machine: string | Readonly<Record<string, string>>
  /** BCP 47 tag of the text's language; "en" unless told. */
  readonly language?: string
}

/** A panel is not blown up beyond this multiple of the size it was drawn at; pictures made of pixels not at all. */
const largestZoom = 1.1

/**
 * Writes the page.
 *
 * @throws LatentlyError `report-figure` when a figure is not an SVG, or a PNG is not a `data:image/png` address.
 * @example
 * writeFileSync("report.html", htmlReport({
 *   title: "Two ways to fit a mixture", lead: "Exact EM and variational EM meet.", machine: "2 cores, Node 22",
 *   sections: [{ heading: "Old Faithful", text: "...", figures: [{ svg: panels, caption: "Both find the same ellipses." }] }],
 * }))
 */
export const htmlReport = ({ title, lead, sections, machine, language = "en" }: Report): string => {
  let figureCount = 0
  const body = sections.map((section) => sectionHtml(section, () => ++figureCount))
  return `<!doctype html>
<html lang="${escapeXml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${styleSheet()}</style>
</head>
<body>
<header class="top">
<button class="theme" type="button" hidden aria-label="Switch between light and dark" title="Switch between light and dark">◐</button>
<h1>${escapeXml(title)}</h1>
${paragraphs(lead, "lead")}
</header>
<main>
${body.join("\n")}
</main>
<footer>${machineHtml(machine)}</footer>
<script>${themeScript}</script>
</body>
</html>
`
}

const sectionHtml = (
  { heading, text, figures = [], table }: ReportSection,
  nextNumber: () => number,
): string => {
  const drawn = figures.map((figure) => figureHtml(figure, nextNumber()))
  const parts = [
    `<section><h2>${escapeXml(heading)}</h2>`,
    text === undefined ? "" : paragraphs(text),
    table === undefined ? "" : htmlTable(table),
    drawn.length === 0 ? "" : `<div class="figures">\n${drawn.join("\n")}\n</div>`,
    "</section>",
  ]
  return parts.filter((part) => part !== "").join("\n")
}

const figureHtml = (figure: ReportFigure, number: number): string => {
  const pictures = "svg" in figure ? svgPictures(figure.svg, number) : pngPicture(figure, number)
  const caption = `<figcaption><b>Figure ${number}.</b>${inlineHtml(figure.caption)}</figcaption>`
  return `<figure class="${figure.width ?? "full"}">${pictures}${caption}</figure>`
}

const svgPictures = (svg: string | readonly string[], number: number): string => {
  const panels = typeof svg === "string" ? [svg] : svg
  const isDrawn =
    Array.isArray(panels) && panels.length > 0 && panels.every((panel) => `${panel}`.startsWith("<svg"))
  if (!isDrawn)
    throw new LatentlyError(
      "report-figure",
      `figure ${number} is not an SVG: a plot's result is awaited before it goes in`,
    )
  const isWide = panels.length === 1 && sizeOf(panels[0]!).width > 560 && !panels[0]!.includes("<image")
  const sized = panels.map((panel) => panel.replace(/^<svg/, `<svg style="${panelStyle(panel, panels)}"`))
  return `<div class="panels${isWide ? " wide" : ""}">${sized.join("")}</div>`
}

/** Panels share a row in proportion to their widths, and wrap before they become too small to read. */
const panelStyle = (panel: string, panels: readonly string[]): string => {
  const { width } = sizeOf(panel)
  const smallest = Math.round(Math.min(width, panels.length > 1 ? 0.92 * width : 0))
  return `flex:${width} 1 ${smallest}px;max-width:${Math.round(width * (panel.includes("<image") ? 1 : largestZoom))}px`
}

const pngPicture = ({ png, alt }: { readonly png: string; readonly alt: string }, number: number): string => {
  if (!png.startsWith("data:image/png;base64,"))
    throw new LatentlyError(
      "report-figure",
      `figure ${number}: a PNG goes in as a data:image/png address, so that the page loads nothing`,
    )
  return `<img src="${escapeXml(png)}" alt="${escapeXml(alt)}" style="max-width:100%">`
}

const machineHtml = (machine: string | Readonly<Record<string, string>>): string => {
  if (typeof machine === "string") return `<dl><dt>Made on</dt><dd>${escapeXml(machine)}</dd></dl>`
  const facts = Object.entries(machine).map(
    ([name, fact]) => `<dt>${escapeXml(name)}</dt><dd>${escapeXml(fact)}</dd>`,
  )
  return `<dl>${facts.join("")}</dl>`
}
