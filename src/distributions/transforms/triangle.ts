/**
 * Where the entries of a lower triangle lie: constant 0/1 matrices that move them between a flat vector (row by row) and
 * a square matrix, so that the moves are matrix products with gradients on every backend. Next: `lower-cholesky.ts`.
 */
import { type Shape, type Tensor, tf } from "../../engine/tensor.js"

/** The side of the square whose lower triangle has `count` entries, with the diagonal or without. */
export const sideOf = (count: number, diagonal: boolean): number => {
  const side = Math.round((Math.sqrt(8 * count + 1) + (diagonal ? -1 : 1)) / 2)
  if (entriesOf(side, diagonal) !== count)
    throw new RangeError(`${count} numbers do not fill a lower triangle`)
  return side
}

/** How many entries the lower triangle of a square has. */
export const entriesOf = (side: number, diagonal: boolean): number =>
  (side * (diagonal ? side + 1 : side - 1)) / 2

type Cell = readonly [entry: number, target: number]

const selection = (rows: number, columns: number, cells: readonly Cell[]): Tensor => {
  const values = new Float32Array(rows * columns)
  for (const [row, column] of cells) values[row * columns + column] = 1
  return tf.tensor2d(values, [rows, columns])
}

const cellsOf = (side: number, diagonal: boolean): readonly (readonly [row: number, column: number])[] =>
  Array.from({ length: side }, (_, row) =>
    Array.from({ length: diagonal ? row + 1 : row }, (_, column) => [row, column] as const),
  ).flat()

/** Takes entry e of the flat vector to cell (row, column) of the flattened square, off the diagonal. */
export const strictSelection = (side: number, diagonal: boolean): Tensor =>
  selection(
    entriesOf(side, diagonal),
    side * side,
    cellsOf(side, diagonal).flatMap(([row, column], entry) =>
      row === column ? [] : [[entry, row * side + column] as const],
    ),
  )

/** Takes entry e of the flat vector to its place on the diagonal. */
export const diagonalSelection = (side: number): Tensor =>
  selection(
    entriesOf(side, true),
    side,
    cellsOf(side, true).flatMap(([row, column], entry) => (row === column ? [[entry, row] as const] : [])),
  )

/** The product of the last axis of `x` with a matrix. */
export const timesMatrix = (x: Tensor, matrix: Tensor): Tensor => {
  const [rows, columns] = matrix.shape as [number, number]
  const flat = tf.matMul(tf.reshape(x, [-1, rows]) as never, matrix as never) as Tensor
  return tf.reshape(flat, [...x.shape.slice(0, -1), columns])
}

/** A flat axis as a square. */
export const toSquare = (x: Tensor, side: number): Tensor =>
  tf.reshape(x, [...x.shape.slice(0, -1), side, side])

/** The last two axes as one. */
export const fromSquare = (y: Tensor): Tensor => {
  const side = y.shape[y.rank - 1]!
  return tf.reshape(y, [...y.shape.slice(0, -2), side * side])
}

/** The diagonals of square matrices. */
export const diagonalOf = (y: Tensor): Tensor => tf.sum(tf.mul(y, tf.eye(y.shape[y.rank - 1]!)), -1)

/** Square matrices with the given diagonals. */
export const toDiagonal = (x: Tensor): Tensor => tf.mul(tf.expandDims(x, -1), tf.eye(x.shape[x.rank - 1]!))

/** The shape of squares for flat vectors of the given shape. */
export const squareShape = (shape: Shape, diagonal: boolean): Shape => {
  const side = sideOf(shape[shape.length - 1]!, diagonal)
  return [...shape.slice(0, -1), side, side]
}

/** The shape of flat vectors for squares of the given shape. */
export const flatShape = (shape: Shape, diagonal: boolean): Shape => [
  ...shape.slice(0, -2),
  entriesOf(shape[shape.length - 1]!, diagonal),
]
