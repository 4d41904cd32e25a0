/** A small plot of a family's densities (curves) or masses (stems), as an SVG that carries both themes. */
import type { Distribution } from "../../src/distributions/index.js"
import { tf } from "../../src/engine/tensor.js"
import { element, figureSvg, textElement } from "../../src/report/svg.js"

const [width, height] = [300, 132]
const frame = { left: 8, right: width - 8, top: 8, bottom: height - 22 }
const points = 361

/** Densities above this multiple of their 96 % quantile are cut off: a pole would flatten the rest. */
const headroom = 1.6

const densities = (dist: Distribution, at: readonly number[]): number[] =>
  [...tf.tidy(() => tf.exp(dist.logProb([...at])).dataSync())].map((y) => (Number.isFinite(y) ? y : Infinity))

const ceiling = (curves: readonly (readonly number[])[]): number => {
  const tops = curves.map((ys) => {
    const sorted = ys.filter(Number.isFinite).sort((a, b) => a - b)
    return Math.min(sorted.at(-1)!, headroom * sorted[Math.floor(0.96 * (sorted.length - 1))]!)
  })
  return Math.max(...tops, 1e-12) * 1.05
}

type Scale = (value: number) => number

const curve = (xs: readonly number[], ys: readonly number[], x: Scale, y: Scale, color: string): string => {
  const path = xs.map((at, i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(ys[i]!).toFixed(1)}`).join("")
  return element("path", { d: path, stroke: color, "stroke-width": 1.8, "stroke-linejoin": "round" })
}

const stems = (
  xs: readonly number[],
  ys: readonly number[],
  x: Scale,
  y: Scale,
  color: string,
  shift: number,
): string =>
  xs
    .map((at, i) => {
      const [px, py] = [x(at) + shift, y(ys[i]!)]
      const stem = element("line", {
        x1: px,
        x2: px,
        y1: frame.bottom,
        y2: py,
        stroke: color,
        "stroke-width": 1.8,
      })
      return stem + element("circle", { cx: px, cy: py, r: 2.4, fill: color })
    })
    .join("")

const axis = (low: number, high: number): string => {
  const line = {
    x1: frame.left,
    x2: frame.right,
    y1: frame.bottom,
    y2: frame.bottom,
    stroke: "var(--fig-rule)",
  }
  const label = (value: number, at: number, anchor: string): string =>
    textElement(String(Math.round(value * 100) / 100), {
      x: at,
      y: height - 7,
      fill: "var(--fig-muted)",
      "text-anchor": anchor,
    })
  return element("line", line) + label(low, frame.left, "start") + label(high, frame.right, "end")
}

/** The plot of one or more distributions of numbers over a range. */
export const densityPlot = (
  name: string,
  dists: readonly Distribution[],
  [low, high]: readonly [number, number],
): string => {
  const whole = dists[0]!.support.discrete
  const count = whole ? high - low + 1 : points
  const xs = Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1))
  const curves = dists.map((dist) => densities(dist, xs))
  const top = ceiling(curves)
  const margin = whole ? 14 : 0
  const x: Scale = (value) =>
    frame.left + margin + ((value - low) / (high - low)) * (frame.right - frame.left - 2 * margin)
  const y: Scale = (value) => frame.bottom - Math.min(value / top, 1) * (frame.bottom - frame.top)
  const marks = curves.map((ys, i) => {
    const color = `var(--fig-${i + 1})`
    return whole ? stems(xs, ys, x, y, color, 5 * (i - (dists.length - 1) / 2)) : curve(xs, ys, x, y, color)
  })
  const title = `${whole ? "Masses" : "Densities"} of ${name}`
  return figureSvg({ width, height, title }, axis(low, high), ...marks)
}
