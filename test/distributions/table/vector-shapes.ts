/** Arithmetic on vectors and matrices, from which the rows build their oracles. Next: `gaussians.ts`. */
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import type { Parameters } from "../battery/row.js"

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[]

/** A parameter that is a vector. */
export const vector = (parameters: Parameters, name: string): readonly number[] =>
  parameters[name] as number[]

/** A parameter that is a matrix. */
export const matrix = (parameters: Parameters, name: string): Matrix => parameters[name] as Matrix

/** The product of each draw with `weights`. */
export const along =
  (weights: readonly number[]) =>
  (draws: Tensor): Tensor =>
    tf.sum(tf.mul(draws, tf.tensor1d([...weights])), -1)

/** Standard normal weights would do as well: two axes and one slanted direction. */
export const directions = (size: number): readonly (readonly number[])[] => [
  ...Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))),
  Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -0.5)),
]

/** The product aᵀ b. */
export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

/** The standard deviation √(wᵀ C w) of wᵀ x, where C is the covariance of x. */
export const spread = (covariance: Matrix, w: readonly number[]): number =>
  Math.sqrt(
    dot(
      w,
      covariance.map((row) => dot(row, w)),
    ),
  )

/** The product a bᵀ. */
export const product = (a: Matrix, b: Matrix): Matrix => a.map((row) => b.map((column) => dot(row, column)))

/** The inverse of a matrix of two rows. */
export const inverse2 = ([[a, b], [c, d]]: readonly [readonly number[], readonly number[]]): Matrix => {
  const det = a! * d! - b! * c!
  return [
    [d! / det, -b! / det],
    [-c! / det, a! / det],
  ]
}
