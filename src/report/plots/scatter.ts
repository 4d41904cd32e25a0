/**
 * Points in a two-dimensional latent space, coloured by a label they were not given, with the loadings as arrows: one panel
 * a fit, turned onto the first. Next: `../align.ts`, `latentScatter.ts`.
 */
import { LatentlyError } from "../../engine/error.js"
import { turned, turnOnto } from "../align.js"
import type { Matrix } from "../ellipse.js"
import { axes, heading, margins, padded } from "./axes.js"
import { loadDrawing } from "./plot.js"
import { classDots, classNames, loadingArrows } from "./scatterMarks.js"

/** One fit: where each point lies [N, 2], and optionally how each of D features loads on the two axes [D, 2]. */
export interface ScatterPanel {
  readonly label: string
  readonly note?: string
  readonly points: Matrix
  readonly loadings?: Matrix
}

/** What `scatter` draws. */
export interface ScatterOptions {
  readonly panels: readonly ScatterPanel[]
  /** The class of each point, N of them. */
  readonly labels: readonly string[]
  /** Names of the D features, written at the arrows. */
  readonly features?: readonly string[]
  readonly axes?: readonly [string, string]
  /** Turns or mirrors each panel onto the first by its points (orthogonal Procrustes); true unless told. */
  readonly align?: boolean
  readonly width?: number
  readonly height?: number
}

/**
 * One SVG a panel, on the same axes at the same scale. Each class is named above or below its points.
 *
 * @throws LatentlyError `scatter` without a panel, or when a panel has another number of points than there are labels.
 * @example
 * const panels = await scatter({ labels: species, features: ["sepal length", "petal length"], panels: [
 *   { label: "Closed form", points: exact.latent, loadings: exact.loadings },
 *   { label: "Amortized guide", points: fitted.latent, loadings: fitted.loadings },
 * ] })
 */
export const scatter = async (options: ScatterOptions): Promise<string[]> => {
  const { labels, features = [], width = 360, height = 340 } = options
  checkPanels(options)
  const { Plot, render } = await loadDrawing()
  const panels =
    (options.align ?? true)
      ? options.panels.map((panel) => alignedTo(options.panels[0]!, panel))
      : options.panels
  const reach = loadingReach(panels)
  const domain = (axis: 0 | 1) =>
    padded(
      panels.flatMap(({ points, loadings = [] }) => [
        ...points.map((point) => point[axis]!),
        ...loadings.map((loading) => 1.08 * reach * loading[axis]!),
      ]),
    )
  const room = margins("label", panels.some(({ note }) => note !== undefined) ? "note" : undefined)
  return panels.map((panel) =>
    render({
      title: `${panel.label}: ${panel.points.length} points in two latent dimensions`,
      width,
      height,
      ...room,
      x: { domain: domain(0) },
      y: { domain: domain(1) },
      marks: [
        axes(Plot, { x: options.axes?.[0] ?? "z₁", y: options.axes?.[1] ?? "z₂" }, room),
        classDots(Plot, panel.points, labels),
        loadingArrows(Plot, panel.loadings ?? [], features, reach, domain(0)),
        classNames(Plot, panel.points, labels, "edge", 12.5),
        heading(Plot, panel.label, panel.note, room),
      ],
    }),
  )
}

const checkPanels = ({ panels, labels }: ScatterOptions): void => {
  if (panels.length === 0) throw new LatentlyError("scatter", "scatter needs at least one panel, got none")
  const wrong = panels.find(({ points }) => points.length !== labels.length)
  if (wrong)
    throw new LatentlyError(
      "scatter",
      `scatter: panel '${wrong.label}' has ${wrong.points.length} points for ${labels.length} labels`,
    )
}

const alignedTo = (first: ScatterPanel, panel: ScatterPanel): ScatterPanel => {
  if (panel === first) return panel
  const turn = turnOnto(panel.points, first.points)
  const points = turned(panel.points, turn)
  return panel.loadings === undefined
    ? { ...panel, points }
    : { ...panel, points, loadings: turned(panel.loadings, turn) }
}

/** One factor for the arrows of all panels: the longest reaches nearly as far as the farthest point. */
const loadingReach = (panels: readonly ScatterPanel[]): number => {
  const longest = (vectors: readonly ArrayLike<number>[]) =>
    vectors.reduce((most, vector) => Math.max(most, Math.hypot(vector[0]!, vector[1]!)), 0)
  const farthest = longest(panels.flatMap(({ points }) => points))
  return (0.85 * farthest) / (longest(panels.flatMap(({ loadings = [] }) => loadings)) || 1)
}
