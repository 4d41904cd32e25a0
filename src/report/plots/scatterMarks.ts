/**
 * What scatter plots are made of: dots in the colour of their class, the classes' names, and loadings as arrows. Next:
 * `scatter.ts`, `latentScatter.ts`.
 */
import type { Markish } from "@observablehq/plot"
import type { Matrix } from "../ellipse.js"
import { color, seriesColor, seriesTextColor } from "../palette.js"
import { halo } from "./axes.js"
import type { Plot } from "./plot.js"

type Vector = ArrayLike<number>

/** Dots in the colour of their class, colours given out in the order in which classes first occur. */
export const classDots = (Plot: Plot, points: Matrix, labels: readonly string[], radius = 2.6): Markish => {
  const names = [...new Set(labels)]
  return Plot.dot(points, {
    x: "0",
    y: "1",
    r: radius,
    fill: { value: labels.map((label) => seriesColor(names.indexOf(label))), scale: null },
    fillOpacity: 0.7,
  })
}

/**
 * Each class's name: in the `middle` of its points, or at its `edge`, above those that lie higher than the rest and below the
 * others, where it hides nothing.
 */
export const classNames = (
  Plot: Plot,
  points: Matrix,
  labels: readonly string[],
  place: "middle" | "edge",
  fontSize: number,
): Markish[] => {
  const middle = quantile(points, 1, 0.5)
  return [...classesOf(points, labels)].map(([label, members], index) => {
    const isHigh = quantile(members, 1, 0.5) >= middle
    const level = place === "middle" ? 0.5 : isHigh ? 0.98 : 0.02
    return Plot.text([label], {
      x: [quantile(members, 0, 0.5)],
      y: [quantile(members, 1, level)],
      dy: place === "middle" ? 0 : isHigh ? -14 : 14,
      fontSize,
      fontWeight: 600,
      fill: seriesTextColor(index),
      ...halo,
    })
  })
}

const classesOf = (points: Matrix, labels: readonly string[]): Map<string, Vector[]> => {
  const members = new Map<string, Vector[]>()
  points.forEach((point, index) => {
    const label = labels[index]!
    if (!members.has(label)) members.set(label, [])
    members.get(label)!.push(point)
  })
  return members
}

const quantile = (points: Matrix, axis: 0 | 1, level: number): number => {
  const values = points.map((point) => point[axis]!).sort((a, b) => a - b)
  return values[Math.round(level * (values.length - 1))]!
}

/** Arrows from the origin, `reach` times as long as the loadings, each named at its tip, inside the plot's `left` to `right`. */
export const loadingArrows = (
  Plot: Plot,
  loadings: Matrix,
  features: readonly string[],
  reach: number,
  [left, right]: readonly [number, number],
): Markish[] =>
  loadings.flatMap((loading, index) => {
    const tip = { x2: reach * loading[0]!, y2: reach * loading[1]! }
    const isAbove = tip.y2 >= 0 !== hidesBehindAnother(loadings, index)
    const isNearEdge = tip.x2 > 0.6 * right || tip.x2 < 0.6 * left
    const side = tip.x2 < 0 === isNearEdge ? "start" : "end"
    return [
      Plot.arrow([0], { x1: 0, y1: 0, ...tip, stroke: color("ink"), strokeWidth: 1.3, headLength: 7 }),
      Plot.text([features[index] ?? `feature ${index + 1}`], {
        x: [tip.x2],
        y: [tip.y2],
        textAnchor: side,
        dx: isNearEdge ? 0 : tip.x2 < 0 ? -5 : 5,
        dy: isAbove ? -10 : 11,
        fontSize: 11,
        fill: color("ink"),
        ...halo,
      }),
    ]
  })

/** Whether a longer arrow runs nearly along this one, so that its name goes to the other side. */
const hidesBehindAnother = (loadings: Matrix, index: number): boolean => {
  const own = loadings[index]!
  const length = (vector: Vector) => Math.hypot(vector[0]!, vector[1]!)
  return loadings.some((other) => {
    const cosine = (own[0]! * other[0]! + own[1]! * other[1]!) / (length(own) * length(other))
    return length(other) > length(own) && cosine > 0.97
  })
}
