/**
 * The means of a two-dimensional amortized posterior, one dot a datum, coloured and named by class. Next: `scatterMarks.ts`.
 */
import { LatentlyError } from "../../engine/error.js"
import type { Matrix } from "../ellipse.js"
import { axes, heading, margins, padded } from "./axes.js"
import { loadDrawing } from "./plot.js"
import { classDots, classNames } from "./scatterMarks.js"

/** Means [N, 2] and the class of each. Classes take their colours in sorted order. */
export interface LatentScatterOptions {
  readonly means: Matrix
  readonly classes: readonly (string | number)[]
  readonly label?: string
  readonly note?: string
  readonly axes?: readonly [string, string]
  readonly width?: number
  readonly height?: number
}

/**
 * Draws the latent space as one SVG, square, with the same scale on both axes.
 *
 * @throws LatentlyError `scatter` when there are no means, or another number of classes.
 * @example await latentScatter({ means, classes: digits, label: "Where the encoder puts the test digits" })
 */
export const latentScatter = async (options: LatentScatterOptions): Promise<string> => {
  const { means, classes, label, note, width = 440, height = 460 } = options
  if (means.length === 0 || means.length !== classes.length)
    throw new LatentlyError(
      "scatter",
      `latentScatter got ${means.length} means and ${classes.length} classes`,
    )
  const { Plot, render } = await loadDrawing()
  const order = means
    .map((_, index) => index)
    .sort((a, b) => (classes[a]! < classes[b]! ? -1 : classes[a]! > classes[b]! ? 1 : a - b))
  const points = order.map((index) => means[index]!)
  const labels = order.map((index) => String(classes[index]!))
  const room = margins(label, note)
  return render({
    title: label ?? `${means.length} latent means in two dimensions`,
    width,
    height,
    ...room,
    x: {
      domain: padded(
        points.map((point) => point[0]!),
        0.03,
      ),
    },
    y: {
      domain: padded(
        points.map((point) => point[1]!),
        0.03,
      ),
    },
    marks: [
      axes(Plot, { x: options.axes?.[0] ?? "z₁", y: options.axes?.[1] ?? "z₂" }, room),
      classDots(Plot, points, labels, means.length > 1500 ? 1.5 : 2.2),
      classNames(Plot, points, labels, "middle", 17),
      heading(Plot, label, note, room),
    ],
  })
}
