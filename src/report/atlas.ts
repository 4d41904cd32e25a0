/**
 * Many small pictures laid out on one, so that a grid of four hundred is a single PNG. Next: `imageGrid.ts`.
 */
import { LatentlyError } from "../engine/error.js"
import type { ByteImage } from "./png.js"

/** Pictures as numbers in [0, 1], one after another: a flat array of `count * height * width`, or one array each. */
export type Pictures = ArrayLike<number> | readonly ArrayLike<number>[]

/** How the pictures lie: `shape` is [height, width] of one; gaps are in its pixels. */
export interface AtlasLayout {
  readonly shape: readonly [height: number, width: number]
  readonly columns: number
  readonly gap: number
  /** Every so many rows, `groupGap` stands in place of `gap`. */
  readonly groupRows?: number
  readonly groupGap?: number
}

/** The picture of pictures, and where its rows and columns begin, in pixels. */
export interface Atlas {
  readonly image: ByteImage
  readonly lefts: readonly number[]
  readonly tops: readonly number[]
}

/**
 * Lays pictures out row by row. Values below 0 and above 1 (a Gaussian decoder gives them) become 0 and 1.
 *
 * @throws LatentlyError `image-size` when the numbers do not make whole pictures, `image-value` at a NaN.
 * @example layOut(new Float32Array(4 * 784), { shape: [28, 28], columns: 2, gap: 2 }).image.width // 58
 */
export const layOut = (pictures: Pictures, layout: AtlasLayout): Atlas => {
  const { shape, columns, gap } = layout
  const [height, width] = shape
  const list = separate(pictures, height * width)
  const used = Math.min(columns, list.length)
  const rows = Math.ceil(list.length / columns)
  const lefts = Array.from({ length: used }, (_, column) => column * (width + gap))
  const tops = Array.from({ length: rows }, (_, row) => row * (height + gap) + extraGap(row, layout))
  const image = {
    width: lefts[used - 1]! + width,
    height: tops[rows - 1]! + height,
    data: new Uint8Array((lefts[used - 1]! + width) * (tops[rows - 1]! + height)),
  }
  list.forEach((picture, index) => {
    copyInto(image, picture, width, lefts[index % columns]!, tops[Math.floor(index / columns)]!)
  })
  return { image, lefts, tops }
}

const extraGap = (row: number, { gap, groupRows, groupGap }: AtlasLayout): number =>
  groupRows === undefined ? 0 : Math.floor(row / groupRows) * ((groupGap ?? gap) - gap)

const separate = (pictures: Pictures, pixels: number): ArrayLike<number>[] => {
  const first = pictures[0]
  const list =
    typeof first === "object"
      ? Array.from(pictures as ArrayLike<ArrayLike<number>>)
      : cut(pictures as ArrayLike<number>, pixels)
  const wrong = list.findIndex((picture) => picture.length !== pixels)
  if (list.length > 0 && wrong < 0) return list
  const found = list.length === 0 ? "no picture" : `picture ${wrong} with ${list[wrong]!.length} values`
  throw new LatentlyError("image-size", `pictures of ${pixels} pixels each were asked for, got ${found}`)
}

const cut = (flat: ArrayLike<number>, pixels: number): ArrayLike<number>[] =>
  Array.from({ length: Math.ceil(flat.length / pixels) }, (_, index) =>
    Array.prototype.slice.call(flat, index * pixels, (index + 1) * pixels),
  )

const copyInto = (
  image: ByteImage,
  picture: ArrayLike<number>,
  width: number,
  left: number,
  top: number,
): void => {
  for (let pixel = 0; pixel < picture.length; pixel++) {
    const value = picture[pixel]!
    if (Number.isNaN(value)) throw new LatentlyError("image-value", `pixel ${pixel} of a picture is NaN`)
    const [row, column] = [top + Math.floor(pixel / width), left + (pixel % width)]
    image.data[row * image.width + column] = Math.round(255 * Math.min(1, Math.max(0, value)))
  }
}
