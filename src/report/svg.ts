/**
 * Small pieces that the figures drawn without a plotting library are made of, and the frame that every figure gets.
 * Next: `imageGrid.ts`, `modelGraph.ts`, `plots/plot.ts`.
 */
import { escapeXml } from "./escape.js"
import { figureFont, themeDeclarations } from "./palette.js"

/** Values of attributes; numbers are rounded to hundredths, `undefined` is left out. */
export type Attributes = { readonly [name: string]: string | number | undefined }

/**
 * One SVG element. Children are markup; text must have been escaped.
 *
 * @example element("circle", { cx: 1 / 3, cy: 2, r: 1 }) // '<circle cx="0.33" cy="2" r="1"/>'
 */
export const element = (name: string, attributes: Attributes, ...children: readonly string[]): string => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escapeXml(value!)}"`)
    .join("")
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`
}

/** A text element; the text is escaped here. */
export const textElement = (text: string, attributes: Attributes): string =>
  element("text", attributes, escapeXml(text))

/** A coordinate with two decimals at most: a hundredth of a pixel is not seen. */
export const rounded = (value: number): string => String(Math.round(value * 100) / 100)

/** Colours for an SVG that is a document of its own; inside a page `svg:root` matches nothing and the page's theme rules. */
const ownTheme =
  `svg:root{${themeDeclarations("light")}}` +
  `@media(prefers-color-scheme:dark){svg:root{${themeDeclarations("dark")}}}`

/** The size, the name for screen readers, and the markup inside of a figure. */
export interface Frame {
  readonly width: number
  readonly height: number
  /** What the figure shows, read out by a screen reader. */
  readonly title: string
}

/** Wraps markup as an SVG that scales with its container and carries both themes. */
export const figureSvg = ({ width, height, title }: Frame, ...children: readonly string[]): string =>
  element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
      width,
      height,
      role: "img",
      "aria-label": title,
      "font-family": figureFont,
      "font-size": 12,
      fill: "none",
    },
    `<style>${ownTheme}</style>`,
    ...children,
  )

/** The natural width and height that a figure was drawn at. */
export const sizeOf = (svg: string): { readonly width: number; readonly height: number } => {
  const [, width, height] = /^<svg[^>]*?\sviewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []
  return { width: Number(width ?? 0), height: Number(height ?? 0) }
}

/**
 * Several figures side by side as one SVG, for a file of its own; a page lays its panels out itself, so that they wrap.
 *
 * @example writeFileSync("mixture.svg", sideBySide(await mixtureEllipses(options)))
 */
export const sideBySide = (
  panels: readonly string[],
  options: { gap?: number; title?: string } = {},
): string => {
  const gap = options.gap ?? 24
  const sizes = panels.map(sizeOf)
  let x = -gap
  const placed = panels.map((panel, index) => {
    x += gap + (index > 0 ? sizes[index - 1]!.width : 0)
    return panel.replace(/^<svg/, `<svg x="${rounded(x)}"`)
  })
  const width = sizes.reduce((sum, size) => sum + size.width + gap, -gap)
  const height = Math.max(...sizes.map((size) => size.height))
  return figureSvg({ width, height, title: options.title ?? "" }, ...placed)
}
