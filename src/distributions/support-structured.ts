/**
 * Supports with structure inside one value: ordered and unit vectors, triangular factors, positive-definite matrices.
 * Left out: sets of numbers and the simplex (`support.ts`). Next: `transforms/bijection.ts`, the maps onto all of them.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import type { Support } from "./support.js"

const lastAxes = (x: Tensor, rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => x.rank - rank + i)

const all = (inside: Tensor, rank: number): Tensor => tf.all(inside, lastAxes(inside, rank))

const steps = (x: Tensor): Tensor => {
  const size = x.shape[x.rank - 1]!
  const from = (start: number): Tensor =>
    tf.slice(x, [...x.shape.slice(0, -1).map(() => 0), start], [...x.shape.slice(0, -1), size - 1])
  return tf.sub(from(1), from(0))
}

const ascending = (x: Tensor): Tensor =>
  x.shape[x.rank - 1]! < 2 ? all(tf.isFinite(x), 1) : all(tf.greater(steps(x), 0), 1)

/** Vectors whose entries increase strictly. */
export const ordered: Support<"ordered"> = {
  kind: "ordered",
  eventRank: 1,
  discrete: false,
  text: "vectors in increasing order",
  contains: (x) => tf.logicalAnd(all(tf.isFinite(x), 1), ascending(x)),
}

/** Vectors of positive numbers that increase strictly. */
export const positiveOrdered: Support<"positiveOrdered"> = {
  kind: "positiveOrdered",
  eventRank: 1,
  discrete: false,
  text: "vectors of positive numbers in increasing order",
  contains: (x) => tf.logicalAnd(all(tf.greater(x, 0), 1), ordered.contains(x)),
}

/** Vectors of Euclidean length 1 (to 1e-5). */
export const unitVector: Support<"unitVector"> = {
  kind: "unitVector",
  eventRank: 1,
  discrete: false,
  text: "vectors of length 1",
  contains: (x) => tf.lessEqual(tf.abs(tf.sub(tf.sum(tf.square(x), -1), 1)), 2e-5),
}

/** 1 on the diagonal of an [n, n] matrix, 0 elsewhere. */
const diagonalOnes = (n: number): Tensor => tf.eye(n)

const upperMask = (n: number): Tensor =>
  tf.sub(tf.sub(tf.ones([n, n]), tf.linalg.bandPart(tf.ones([n, n]), -1, 0)), 0)

const isLower = (x: Tensor): Tensor => all(tf.equal(tf.mul(x, upperMask(x.shape[x.rank - 1]!)), 0), 2)

const diagonalOf = (x: Tensor): Tensor => tf.sum(tf.mul(x, diagonalOnes(x.shape[x.rank - 1]!)), -1)

const isSquare = (x: Tensor): boolean => x.shape[x.rank - 1] === x.shape[x.rank - 2]

const nowhere = (x: Tensor): Tensor => tf.zeros(x.shape.slice(0, -2), "bool")

const lowerPositive = (x: Tensor): Tensor =>
  tf.logicalAnd(tf.logicalAnd(all(tf.isFinite(x), 2), isLower(x)), all(tf.greater(diagonalOf(x), 0), 1))

/** Lower-triangular matrices with a positive diagonal. */
export const lowerCholesky: Support<"lowerCholesky"> = {
  kind: "lowerCholesky",
  eventRank: 2,
  discrete: false,
  text: "lower-triangular matrices with a positive diagonal",
  contains: (x) => (isSquare(x) ? lowerPositive(x) : nowhere(x)),
}

/** Lower-triangular matrices with a positive diagonal and rows of length 1: Cholesky factors of correlation matrices. */
export const correlationCholesky: Support<"correlationCholesky"> = {
  kind: "correlationCholesky",
  eventRank: 2,
  discrete: false,
  text: "Cholesky factors of correlation matrices",
  contains: (x) =>
    isSquare(x) ? tf.logicalAnd(lowerPositive(x), all(unitVector.contains(x), 1)) : nowhere(x),
}

/**
 * Symmetric (to 1e-5 of the largest entry) positive-definite matrices. The test is that of the pivots of an elimination
 * in double precision, so it reads the matrix.
 */
export const positiveDefinite: Support<"positiveDefinite"> = {
  kind: "positiveDefinite",
  eventRank: 2,
  discrete: false,
  text: "symmetric positive-definite matrices",
  contains: (x) => {
    if (!isSquare(x)) return nowhere(x)
    const n = x.shape[x.rank - 1]!
    const values = x.dataSync()
    const count = values.length / (n * n)
    const inside = Array.from({ length: count }, (_, i) =>
      isDefinite(values.subarray(i * n * n, (i + 1) * n * n), n),
    )
    return tf.tensor(inside, x.shape.slice(0, -2), "bool")
  },
}

const isSymmetric = (matrix: ArrayLike<number>, n: number): boolean => {
  const largest = Math.max(...Array.from(matrix, Math.abs))
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if (!(Math.abs(matrix[i * n + j]! - matrix[j * n + i]!) <= 1e-5 * largest)) return false
  return Number.isFinite(largest)
}

/** Gaussian elimination without pivoting: all pivots are positive exactly for a positive-definite matrix. */
const isDefinite = (matrix: ArrayLike<number>, n: number): boolean => {
  if (!isSymmetric(matrix, n)) return false
  const a = Float64Array.from(matrix)
  for (let k = 0; k < n; k++) {
    const pivot = a[k * n + k]!
    if (!(pivot > 0)) return false
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / pivot
      for (let j = k; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!
    }
  }
  return true
}
