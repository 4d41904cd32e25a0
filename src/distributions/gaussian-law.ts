/**
 * What all families with a matrix scale share: a law knows how to colour white noise, how far a vector lies from the
 * centre, and its volume. A factor that is the same for many values is used once for all of them, never repeated. Left
 * out: the low-rank law (`low-rank-multivariate-normal.ts`). Next: `multivariate-normal.ts`.
 */
import { align, fromMatrix, matrixShape, toMatrix } from "../engine/alignment.js"
import {
  cholesky,
  logDiagonal,
  transposeMatrix,
  triangularPart,
  triangularSolve,
} from "../engine/linear/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { parameter } from "./parameter.js"
import { chosen } from "./parameterization.js"
import { lowerCholesky, positiveDefinite } from "./support-structured.js"

/** A centred law with a matrix scale L of shape [...batch, dimension, noise], covariance L Lᵀ. */
export interface GaussianLaw {
  readonly batchShape: Shape
  readonly dimension: number
  /** How many standard normal numbers one draw takes. */
  readonly noise: number
  /** L ε for noise [...full, noise]: [...full, dimension]. */
  color(noise: Tensor): Tensor
  /** dᵀ (L Lᵀ)⁻¹ d for vectors [..., dimension] that broadcast against the batch: the squared Mahalanobis distance. */
  quadratic(vectors: Tensor): Tensor
  /** ½ log det (L Lᵀ), shape batch. */
  halfLogDeterminant(): Tensor
  /** The diagonal of L Lᵀ: [...batch, dimension]. */
  marginalVariance(): Tensor
}

/** The three ways of giving a matrix scale. */
export type MatrixScale =
  | { readonly covariance: TensorLike; readonly scaleTril?: undefined; readonly precision?: undefined }
  | { readonly scaleTril: TensorLike; readonly covariance?: undefined; readonly precision?: undefined }
  | { readonly precision: TensorLike; readonly covariance?: undefined; readonly scaleTril?: undefined }

/**
 * Runs `solve` on vectors as [held, stretched, n] beside a matrix as [held, r, c], the batch axes that the matrix lacks
 * being the stretched ones.
 */
export const withMatrix = (
  matrix: Tensor,
  vectors: Tensor,
  solve: (matrix: Tensor, rows: Tensor) => Tensor,
): Tensor => {
  const batch = matrix.shape.slice(0, -2)
  const own = vectors.shape.slice(0, -1)
  const full = tf.broadcast_util.assertAndGetBroadcastShape(batch, own)
  const alignment = align(batch, full)
  const size = vectors.shape[vectors.rank - 1]!
  const spread = tf.util.arraysEqual(own, full) ? vectors : tf.add(vectors, tf.zeros([...full, 1]))
  const held = tf.reshape(matrix, [matrixShape(alignment)[0], ...matrix.shape.slice(-2)])
  return fromMatrix(solve(held, toMatrix(tf.reshape(spread, [...full, size]), alignment)), alignment)
}

const rowSquares = (rows: Tensor): Tensor => tf.sum(tf.square(rows), 2)

const ofScale = (factor: Tensor): GaussianLaw => ({
  batchShape: factor.shape.slice(0, -2),
  dimension: factor.shape[factor.rank - 1]!,
  noise: factor.shape[factor.rank - 1]!,
  color: (noise) => withMatrix(factor, noise, (l, rows) => tf.matMul(rows, l, false, true)),
  quadratic: (vectors) =>
    withMatrix(factor, vectors, (l, rows) => tf.sum(tf.square(triangularSolve(l, transposeMatrix(rows))), 1)),
  halfLogDeterminant: () => logDiagonal(factor),
  marginalVariance: () => tf.sum(tf.square(factor), -1),
})

/** The law whose inverse covariance is C Cᵀ. */
const ofPrecision = (factor: Tensor): GaussianLaw => {
  const law: GaussianLaw = {
    ...ofScale(factor),
    color: (noise) =>
      withMatrix(factor, noise, (c, rows) =>
        transposeMatrix(triangularSolve(c, transposeMatrix(rows), { adjoint: true })),
      ),
    quadratic: (vectors) => withMatrix(factor, vectors, (c, rows) => rowSquares(tf.matMul(rows, c))),
    halfLogDeterminant: () => tf.neg(logDiagonal(factor)),
    marginalVariance: () => tf.sum(tf.square(columnsOf(law)), 0),
  }
  return law
}

/**
 * The law of one of `covariance`, `scaleTril` and `precision`, and the parameter as given.
 * @throws DistributionError where the matrix is not positive definite, or not lower-triangular with a positive diagonal.
 */
export const gaussianLaw = (
  family: string,
  named: MatrixScale,
): { readonly name: string; readonly given: Tensor; readonly law: GaussianLaw } => {
  const name = chosen(family, named, "covariance", "scaleTril", "precision")
  const domain = name === "scaleTril" ? lowerCholesky : positiveDefinite
  const given = parameter(family, name, named[name]!, domain)
  if (name === "scaleTril") return { name, given, law: ofScale(triangularPart(given)) }
  const factor = cholesky(given)
  return { name, given, law: name === "precision" ? ofPrecision(factor) : ofScale(factor) }
}

/** The columns of L: [noise, ...batch, dimension]. */
export const columnsOf = (law: GaussianLaw): Tensor =>
  law.color(tf.reshape(tf.eye(law.noise), [law.noise, ...law.batchShape.map(() => 1), law.noise]))

/** tr(Q⁻¹ P) for the covariances P and Q of two laws, shape: their batches broadcast. */
export const traceRatio = (p: GaussianLaw, q: GaussianLaw): Tensor => {
  const extra = Math.max(0, q.batchShape.length - p.batchShape.length)
  const ones = Array.from({ length: extra }, () => 1)
  const columns = tf.reshape(columnsOf(p), [p.noise, ...ones, ...p.batchShape, p.dimension])
  return tf.sum(q.quadratic(columns), 0)
}
