/**
 * Observable Plot, loaded only when a figure is drawn, and made to draw without a browser: linkedom stands in for the
 * document, and what comes out is made small and given both themes. Next: `axes.ts`, then any figure beside this file.
 */
import type * as PlotLibrary from "@observablehq/plot"
import { LatentlyError } from "../../engine/error.js"
import { color } from "../palette.js"
import { element, figureSvg, rounded } from "../svg.js"

/** Observable Plot's module. */
export type Plot = typeof PlotLibrary

/** How the two libraries are found; a test passes loaders that fail. */
export interface Loaders {
  readonly plot: () => Promise<Plot>
  readonly document: () => Promise<{ parseHTML(html: string): { readonly document: unknown } }>
}

const installed: Loaders = {
  plot: () => import("@observablehq/plot"),
  document: () => import("linkedom"),
}

/** What a figure is drawn with: the library, and a function from plot options to an SVG string. */
export interface Drawing {
  readonly Plot: Plot
  readonly render: (options: PlotLibrary.PlotOptions & { readonly title: string }) => string
}

/**
 * Loads the drawing libraries, which are optional peers of this package.
 *
 * @throws LatentlyError `plot-missing` when one cannot be loaded; its text has the command that installs both.
 * @example const { Plot, render } = await loadDrawing()
 */
export const loadDrawing = async (load: Loaders = installed): Promise<Drawing> => {
  try {
    const [Plot, { parseHTML }] = await Promise.all([load.plot(), load.document()])
    return {
      Plot,
      render: (options) =>
        render(Plot, parseHTML("<html><body></body></html>").document as Document, options),
    }
  } catch (cause) {
    const text =
      "drawing plots needs @observablehq/plot and linkedom, which could not be loaded; install them with: " +
      "npm install @observablehq/plot@0.6.17 linkedom@0.18.12"
    throw new LatentlyError("plot-missing", text, { cause })
  }
}

const render = (
  Plot: Plot,
  document: Document,
  options: PlotLibrary.PlotOptions & { title: string },
): string => {
  const { title, width = 360, height = 300, ...rest } = options
  const svg = Plot.plot({ ...rest, width, height, document } as PlotLibrary.PlotOptions)
  for (const style of svg.querySelectorAll("style")) style.remove()
  for (const group of svg.querySelectorAll('g[aria-label="dot"]')) joinDots(document, group)
  for (const node of svg.querySelectorAll("*")) roundAttributes(node)
  const inherited = { fill: "currentColor", "text-anchor": "middle", style: `color:${color("ink")}` }
  return figureSvg({ width, height, title }, element("g", inherited, svg.innerHTML))
}

/**
 * Dots of one look become one path of zero-length strokes with round ends: a tenth of the bytes, and the same picture.
 */
const joinDots = (document: Document, group: Element): void => {
  const looks = new Map<string, { dot: Element; path: string }>()
  for (const dot of [...group.querySelectorAll("circle")]) {
    const look = ["fill", "fill-opacity", "r"].map((name) => dot.getAttribute(name)).join("|")
    const at = `M${rounded(Number(dot.getAttribute("cx")))} ${rounded(Number(dot.getAttribute("cy")))}h0`
    const seen = looks.get(look)
    if (seen) seen.path += at
    else looks.set(look, { dot, path: at })
    dot.remove()
  }
  for (const { dot, path } of looks.values()) {
    const joined = document.createElementNS("http://www.w3.org/2000/svg", "path")
    joined.setAttribute("d", path)
    joined.setAttribute("stroke", dot.getAttribute("fill") ?? group.getAttribute("fill") ?? "currentColor")
    joined.setAttribute("stroke-width", rounded(2 * Number(dot.getAttribute("r") ?? 3)))
    group.appendChild(joined)
  }
  group.setAttribute("stroke-linecap", "round")
  const opacity = group.getAttribute("fill-opacity")
  if (opacity !== null) group.setAttribute("stroke-opacity", opacity)
}

const measured = ["x", "y", "x1", "y1", "x2", "y2", "width", "height", "cx", "cy", "r", "d", "transform"]

const roundAttributes = (node: Element): void => {
  for (const name of measured) {
    const value = node.getAttribute(name)
    if (value?.includes("."))
      node.setAttribute(
        name,
        value.replace(/-?\d*\.\d+(e-?\d+)?/g, (number) => rounded(Number(number))),
      )
  }
}
