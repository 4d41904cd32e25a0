/**
 * Probabilistic PCA: densities of rows and posteriors of latents at given parameters. Left out: fitting
 * (`ppca.ts`, `ppca-em.ts`). Source: Tipping & Bishop, "Probabilistic principal component analysis" (1999).
 */
import { LatentlyError } from "../../engine/error.js"
import { cholesky, halfLogDeterminant, invertLower, packedAt, packedSize } from "./cholesky.js"
import type { Rows } from "./rows.js"
import { readRowsOf } from "./rows.js"

/** x = W z + mean + noise, z ~ N(0, I_q), noise ~ N(0, noiseVariance I_D). */
export interface PpcaParameters {
  /** q, the number of latents. */
  readonly components: number
  /** D, the number of columns. */
  readonly dimension: number
  /** W, [D, q], row after row. */
  readonly loadings: Float64Array
  /** [D]. */
  readonly mean: Float64Array
  readonly noiseVariance: number
}

/** What PPCA says of some rows. */
export interface PpcaScores {
  /** log p(row), [N], in nats. */
  readonly perRow: Float64Array
  /** Their sum. */
  readonly logLikelihood: number
  /** E[z | row], [N, q], row after row. */
  readonly latentMeans: Float64Array
  /** Cov[z | row], [q, q], the same for every row. */
  readonly latentCovariance: Float64Array
}

/** M = W'W + noiseVariance I, packed. */
export const innerMatrix = (loadings: Float64Array, q: number, noiseVariance: number): Float64Array => {
  const packed = new Float64Array(packedSize(q))
  for (let at = 0; at < loadings.length; at += q)
    for (let i = 0; i < q; i++)
      for (let j = 0; j <= i; j++) packed[packedAt(i, j)]! += loadings[at + i]! * loadings[at + j]!
  for (let i = 0; i < q; i++) packed[packedAt(i, i)]! += noiseVariance
  return packed
}

/** The inverse of a packed positive definite matrix as a full one (n by n), and half its log-determinant. */
export const invertDefinite = (packed: Float64Array, n: number, who: string) => {
  const result = cholesky(packed, n, 0)
  if (result.status === "singular")
    throw new LatentlyError(
      "ppca-parameters",
      `${who}: W'W + noiseVariance I is not positive definite; loadings must be finite and the noise greater than 0`,
    )
  const lower = invertLower(result.factor, n)
  const inverse = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = Math.max(i, j); k < n; k++)
        inverse[i * n + j]! += lower[packedAt(k, i)]! * lower[packedAt(k, j)]!
  return { inverse, halfLogDeterminant: halfLogDeterminant(result.factor, n) }
}

const readParameters = (parameters: PpcaParameters, who: string): void => {
  const { components: q, dimension: d, loadings, mean, noiseVariance } = parameters
  const wrong =
    loadings.length !== d * q || mean.length !== d
      ? `loadings have ${loadings.length} numbers and mean ${mean.length}; [${d}, ${q}] and [${d}] are needed`
      : noiseVariance > 0 && noiseVariance < Infinity
        ? undefined
        : `noiseVariance is ${noiseVariance}; it must be a number greater than 0`
  if (wrong !== undefined) throw new LatentlyError("ppca-parameters", `${who}: ${wrong}`)
}

/** out := matrix (n by m) times vector. */
const apply = (matrix: Float64Array, vector: Float64Array, out: Float64Array): void => {
  const m = vector.length
  for (let i = 0; i < out.length; i++) {
    let sum = 0
    for (let j = 0; j < m; j++) sum += matrix[i * m + j]! * vector[j]!
    out[i] = sum
  }
}

/** out := matrix' (m by n) times vector, for a matrix of n by m. */
const applyTransposed = (matrix: Float64Array, vector: Float64Array, out: Float64Array): void => {
  const m = out.length
  out.fill(0)
  for (let i = 0; i < vector.length; i++) {
    const factor = vector[i]!
    for (let j = 0; j < m; j++) out[j]! += matrix[i * m + j]! * factor
  }
}

const squaredDistance = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return sum
}

/**
 * Scores rows: log p(x) with x ~ N(mean, W W' + noiseVariance I), and p(z | x) = N(M^-1 W'(x - mean), noiseVariance M^-1)
 * with M = W'W + noiseVariance I. The quadratic form is taken as |x - mean - W m|^2 / noiseVariance + |m|^2 at the
 * posterior mean m, which loses no digits where the noise is small.
 *
 * @throws LatentlyError `ppca-parameters`, or for rows that are not finite numbers of D columns
 * @example scorePpca(rows, fitPpca(rows, { components: 2 })).latentMeans // the scatter plot's points
 */
export const scorePpca = (rows: Rows, parameters: PpcaParameters): PpcaScores => {
  readParameters(parameters, "scorePpca")
  const { components: q, dimension: d, loadings, mean, noiseVariance } = parameters
  const { data, count } = readRowsOf(rows, d, "scorePpca")
  const { inverse, halfLogDeterminant: half } = invertDefinite(
    innerMatrix(loadings, q, noiseVariance),
    q,
    "scorePpca",
  )
  const constant = -(d / 2) * Math.log(2 * Math.PI) - half - ((d - q) / 2) * Math.log(noiseVariance)
  const perRow = new Float64Array(count)
  const latentMeans = new Float64Array(count * q)
  const projected = new Float64Array(q)
  const [centred, explained] = [new Float64Array(d), new Float64Array(d)]
  const origin = new Float64Array(q)
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < d; i++) centred[i] = data[row * d + i]! - mean[i]!
    const latent = latentMeans.subarray(row * q, (row + 1) * q)
    applyTransposed(loadings, centred, projected)
    apply(inverse, projected, latent)
    apply(loadings, latent, explained)
    const form = squaredDistance(centred, explained) / noiseVariance + squaredDistance(latent, origin)
    perRow[row] = constant - form / 2
  }
  return {
    perRow,
    logLikelihood: perRow.reduce((sum, value) => sum + value, 0),
    latentMeans,
    latentCovariance: inverse.map((value) => value * noiseVariance),
  }
}

/** The total log-likelihood of rows under PPCA, in nats; see `scorePpca`. */
export const logLikelihoodPpca = (rows: Rows, parameters: PpcaParameters): number =>
  scorePpca(rows, parameters).logLikelihood
