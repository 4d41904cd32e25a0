/**
 * The multivariate normal distribution whose covariance is a low-rank product plus a diagonal. Next:
 * `gaussian-law.ts`.
 */

import { DistributionError } from "../engine/error.js"
import { cholesky, choleskySolve, logDiagonal, transposeMatrix } from "../engine/linear/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import type { Distribution } from "./distribution.js"
import { type GaussianLaw, withMatrix } from "./gaussian-law.js"
import { gaussian } from "./multivariate-normal.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { positiveVector, realMatrix, realVector } from "./support-vector.js"

const family = "lowRankMultivariateNormal"

const halves = (noise: Tensor, first: number): readonly [Tensor, Tensor] => {
  const [a, b] = tf.split(noise, [first, noise.shape[noise.rank - 1]! - first], noise.rank - 1)
  return [a!, b!]
}

/**
 * The law of W Wᵀ + diag(d). With A = W / √d, C = I + AᵀA and y = C⁻¹Aᵀu, the distance of u√d is |u - A y|² + |y|²: a
 * sum of
 * squares, where Woodbury's difference would cancel. Nothing of size n × n is made.
 */
const lowRankLaw = (factor: Tensor, diagonal: Tensor): GaussianLaw => {
  const [size, rank] = factor.shape.slice(-2) as [number, number]
  const scale = tf.sqrt(diagonal)
  const relative = tf.div(factor, tf.expandDims(scale, -1))
  const inner = tf.add(tf.matMul(relative, relative, true, false), tf.eye(rank))
  const root = cholesky(inner)
  const product = (matrix: Tensor, rows: Tensor): Tensor => tf.matMul(rows, matrix, false, true)
  return {
    batchShape: broadcastBatch(family, [factor, 2], [diagonal, 1]),
    dimension: size,
    noise: size + rank,
    color: (noise) => {
      const [own, shared] = halves(noise, size)
      return tf.add(tf.mul(own, scale), withMatrix(factor, shared, product))
    },
    quadratic: (vectors) => {
      const u = tf.div(vectors, scale)
      const projected = withMatrix(relative, u, (a, rows) => tf.matMul(rows, a))
      const y = withMatrix(root, projected, (k, rows) =>
        transposeMatrix(choleskySolve(k, transposeMatrix(rows))),
      )
      const rest = tf.sub(u, withMatrix(relative, y, product))
      return tf.add(tf.sum(tf.square(rest), -1), tf.sum(tf.square(y), -1))
    },
    halfLogDeterminant: () => tf.add(tf.sum(tf.log(scale), -1), logDiagonal(root)),
    marginalVariance: () => tf.add(tf.sum(tf.square(factor), -1), diagonal),
  }
}

/**
 * The multivariate normal distribution with covariance W Wᵀ + diag(d): W = `covFactor` [...batch, n, r], d = `covDiag`
 * [...batch, n] above 0, centre `loc` [...batch, n]. Costs of order n r² in place of n³. Draws are pathwise.
 * @throws DistributionError where `covDiag` is not positive or the shapes do not fit.
 * @example lowRankMultivariateNormal({ loc: [0, 0], covFactor: [[1], [1]], covDiag: [1, 1] }).variance   // [2, 2]
 */
export const lowRankMultivariateNormal = (named: {
  readonly loc: TensorLike
  readonly covFactor: TensorLike
  readonly covDiag: TensorLike
}): Distribution<Tensor, "real"> => {
  const loc = parameter(family, "loc", named.loc, realVector)
  const covFactor = parameter(family, "covFactor", named.covFactor, realMatrix)
  const covDiag = parameter(family, "covDiag", named.covDiag, positiveVector)
  if (covFactor.shape[covFactor.rank - 2] !== covDiag.shape[covDiag.rank - 1])
    throw new DistributionError(
      "shape-mismatch",
      `${family}: 'covFactor' of shape [${covFactor.shape.join(", ")}] needs as many rows as 'covDiag' of shape ` +
        `[${covDiag.shape.join(", ")}] has entries`,
    )
  return gaussian(family, { loc, covFactor, covDiag }, lowRankLaw(covFactor, covDiag))
}
