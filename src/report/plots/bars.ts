/**
 * A few named quantities as horizontal bars from zero, each with its number at its end: the parts of a gap. Next: `axes.ts`.
 */
import type { Markish } from "@observablehq/plot"
import { LatentlyError } from "../../engine/error.js"
import { formatNumber, typographicMinus } from "../format.js"
import { color, seriesColor } from "../palette.js"
import { heading, padded } from "./axes.js"
import { loadDrawing, type Plot } from "./plot.js"

/** One bar, optionally with its standard error, shown as a whisker of two of them on each side. */
export interface Bar {
  readonly label: string
  readonly value: number
  readonly standardError?: number
  /** Which palette colour, from 0; all bars take the first unless told. */
  readonly color?: number
}

/** What `bars` draws. */
export interface BarsOptions {
  readonly bars: readonly Bar[]
  readonly unit?: string
  readonly digits?: number
  readonly label?: string
  readonly note?: string
  readonly width?: number
}

const rowHeight = 34

/**
 * Draws the bars as one SVG.
 *
 * @throws LatentlyError `bars` without a bar, or with a value that is not finite.
 * @example await bars({ unit: "nats", bars: [{ label: "family gap", value: 0.31 }, { label: "amortization gap", value: 0.04 }] })
 */
export const bars = async (options: BarsOptions): Promise<string> => {
  const { bars: list, label, note, width = 440 } = options
  checkBars(list)
  const { Plot, render } = await loadDrawing()
  const marginTop = label === undefined ? 8 : note === undefined ? 36 : 54
  const marginLeft = 16 + 6.2 * Math.max(...list.map(({ label: name }) => name.length))
  const written = list.map((bar) => write(bar, options))
  return render({
    title: label ?? list.map(({ label: name }, index) => `${name} ${written[index]}`).join(", "),
    width,
    height: marginTop + rowHeight * list.length + 8,
    marginTop,
    marginBottom: 8,
    marginLeft,
    marginRight: 16 + 6.6 * Math.max(...written.map((text) => text.length)),
    x: { domain: span(list), axis: null },
    y: { domain: list.map(({ label: name }) => name), axis: null, padding: 0.42 },
    marks: [
      Plot.barX(list, { x: "value", y: "label", fill: fills(list), fillOpacity: 0.85 }),
      Plot.ruleX([0], { stroke: color("muted") }),
      whiskers(Plot, list),
      texts(Plot, list, written),
      heading(Plot, label, note, { marginTop, marginLeft }),
    ],
  })
}

const checkBars = (list: readonly Bar[]): void => {
  if (list.length === 0) throw new LatentlyError("bars", "bars needs at least one bar, got none")
  const wrong = list.find(({ value }) => !Number.isFinite(value))
  if (wrong)
    throw new LatentlyError(
      "bars",
      `bar '${wrong.label}' has the value ${wrong.value}; a bar needs a finite one`,
    )
}

const fills = (list: readonly Bar[]) => ({
  value: list.map((bar) => seriesColor(bar.color ?? 0)),
  scale: null,
})

const error = ({ standardError = 0 }: Bar): number => 2 * standardError

const span = (list: readonly Bar[]): [number, number] => {
  const [low, high] = padded(
    [0, ...list.flatMap((bar) => [bar.value - error(bar), bar.value + error(bar)])],
    0,
  )
  return [Math.min(0, low), Math.max(0, high)]
}

const write = (bar: Bar, { digits, unit }: BarsOptions): string => {
  const spread = bar.standardError === undefined ? "" : ` ± ${formatNumber(error(bar), digits)}`
  return typographicMinus(formatNumber(bar.value, digits)) + spread + (unit ? ` ${unit}` : "")
}

const whiskers = (Plot: Plot, list: readonly Bar[]): Markish =>
  Plot.ruleY(
    list.filter(({ standardError }) => standardError !== undefined),
    {
      y: "label",
      x1: (bar: Bar) => bar.value - error(bar),
      x2: (bar: Bar) => bar.value + error(bar),
      stroke: color("ink"),
      strokeWidth: 1.4,
    },
  )

const texts = (Plot: Plot, list: readonly Bar[], written: readonly string[]): Markish[] => [
  Plot.text(list, {
    y: "label",
    text: "label",
    frameAnchor: "left",
    textAnchor: "end",
    dx: -10,
    fontSize: 12.5,
    fill: color("ink"),
  }),
  Plot.text(list, {
    x: (bar: Bar) => Math.max(0, bar.value + error(bar)),
    y: "label",
    text: (_: Bar, index: number) => written[index],
    textAnchor: "start",
    dx: 8,
    fontSize: 12.5,
    fill: color("muted"),
    fontVariant: "tabular-nums",
  }),
]
