/**
 * Gaussian mixtures over the points they were fitted to: one panel a fit, points in the colour of the component that is
 * responsible for them, ellipses at one and two standard deviations. Next: `../ellipse.ts`, `../responsibilities.ts`.
 */
import type { Markish } from "@observablehq/plot"
import { LatentlyError } from "../../engine/error.js"
import { ellipseOf, type Matrix, marginalCovariance, outline } from "../ellipse.js"
import { blend, color, seriesColor } from "../palette.js"
import { type MixtureFit, matchComponents, responsibilities } from "../responsibilities.js"
import { axes, heading, margins, padded } from "./axes.js"
import { loadDrawing, type Plot } from "./plot.js"

/** Points [N, D] and the fits to show over them. */
export interface MixtureEllipsesOptions {
  readonly points: Matrix
  /** Each with an optional note under its heading, such as its log-likelihood. */
  readonly fits: readonly (MixtureFit & { readonly note?: string })[]
  /** Names of all D dimensions. */
  readonly names?: readonly string[]
  /** Which two dimensions to show; the first two unless told. Responsibilities use all of them. */
  readonly dimensions?: readonly [number, number]
  readonly width?: number
  readonly height?: number
}

/**
 * One SVG a fit, all on the same axes. Components are matched to those of the first fit, so that colours agree.
 *
 * @throws LatentlyError `mixture-panels` without a point or a fit; `covariance` as `ellipseOf` and `responsibilities` do.
 * @example
 * const panels = await mixtureEllipses({ points, names: ["eruption (min)", "waiting (min)"], fits: [
 *   { label: "Exact EM", note: "log-likelihood -1130.2640", weights, means, covariances },
 * ] })
 */
export const mixtureEllipses = async (options: MixtureEllipsesOptions): Promise<string[]> => {
  const { points, fits, names = [], dimensions = [0, 1], width = 360, height = 320 } = options
  if (points.length === 0 || fits.length === 0)
    throw new LatentlyError(
      "mixture-panels",
      `mixtureEllipses got ${points.length} points and ${fits.length} fits`,
    )
  const { Plot, render } = await loadDrawing()
  const matched = fits.map((fit) => matchComponents(fit, fits[0]!))
  const domains = sharedDomains(points, matched, dimensions)
  const axisName = (index: number) => names[index] ?? `dimension ${index + 1}`
  const room = margins("label", fits.some(({ note }) => note !== undefined) ? "note" : undefined)
  return matched.map((fit) =>
    render({
      title: `${points.length} points and the ${fit.means.length} components of ${fit.label}`,
      width,
      height,
      ...room,
      x: { domain: domains[0] },
      y: { domain: domains[1] },
      marks: [
        axes(Plot, { x: axisName(dimensions[0]), y: axisName(dimensions[1]) }, room),
        pointMarks(Plot, points, fit, dimensions),
        fit.means.map((_, component) => componentMarks(Plot, fit, component, dimensions)),
        heading(Plot, fit.label, fit.note, room),
      ],
    }),
  )
}

const outlines = (fit: MixtureFit, component: number, dimensions: readonly [number, number]) => {
  const mean = dimensions.map((dimension) => fit.means[component]![dimension]!)
  const covariance = marginalCovariance(fit.covariances[component]!, dimensions)
  return [1, 2].map((sigmas) => outline(ellipseOf(mean, covariance, sigmas)))
}

const sharedDomains = (
  points: Matrix,
  fits: readonly MixtureFit[],
  dimensions: readonly [number, number],
): [[number, number], [number, number]] => {
  const along = (axis: 0 | 1): [number, number] => {
    const edges = fits.flatMap((fit) =>
      fit.means.flatMap((_, component) =>
        outlines(fit, component, dimensions)[1]!.map((point) => point[axis]!),
      ),
    )
    return padded([...points.map((point) => point[dimensions[axis]]!), ...edges], 0.03)
  }
  return [along(0), along(1)]
}

const pointMarks = (
  Plot: Plot,
  points: Matrix,
  fit: MixtureFit,
  dimensions: readonly [number, number],
): Markish =>
  Plot.dot(points, {
    x: (point: ArrayLike<number>) => point[dimensions[0]],
    y: (point: ArrayLike<number>) => point[dimensions[1]],
    r: 2.2,
    fill: { value: responsibilities(points, fit).map(blend), scale: null },
    fillOpacity: 0.7,
  })

const componentMarks = (
  Plot: Plot,
  fit: MixtureFit,
  component: number,
  dimensions: readonly [number, number],
): Markish[] => {
  const stroke = seriesColor(component)
  const [inner, outer] = outlines(fit, component, dimensions)
  const closed = { curve: "linear-closed", stroke, fill: stroke } as const
  const center = [dimensions.map((dimension) => fit.means[component]![dimension]!)]
  return [
    Plot.line(outer!, { ...closed, fillOpacity: 0.05, strokeWidth: 1, strokeOpacity: 0.75 }),
    Plot.line(inner!, { ...closed, fillOpacity: 0.09, strokeWidth: 1.8 }),
    Plot.dot(center, { r: 5, fill: color("paper") }),
    Plot.dot(center, { r: 3.2, fill: stroke }),
  ]
}
