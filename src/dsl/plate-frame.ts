/** One plate around a site, as handlers see it. Next: `plate.ts`. */
import type { Tensor } from "../engine/tensor.js"

/** A plate: its name, how many rows it has, how many of them this run sees, and which. */
export interface PlateFrame {
  readonly name: string
  /** Rows in all. */
  readonly size: number
  /** Rows in this run. */
  readonly count: number
  /** Which rows, int32 [count]; undefined for all of them in order. */
  readonly indices: Tensor | undefined
  /** How many times over the run sees them: `count` is so many copies of the rows, one after the other. */
  readonly repeats: number
}

/**
 * What a log-density inside the plates must be multiplied by to stand for all rows: the product of size / count. Rows seen
 * several times over are averaged.
 */
export const plateScale = (plates: readonly PlateFrame[]): number =>
  plates.reduce((scale, plate) => (scale * plate.size) / plate.count, 1)

/** The shape that plates give a site: the rows seen of each, outermost first. */
export const plateShape = (plates: readonly PlateFrame[]): number[] => plates.map((plate) => plate.count)

/** The plates in words: `plates images[128 of 60000], pixels[784]`. */
export const describePlates = (plates: readonly PlateFrame[]): string =>
  plates.length === 0
    ? "no plate"
    : `plate${plates.length > 1 ? "s" : ""} ${plates
        .map(({ name, size, count }) => `${name}[${size === count ? size : `${count} of ${size}`}]`)
        .join(", ")}`
