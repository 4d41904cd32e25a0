/**
 * What all plots share: quiet axes without a box, a panel's heading, and labels that stand beside their lines. Next: `curves.ts`.
 */
import type { Markish, TextOptions } from "@observablehq/plot"
import { formatNumber, typographicMinus } from "../format.js"
import { color } from "../palette.js"
import type { Plot } from "./plot.js"

/** The names of a plot's axes and how many ticks each may have. */
export interface AxisOptions {
  readonly x: string
  readonly y: string
  readonly xTicks?: number
  readonly yTicks?: number
}

/** Room around a plot's frame: `left` holds tick labels, `top` a heading's lines and the y axis's name. */
export interface Margins {
  readonly marginTop: number
  readonly marginRight: number
  readonly marginBottom: number
  readonly marginLeft: number
}

/** Margins for a plot whose heading may have a label and a note. */
export const margins = (
  label: string | undefined,
  note: string | undefined,
  left = 42,
  right = 12,
): Margins => ({
  marginTop: 26 + (label === undefined ? 0 : 24) + (note === undefined ? 0 : 16),
  marginRight: right,
  marginBottom: 42,
  marginLeft: left,
})

/** Both axes: muted text, short ticks, a hairline at the left and at the bottom; the y name stands above its axis. */
export const axes = (
  Plot: Plot,
  { x, y, xTicks = 5, yTicks = 5 }: AxisOptions,
  { marginLeft }: Margins,
): Markish[] => {
  const style = {
    color: color("muted"),
    tickSize: 4,
    tickPadding: 4,
    fontSize: 11,
    labelArrow: "none",
    tickFormat: tickText,
  } as const
  return [
    Plot.frame({ anchor: "left", stroke: color("rule") }),
    Plot.frame({ anchor: "bottom", stroke: color("rule") }),
    Plot.axisX({ ...style, ticks: xTicks, label: x, labelAnchor: "center", labelOffset: 36 }),
    Plot.axisY({ ...style, ticks: yTicks, label: null }),
    aboveFrame(Plot, y, { dx: 2 - marginLeft, dy: -12, fontSize: 11, fill: color("muted") }),
  ]
}

/**
 * A tick with the decimals that its axis needs and a true minus; no thousands separators, as in the report's tables. Plot passes
 * all ticks as the third argument, which its types leave out.
 */
const tickText: (value: number, index: number) => string = (
  ...[value, , ticks]: [number, number, number[]?]
) => {
  const decimals = (ticks ?? [value]).map(
    (tick) => String(Number(tick.toPrecision(8))).split(".")[1]?.length ?? 0,
  )
  return typographicMinus(formatNumber(value, Math.min(Math.max(...decimals), 6)))
}

/** A panel's heading and a muted note under it, flush with the left edge of the drawing. */
export const heading = (
  Plot: Plot,
  label: string | undefined,
  note: string | undefined,
  { marginTop, marginLeft }: Pick<Margins, "marginTop" | "marginLeft">,
): Markish[] => {
  if (label === undefined) return []
  const place = { dx: 2 - marginLeft, dy: 9 - marginTop }
  const marks = [aboveFrame(Plot, label, { ...place, fontSize: 13, fontWeight: 600, fill: color("ink") })]
  if (note === undefined) return marks
  return [
    ...marks,
    aboveFrame(Plot, note, { ...place, dy: place.dy + 17, fontSize: 11.5, fill: color("muted") }),
  ]
}

const aboveFrame = (Plot: Plot, text: string, options: TextOptions): Markish =>
  Plot.text([text], { frameAnchor: "top-left", textAnchor: "start", lineAnchor: "middle", ...options })

/** A stroke in the page's colour around text, so that it can be read over marks. */
export const halo = { stroke: color("paper"), strokeWidth: 4, strokeLinejoin: "round" } as const

/**
 * Positions moved apart so that neighbours are at least `gap` apart, each as near as that allows to where it wanted to be;
 * the order of the result is that of the input. Runs that touch are centred on the mean of what their members wanted.
 *
 * @example spreadApart([10, 12, 40], 10) // [6, 16, 40]
 */
export const spreadApart = (wanted: readonly number[], gap: number): number[] => {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!)
  const runs: { members: number[]; start: number }[] = []
  for (const index of order) {
    let run = { members: [index], start: wanted[index]! }
    for (
      let last = runs.at(-1);
      last && last.start + last.members.length * gap > run.start;
      last = runs.at(-1)
    ) {
      const members = [...last.members, ...run.members]
      const offsets = members.reduce((sum, member, place) => sum + wanted[member]! - place * gap, 0)
      run = { members, start: offsets / members.length }
      runs.pop()
    }
    runs.push(run)
  }
  const placed = [...wanted]
  for (const { members, start } of runs)
    members.forEach((member, place) => {
      placed[member] = start + place * gap
    })
  return placed
}

/** The lowest and highest value with a share of their distance added at both ends. */
export const padded = (values: Iterable<number>, share = 0.05): [number, number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  const margin = (high - low || Math.abs(high) || 1) * share
  return [low - margin, high + margin]
}
