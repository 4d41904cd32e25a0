/**
 * A grid of small pictures as one figure: reconstructions under their originals, draws from the prior, a manifold. The
 * pictures are ink on clear paper, so that a dark page shows them light on dark. Next: `atlas.ts`, `png.ts`.
 */
import { LatentlyError } from "../engine/error.js"
import { type AtlasLayout, layOut, type Pictures } from "./atlas.js"
import { color } from "./palette.js"
import { pngDataUri } from "./png.js"
import { element, figureSvg, textElement } from "./svg.js"

/** What to draw. Values are in [0, 1], 1 the ink. */
export interface ImageGridOptions {
  readonly pictures: Pictures
  /** [height, width] of one picture. */
  readonly shape: readonly [height: number, width: number]
  readonly columns: number
  /** Clear pixels between pictures; 2 unless told, 0 for a manifold. */
  readonly gap?: number
  /** Screen pixels to a picture's pixel; a whole number keeps them even. 1 unless told. */
  readonly scale?: number
  /** A label before each row, or fewer that then repeat from the top. */
  readonly rowLabels?: readonly string[]
  /** Every so many rows a wider gap. */
  readonly groupRows?: number
  /** What the horizontal and vertical axes are, written beside the grid. */
  readonly axes?: readonly [horizontal: string, vertical: string]
  /** Read out by a screen reader. */
  readonly title?: string
}

const labelHeight = 13
const labelWidth = 7

/**
 * Draws the grid; natural width is that of the pictures times `scale` plus labels.
 *
 * @throws LatentlyError `image-size` and `image-value` as `layOut` does; `image-grid` when `columns` is not an integer ≥ 1.
 * @example imageGrid({ pictures: samples, shape: [28, 28], columns: 10, scale: 2, title: "Draws from the prior" })
 */
export const imageGrid = (options: ImageGridOptions): string => {
  const { pictures, shape, columns, gap = 2, scale = 1, groupRows, axes } = options
  if (!Number.isInteger(columns) || columns < 1)
    throw new LatentlyError("image-grid", `imageGrid needs columns, an integer of at least 1, got ${columns}`)
  const layout: AtlasLayout = {
    shape,
    columns,
    gap,
    ...(groupRows ? { groupRows, groupGap: 4 * gap + 2 } : {}),
  }
  const { image, tops } = layOut(pictures, layout)
  const labels = rowLabels(
    options,
    tops.map((top) => (top + shape[0] / 2) * scale),
  )
  const left = labels.width + (axes ? 20 : 0)
  const [width, height] = [image.width * scale, image.height * scale]
  return figureSvg(
    {
      width: left + width,
      height: height + (axes ? 22 : 0),
      title: options.title ?? `${image.width} by ${image.height} pixels of pictures`,
    },
    ...labels.marks,
    element("image", {
      x: left,
      y: 0,
      width,
      height,
      style: imageStyle(scale),
      href: pngDataUri(image, "ink"),
    }),
    ...(axes ? axisNames(axes, left, width, height) : []),
  )
}

/** Enlarged pixels stay square; at natural size a browser that must shrink the picture should average, not skip. */
const imageStyle = (scale: number): string =>
  `${scale > 1 ? "image-rendering:var(--fig-image-rendering,pixelated);" : ""}filter:var(--fig-image-filter,none)`

/** What `reconstructions` draws: as many originals as reconstructions, in the same order. */
export interface ReconstructionOptions
  extends Omit<ImageGridOptions, "pictures" | "rowLabels" | "groupRows" | "axes"> {
  readonly originals: readonly ArrayLike<number>[]
  readonly reconstructions: readonly ArrayLike<number>[]
  readonly labels?: readonly [original: string, reconstruction: string]
}

/**
 * Originals in one row, each with its reconstruction right below it, in as many pairs of rows as they need.
 *
 * @throws LatentlyError `image-grid` when the counts differ or the last row would not be full.
 * @example reconstructions({ originals, reconstructions, shape: [28, 28], columns: 8, scale: 2 })
 */
export const reconstructions = (options: ReconstructionOptions): string => {
  const { originals, reconstructions: made, columns, labels = ["data", "model"] } = options
  if (originals.length !== made.length || originals.length % columns !== 0)
    throw new LatentlyError(
      "image-grid",
      `${originals.length} originals and ${made.length} reconstructions do not make full pairs of rows of ${columns}`,
    )
  const pictures: ArrayLike<number>[] = []
  for (let start = 0; start < originals.length; start += columns)
    pictures.push(...originals.slice(start, start + columns), ...made.slice(start, start + columns))
  return imageGrid({
    title: "Pictures and their reconstructions",
    ...options,
    pictures,
    rowLabels: labels,
    groupRows: 2,
  })
}

const rowLabels = ({ rowLabels: labels = [] }: ImageGridOptions, middles: readonly number[]) => {
  if (labels.length === 0) return { width: 0, marks: [] }
  const width = Math.max(...labels.map((label) => label.length)) * labelWidth + 8
  const marks = middles.map((middle, row) =>
    textElement(labels[row % labels.length]!, {
      x: width - 8,
      y: middle + labelHeight / 3,
      "text-anchor": "end",
      "font-size": labelHeight,
      fill: color("muted"),
    }),
  )
  return { width, marks }
}

const axisNames = (
  [across, up]: readonly [string, string],
  left: number,
  width: number,
  height: number,
): string[] => {
  const style = { fill: color("muted"), "font-size": 12, "text-anchor": "middle" }
  const middle = height / 2
  return [
    textElement(`${across} →`, { ...style, x: left + width / 2, y: height + 17 }),
    textElement(`${up} →`, { ...style, x: 12, y: middle, transform: `rotate(-90 12 ${middle})` }),
  ]
}
