/**
 * How a tensor lies in the machine's memory: a storage, and the way its elements are reached in it. Reshapes, slices, transposes
 * and broadcasts are other views of one storage, so none of them costs anything. Next: `lower.ts`.
 */
import { dataType } from "../compile/graph.js"
import { sizeOf } from "../tensor.js"

/** Memory for so many elements of one or two 32-bit words each. A temporary lives within one step; the others keep their contents. */
export interface Storage {
  readonly elements: number
  readonly width: 1 | 2
  readonly role: "temporary" | "kept" | "constant" | "data"
  /** What a constant holds. */
  readonly contents?: Int32Array
}

/** float32, int32, bool (as 0 and 1) or float64, as TensorFlow numbers them (`dataType`). */
export type ElementType = number

/** Element types, by short names. */
export const { float32, float64, int32, bool } = dataType

/** New memory for a tensor. */
export const makeStorage = (
  dtype: ElementType,
  elements: number,
  role: Storage["role"],
  contents?: Int32Array,
): Storage => ({
  elements,
  width: dtype === float64 ? 2 : 1,
  role,
  ...(contents === undefined ? {} : { contents }),
})

/** A tensor: its element `i` is the storage's element `offset + sum(i[axis] * strides[axis])`. */
export interface View {
  readonly storage: Storage
  readonly dtype: ElementType
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
}

/** Strides of a tensor without gaps. */
export const denseStrides = (shape: readonly number[]): number[] => {
  const strides = shape.map(() => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!
  return strides
}

/** A storage seen whole, row by row. */
export const whole = (storage: Storage, dtype: ElementType, shape: readonly number[]): View => ({
  storage,
  dtype,
  shape,
  strides: denseStrides(shape),
  offset: 0,
})

/** A tensor in memory of its own. */
export const makeTensor = (
  { dtype, shape }: { readonly dtype: ElementType; readonly shape: readonly number[] },
  role: Storage["role"],
  contents?: Int32Array,
): View => whole(makeStorage(dtype, sizeOf(shape), role, contents), dtype, shape)

/** Memory begins and ends with a cache line, of 16 words. */
export const inCacheLines = (words: number): number => Math.ceil(words / 16) * 16

/** Whether the elements lie row by row without gaps. */
export const isDense = ({ shape, strides }: View): boolean => {
  const dense = denseStrides(shape)
  return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]) || shape.includes(0)
}

/** Whether all elements are one and the same word. */
export const isScalar = ({ shape, strides }: View): boolean =>
  shape.every((size, axis) => size === 1 || strides[axis] === 0)

/** Whether it is all of its storage, in order. */
export const isWhole = (view: View): boolean =>
  view.offset === 0 && isDense(view) && sizeOf(view.shape) === view.storage.elements

/** Seen in a larger shape, by numpy's rule: axes of size 1 and missing ones repeat. */
export const broadcastTo = (view: View, shape: readonly number[]): View => {
  const missing = shape.length - view.shape.length
  const strides = shape.map((size, axis) => {
    const own = axis - missing
    return own < 0 || (view.shape[own] === 1 && size !== 1) ? 0 : view.strides[own]!
  })
  return { ...view, shape, strides }
}

/** The shape all of them broadcast to. */
export const jointShape = (shapes: readonly (readonly number[])[]): number[] => {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    return sizes.find((size) => size !== 1) ?? 1
  })
}

/** The axes in another order: axis `i` of the result is axis `order[i]`. */
export const transpose = (view: View, order: readonly number[]): View => ({
  ...view,
  shape: order.map((axis) => view.shape[axis]!),
  strides: order.map((axis) => view.strides[axis]!),
})

/** The block of the given shape at `begin`, every `step`-th element on each axis (backwards where negative). */
export const slice = (
  view: View,
  begin: readonly number[],
  shape: readonly number[],
  step: readonly number[] = shape.map(() => 1),
): View => ({
  ...view,
  shape,
  strides: view.strides.map((stride, axis) => stride * step[axis]!),
  offset: view.offset + view.strides.reduce((sum, stride, axis) => sum + stride * begin[axis]!, 0),
})

/** An axis put in at a place: size 1, or repeating where a size is given. */
export const insertAxis = (view: View, at: number, size = 1): View => ({
  ...view,
  shape: view.shape.toSpliced(at, 0, size),
  strides: view.strides.toSpliced(at, 0, 0),
})

/** An axis taken out, at one of its positions. */
export const dropAxis = (view: View, axis: number, position = 0): View => ({
  ...view,
  shape: view.shape.toSpliced(axis, 1),
  strides: view.strides.toSpliced(axis, 1),
  offset: view.offset + view.strides[axis]! * position,
})

/** A run of axes that can be walked as one: sizes of 1 left out, neighbours without a gap joined. */
export interface Axis {
  readonly size: number
  readonly stride: number
}

/** The axes with those joined that lie in memory as one. */
export const joinAxes = ({ shape, strides }: View): Axis[] => {
  const axes: Axis[] = []
  for (const [i, size] of shape.entries()) {
    if (size === 1) continue
    const before = axes.at(-1)
    const stride = strides[i]!
    if (before !== undefined && before.stride === stride * size)
      axes[axes.length - 1] = { size: before.size * size, stride }
    else axes.push({ size, stride })
  }
  return axes
}

/** Strides of the new shape over axes that lie as one: each new axis must be cut out of a single old one. */
const cutAxes = (axes: readonly Axis[], shape: readonly number[]): number[] | undefined => {
  const strides: number[] = []
  let from = axes.length - 1
  let left = axes[from]?.size ?? 1
  let stride = axes[from]?.stride ?? 0
  for (const size of shape.toReversed()) {
    if (size === 1) {
      strides.push(0)
      continue
    }
    if (left === 1) {
      from--
      left = axes[from]?.size ?? 1
      stride = axes[from]?.stride ?? 0
    }
    if (left % size !== 0) return undefined
    strides.push(stride)
    stride *= size
    left /= size
  }
  return strides.toReversed()
}

/** The same elements in another shape, or undefined where they would have to be copied for it. */
export const reshape = (view: View, shape: readonly number[]): View | undefined => {
  if (isDense(view)) return { ...view, shape, strides: denseStrides(shape) }
  const strides = cutAxes(joinAxes(view), shape)
  return strides && { ...view, shape, strides }
}
