/**
 * Plates: rows that are independent given what stands outside. A plate owns its rows and their indices, so that the model
 * and its guide see the same ones, and its sites are scaled by rows in all / rows seen, never by hand. Nested plates put
 * their axes in the order of nesting, the outermost first. Next: `execute.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import { rewrite } from "./handlers.js"
import { part } from "./parts.js"
import type { PlateFrame } from "./plate-frame.js"
import { plateRequest } from "./primitives.js"
import { checkPart } from "./program.js"
import { edited, type Site } from "./site.js"
import { programError, showShape } from "./site-error.js"
import type { Body, Run } from "./types.js"

/** Rows a plate can hold: a tensor with rows on its first axis, or a record of such tensors. */
export type Rows = Tensor | Readonly<Record<string, Tensor>>

/** Options of a plate. */
export interface PlateOptions {
  /** Which axis of the rows is the plate's: 0, or 1 for the inner of two plates over one array. */
  readonly axis?: number
}

type RowsBody<T, Y extends Site, R> = (rows: T, indices: tf.Tensor1D) => Body<Y, R>

/**
 * Runs `body` once for all rows of a plate (or for the batch that `fit` chose): the sites inside get one axis more.
 *
 * With a number, the body gets the indices of the rows it sees; with rows, those rows and then the indices.
 * @throws ModelError where the size is not a whole number above 0, or a record's tensors differ in their rows.
 * @example yield* plate("images", images, function* (x) { … })
 */
export function plate<Y extends Site, R>(
  name: string,
  size: number,
  body: (indices: tf.Tensor1D) => Body<Y, R>,
): Run<Y, R>
export function plate<T extends Rows, Y extends Site, R>(
  name: string,
  rows: T,
  body: RowsBody<T, Y, R>,
  options?: PlateOptions,
): Run<Y, R>
export function plate(
  name: string,
  source: number | Rows,
  body: (...given: any[]) => Body<Site, unknown>,
  options: PlateOptions = {},
): Run<any, any> {
  return part(`plate '${name}'`, running(name, source, body, options))
}

function* running(
  name: string,
  source: number | Rows,
  body: (...given: any[]) => Body<Site, unknown>,
  options: PlateOptions,
): Run<any, any> {
  checkSource(name, source)
  const axis = options.axis ?? 0
  const size = sizeOf(name, source, axis)
  const frame: PlateFrame = yield plateRequest(
    name,
    size,
    typeof source === "number" ? {} : { rows: source, axis },
  )
  const indices = frame.indices ?? tf.range(0, size, 1, "int32")
  const given = typeof source === "number" ? [indices] : [taken(source, frame, axis), indices]
  return yield* rewrite(checkPart(`plate '${name}'`, body, given), (site) =>
    edited(site, { plates: [frame, ...site.details.plates] }),
  )
}

const isRows = (source: unknown): boolean =>
  source instanceof tf.Tensor ||
  (typeof source === "object" &&
    source !== null &&
    Object.values(source).every((x) => x instanceof tf.Tensor))

const checkSource = (name: string, source: unknown): void => {
  if (typeof name !== "string" || name === "")
    throw programError(
      "bad-name",
      `a plate was named ${JSON.stringify(name)}`,
      'write plate("rows", data, function* (row) { … })',
    )
  if (typeof source === "number" || isRows(source)) return
  throw programError(
    "bad-plate",
    `plate '${name}' was given ${source === undefined ? "undefined" : Array.isArray(source) ? "an array" : typeof source} as its rows`,
    source === undefined
      ? "is an argument missing? pass data as fit(model, guide, [data])"
      : "give it a number of rows, a tensor (tf.tensor1d([…])), or a record of tensors",
  )
}

const sizeOf = (name: string, source: number | Rows, axis: number): number => {
  const sizes =
    typeof source === "number" ? [source] : tensors(source).map(([, rows]) => rows.shape[axis] ?? -1)
  const [size] = sizes
  if (size !== undefined && Number.isInteger(size) && size > 0 && sizes.every((other) => other === size))
    return size
  const shapes =
    typeof source === "number"
      ? `${source}`
      : tensors(source)
          .map(([key, rows]) => `${key} ${showShape(rows.shape)}`)
          .join(", ")
  throw programError(
    size === 0 ? "empty-data" : "bad-plate",
    `plate '${name}' has ${size === 0 ? "no rows" : "no well-defined size"} (${shapes}, axis ${axis})`,
    "give it a whole number above 0, or tensors whose plate axis has the same, non-zero size",
  )
}

const tensors = (rows: Rows): [string, Tensor][] =>
  rows instanceof tf.Tensor ? [["rows", rows]] : Object.entries(rows)

const taken = (rows: Rows, frame: PlateFrame, axis: number): Rows => {
  if (frame.indices === undefined) return rows
  const take = (x: Tensor): Tensor => tf.gather(x, frame.indices as tf.Tensor1D, axis)
  return rows instanceof tf.Tensor
    ? take(rows)
    : Object.fromEntries(tensors(rows).map(([key, x]) => [key, take(x)]))
}
