/**
 * How a tensor that is broadcast over a larger batch can be worked on without repeating it: the larger batch's axes
 * split into those the tensor has and those it is only stretched over, and values become one matrix `[held, stretched]`.
 * A matrix factor or a table of logits is then used once a row however many values it meets. Next: `last-axis.ts`.
 */
import { type Shape, type Tensor, tf } from "./tensor.js"

/** The axes of a full batch, split for a tensor that broadcasts to it. */
export interface Alignment {
  readonly full: Shape
  /** Axes of `full` that the tensor really has. */
  readonly held: readonly number[]
  /** Axes of `full` that it is stretched over. */
  readonly stretched: readonly number[]
}

const product = (sizes: Shape): number => sizes.reduce((a, b) => a * b, 1)

const sizesOf = (axes: readonly number[], full: Shape): number[] => axes.map((axis) => full[axis]!)

const isOrdered = (axes: readonly number[]): boolean => axes.every((axis, i) => axis === i)

/** Splits the axes of `full` for a tensor of batch shape `own`, which must broadcast to it. */
export const align = (own: Shape, full: Shape): Alignment => {
  const offset = full.length - own.length
  const axes = full.map((_, axis) => axis)
  const has = (axis: number): boolean => axis >= offset && own[axis - offset]! > 1
  return { full, held: axes.filter(has), stretched: axes.filter((axis) => !has(axis)) }
}

/** How many rows and columns the matrix of a full batch has. */
export const matrixShape = ({ full, held, stretched }: Alignment): [held: number, stretched: number] => [
  product(sizesOf(held, full)),
  product(sizesOf(stretched, full)),
]

/** Values of shape [...full, ...event] as [held, stretched, ...event]. */
export const toMatrix = (values: Tensor, alignment: Alignment): Tensor => {
  const order = [...alignment.held, ...alignment.stretched]
  const events = values.shape.slice(order.length)
  const moved = isOrdered(order)
    ? values
    : tf.transpose(values, [...order, ...events.map((_, i) => order.length + i)])
  return tf.reshape(moved, [...matrixShape(alignment), ...events])
}

/** The inverse of `toMatrix`: [held, stretched, ...event] as [...full, ...event]. */
export const fromMatrix = (matrix: Tensor, { full, held, stretched }: Alignment): Tensor => {
  const order = [...held, ...stretched]
  const events = matrix.shape.slice(2)
  const split = tf.reshape(matrix, [...sizesOf(order, full), ...events])
  if (isOrdered(order)) return split
  const back = full.map((_, axis) => order.indexOf(axis))
  return tf.transpose(split, [...back, ...events.map((_, i) => order.length + i)])
}
