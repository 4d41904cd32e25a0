/**
 * Densities and responsibilities of any rows under a mixture of Gaussians, in data units and double precision.
 * Left out: fitting (`gaussian-mixture.ts`).
 */
import { LatentlyError } from "../../engine/error.js"
import { cholesky, halfLogDeterminant, invertLower, packSymmetric } from "./cholesky.js"
import { normalizeLogs } from "./mixture-plain.js"
import type { Rows } from "./rows.js"
import { readRowsOf } from "./rows.js"

/** A mixture of Gaussians in data units. */
export interface GaussianMixtureParameters {
  readonly components: number
  readonly dimension: number
  /** [K], adding up to 1. */
  readonly weights: Float64Array
  /** [K, D], component after component. */
  readonly means: Float64Array
  /** [K, D, D], whatever the structure. */
  readonly covariances: Float64Array
}

/** What a mixture says of some rows. */
export interface MixtureScores {
  /** log p(row), [N], in nats. */
  readonly perRow: Float64Array
  /** p(component | row), [N, K], row after row. */
  readonly responsibilities: Float64Array
  /** The sum of `perRow`. */
  readonly logLikelihood: number
}

const whiten = ({ weights, covariances, dimension: d }: GaussianMixtureParameters, k: number) => {
  const packed = packSymmetric(covariances.subarray(k * d * d, (k + 1) * d * d), d)
  const result = cholesky(packed, d, 1e-15)
  if (result.status === "singular")
    throw new LatentlyError(
      "mixture-covariance",
      `scoreGaussianMixture: the covariance of component ${k} (the first is 0) is not positive definite`,
    )
  return {
    constant: Math.log(weights[k]!) - (d / 2) * Math.log(2 * Math.PI) - halfLogDeterminant(result.factor, d),
    whitener: invertLower(result.factor, d),
  }
}

/** |whitener centred|^2 */
const squaredLength = (whitener: Float64Array, centred: Float64Array): number => {
  let [sum, at] = [0, 0]
  for (let i = 0; i < centred.length; i++) {
    let whitened = 0
    for (let j = 0; j <= i; j++) whitened += whitener[at++]! * centred[j]!
    sum += whitened * whitened
  }
  return sum
}

/**
 * Scores rows under a mixture: log p(x) = log sum_k w_k N(x; mean_k, covariance_k) and p(k | x).
 *
 * @throws LatentlyError for rows that are not finite numbers of the mixture's columns, or `mixture-covariance`
 * @example scoreGaussianMixture([[0], [4]], fit).responsibilities // [N, K]: row 0's shares, then row 1's
 */
export const scoreGaussianMixture = (rows: Rows, mixture: GaussianMixtureParameters): MixtureScores => {
  const { components, dimension, means } = mixture
  const { data, count } = readRowsOf(rows, dimension, "scoreGaussianMixture")
  const densities = Array.from({ length: components }, (_, k) => whiten(mixture, k))
  const perRow = new Float64Array(count)
  const responsibilities = new Float64Array(count * components)
  const centred = new Float64Array(dimension)
  let logLikelihood = 0
  for (let row = 0; row < count; row++) {
    const shares = responsibilities.subarray(row * components, (row + 1) * components)
    for (const [k, { constant, whitener }] of densities.entries()) {
      for (let j = 0; j < dimension; j++) centred[j] = data[row * dimension + j]! - means[k * dimension + j]!
      shares[k] = constant - squaredLength(whitener, centred) / 2
    }
    perRow[row] = normalizeLogs(shares)
    logLikelihood += perRow[row]!
  }
  return { perRow, responsibilities, logLikelihood }
}
