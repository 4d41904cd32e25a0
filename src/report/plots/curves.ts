/**
 * An objective against the step: several runs and the exact value as a reference line, each named at its right end. A long
 * run is drawn as means over stretches with the band between its tenth and ninetieth percentile. Next: `../thin.ts`.
 */
import type { Markish } from "@observablehq/plot"
import { LatentlyError } from "../../engine/error.js"
import { color, seriesColor, seriesTextColor } from "../palette.js"
import { type Stretch, settledSpan, thin } from "../thin.js"
import { axes, heading, margins, spreadApart } from "./axes.js"
import { loadDrawing, type Plot } from "./plot.js"

/** A run: `y[i]` at step `x[i]`; without `x` the steps are 1, 2, 3. */
export interface Series {
  readonly label: string
  readonly y: ArrayLike<number>
  readonly x?: ArrayLike<number>
  /** Which palette colour, from 0; the place in the list unless told. */
  readonly color?: number
}

/** A value to compare with, drawn as a dashed line across the plot. */
export interface Reference {
  readonly label: string
  readonly value: number
}

/** What `curves` draws. */
export interface CurvesOptions {
  readonly series: readonly Series[]
  readonly references?: readonly Reference[]
  readonly x?: string
  readonly y: string
  readonly label?: string
  readonly note?: string
  /** The span of y; unless told, that of all but the first tenth of each run. */
  readonly yDomain?: readonly [number, number]
  /** A logarithmic step axis, for runs of very different lengths. */
  readonly logSteps?: boolean
  readonly width?: number
  readonly height?: number
}

interface Drawn {
  readonly label: string
  readonly stretches: readonly Stretch[]
  readonly stroke: string
  readonly textColor: string
}

interface Name {
  readonly label: string
  readonly textColor: string
  readonly value: number
}

const stretchCount = 160
const labelGap = 15

/**
 * Draws the runs as one SVG.
 *
 * @throws LatentlyError `curves` without a run, or with a run that has no finite value.
 * @example
 * await curves({ y: "ELBO (nats)", series: [{ label: "amortized", y: fitted.history }],
 *   references: [{ label: "exact", value: -1130.264 }] })
 */
export const curves = async (options: CurvesOptions): Promise<string> => {
  const { references = [], width = 440, height = 310 } = options
  checkSeries(options.series)
  const { Plot, render } = await loadDrawing()
  const span =
    options.yDomain ??
    settledSpan(
      options.series.map(({ y }) => y),
      references.map(({ value }) => value),
    )
  const drawn = options.series.map(draw)
  const names = namesOf(drawn, references)
  const steps = stepDomain(drawn, options.logSteps ?? false)
  const room = margins(options.label, options.note, 56, labelRoom(names))
  return render({
    title: options.label ?? `${options.y} against ${options.x ?? "step"}`,
    width,
    height,
    ...room,
    x: { type: options.logSteps ? "log" : "linear", domain: steps },
    y: { domain: span as [number, number] },
    marks: [
      axes(Plot, { x: options.x ?? "step", y: options.y, xTicks: 5, yTicks: 6 }, room),
      references.map((reference) => referenceLine(Plot, reference)),
      drawn.map((run) => runMarks(Plot, run, span)),
      drawn.map((run) => leader(Plot, run, span, steps[1])),
      endLabels(Plot, names, span, height - room.marginTop - room.marginBottom),
      heading(Plot, options.label, options.note, room),
    ],
  })
}

const checkSeries = (series: readonly Series[]): void => {
  if (series.length === 0) throw new LatentlyError("curves", "curves needs at least one series, got none")
  const empty = series.find(({ y }) => !Array.from(y).some(Number.isFinite))
  if (empty) throw new LatentlyError("curves", `curves: series '${empty.label}' has no finite value`)
}

const draw = ({ label, x, y, color: index }: Series, place: number): Drawn => ({
  label,
  stretches: thin(x ?? Array.from({ length: y.length }, (_, step) => step + 1), y, stretchCount),
  stroke: seriesColor(index ?? place),
  textColor: seriesTextColor(index ?? place),
})

const labelRoom = (names: readonly Name[]): number =>
  14 + 6.3 * Math.max(...names.map(({ label }) => label.length))

const stepDomain = (drawn: readonly Drawn[], isLog: boolean): [number, number] => [
  isLog ? Math.min(...drawn.map(({ stretches }) => stretches[0]!.x)) : 0,
  Math.max(...drawn.map(({ stretches }) => stretches.at(-1)!.x)),
]

/** Values under the span are cut by hand: a clip path would need an id, which two figures on a page could share. */
const within = (value: number, [low, high]: readonly [number, number]): number =>
  Math.min(high, Math.max(low, value))

const runMarks = (Plot: Plot, { stretches, stroke }: Drawn, span: readonly [number, number]): Markish[] => {
  const shown = stretches.filter(({ high, low }) => high >= span[0] && low <= span[1])
  return [
    Plot.areaY(shown, {
      x: "x",
      y1: ({ low }: Stretch) => within(low, span),
      y2: ({ high }: Stretch) => within(high, span),
      fill: stroke,
      fillOpacity: 0.14,
    }),
    Plot.line(shown, { x: "x", y: ({ mean }: Stretch) => within(mean, span), stroke, strokeWidth: 1.8 }),
  ]
}

/** From the end of a run that stopped early to its name at the right. */
const leader = (
  Plot: Plot,
  { stretches, stroke }: Drawn,
  span: readonly [number, number],
  until: number,
): Markish => {
  const { x, mean } = stretches.at(-1)!
  const level = within(mean, span)
  const style = { stroke, strokeWidth: 1, strokeDasharray: "1 4", strokeLinecap: "round" } as const
  return Plot.line(
    x < until
      ? [
          [x, level],
          [until, level],
        ]
      : [],
    style,
  )
}

const referenceLine = (Plot: Plot, { value }: Reference): Markish =>
  Plot.ruleY([value], { stroke: color("ink"), strokeWidth: 1.1, strokeDasharray: "4 3" })

/** The names of runs and references in one column at the right, moved apart where they would touch. */
const endLabels = (
  Plot: Plot,
  names: readonly Name[],
  span: readonly [number, number],
  pixels: number,
): Markish[] => {
  const perPixel = (span[1] - span[0]) / pixels
  const places = spreadApart(
    names.map(({ value }) => within(value, span) / perPixel),
    labelGap,
  )
  return names.map(({ label, textColor }, index) =>
    Plot.text([label], {
      y: [places[index]! * perPixel],
      frameAnchor: "right",
      textAnchor: "start",
      dx: 8,
      fontSize: 12,
      fontWeight: 500,
      fill: textColor,
    }),
  )
}

const namesOf = (drawn: readonly Drawn[], references: readonly Reference[]): Name[] => [
  ...drawn.map(({ label, stretches, textColor }) => ({ label, textColor, value: stretches.at(-1)!.mean })),
  ...references.map(({ label, value }) => ({ label, textColor: color("ink"), value })),
]
