/**
 * Probabilistic PCA by EM, double precision: what the closed form gives at once, step by step, for those who want to see
 * the way there. Source: Tipping & Bishop (1999), equations 27 to 30, on the covariance. Next: `ppca.ts`.
 */
import { LatentlyError } from "../../engine/error.js"
import { philoxBits } from "../../engine/philox.js"
import { packedAt, packedSize } from "./cholesky.js"
import { centredCovariance } from "./covariance.js"
import { symmetricEigen } from "./eigen.js"
import { readPpca, refuseNoiseless } from "./ppca.js"
import type { PpcaParameters } from "./ppca-score.js"
import { innerMatrix, invertDefinite } from "./ppca-score.js"
import type { Rows } from "./rows.js"
import { hasSettled, refuseDescent } from "./settled.js"
import type { Standardized } from "./standardize.js"

/** Options of `emPpca`. */
export interface EmPpcaOptions {
  /** q, the number of latents: at least 1, less than the number of columns. */
  readonly components: number
  /** Names the random loadings it begins with; 0. */
  readonly seed?: number
  /** Stops when Aitken's estimate of the log-likelihood still to gain, in nats over all rows, is below it; 1e-9. */
  readonly tolerance?: number
  /** 10000. */
  readonly maxIterations?: number
  readonly onIteration?: (progress: { readonly iteration: number; readonly logLikelihood: number }) => void
}

/** Where EM ended. The loadings are those of the closed form up to a rotation of the latents. */
export interface EmPpca extends PpcaParameters {
  readonly status: "converged" | "exhausted"
  /** Total over all rows, in nats. */
  readonly logLikelihood: number
  /** The log-likelihood at each iteration; it never falls but by rounding. */
  readonly history: readonly number[]
}

interface Point {
  readonly loadings: Float64Array
  readonly noiseVariance: number
}

interface Problem {
  readonly z: Standardized
  readonly covariance: Float64Array
  readonly trace: number
  readonly q: number
}

/** a (n by m) times b (m by p). */
const product = (a: Float64Array, b: Float64Array, m: number, p: number): Float64Array => {
  const result = new Float64Array((a.length / m) * p)
  for (let i = 0; i < a.length / m; i++)
    for (let k = 0; k < m; k++) {
      const factor = a[i * m + k]!
      for (let j = 0; j < p; j++) result[i * p + j]! += factor * b[k * p + j]!
    }
  return result
}

/** The packed lower triangle of a' b, where that is symmetric. */
const symmetricProduct = (a: Float64Array, b: Float64Array, q: number): Float64Array => {
  const packed = new Float64Array(packedSize(q))
  for (let at = 0; at < a.length; at += q)
    for (let i = 0; i < q; i++)
      for (let j = 0; j <= i; j++) packed[packedAt(i, j)]! += a[at + i]! * b[at + j]!
  return packed
}

/** The trace of a full symmetric matrix times a packed one. */
const traceOfProduct = (full: Float64Array, packed: Float64Array, q: number): number => {
  let sum = 0
  for (let i = 0; i < q; i++)
    for (let j = 0; j <= i; j++) sum += (i === j ? 1 : 2) * full[i * q + j]! * packed[packedAt(i, j)]!
  return sum
}

/** The log-likelihood at a point and the next point: W := S W (noise M + W'S W)^-1 M, noise := tr(S - S W M^-1 W') / D. */
const step = ({ z, covariance, trace, q }: Problem, { loadings, noiseVariance }: Point) => {
  const d = z.dimension
  const inner = innerMatrix(loadings, q, noiseVariance)
  const { inverse, halfLogDeterminant } = invertDefinite(inner, q, "emPpca")
  const spread = product(covariance, loadings, d, q)
  const within = symmetricProduct(loadings, spread, q)
  const quadratic = (trace - traceOfProduct(inverse, within, q)) / noiseVariance
  const logDeterminant = (d - q) * Math.log(noiseVariance) + 2 * halfLogDeterminant
  const whole = d * Math.log(2 * Math.PI) + logDeterminant + quadratic + 2 * d * Math.log(z.scale[0]!)
  const outer = invertDefinite(
    within.map((value, at) => value + noiseVariance * inner[at]!),
    q,
    "emPpca",
  ).inverse
  const full = Float64Array.from({ length: q * q }, (_, at) => {
    const [i, j] = [Math.floor(at / q), at % q]
    return inner[packedAt(Math.max(i, j), Math.min(i, j))]!
  })
  const moved = product(product(spread, outer, q, q), full, q, q)
  const explained = product(spread, inverse, q, q).reduce((sum, value, at) => sum + value * moved[at]!, 0)
  return {
    logLikelihood: -(z.count / 2) * whole,
    next: { loadings: moved, noiseVariance: (trace - explained) / d },
  }
}

/** Loadings of independent signs and sizes, noise as large as the columns' mean variance. */
const begin = ({ z, trace, q }: Problem, seed: number): Point => {
  const bits = philoxBits(seed | 0, Math.floor(seed / 2 ** 32) | 0, z.dimension * q)
  return { loadings: Float64Array.from(bits, (word) => word / 2 ** 31), noiseVariance: trace / z.dimension }
}

const readNumbers = ({ tolerance = 1e-9, maxIterations = 10_000, seed = 0 }: EmPpcaOptions) => {
  const wrong =
    !(tolerance >= 0 && tolerance < Infinity) ||
    !Number.isInteger(maxIterations) ||
    maxIterations < 1 ||
    !Number.isSafeInteger(seed)
  if (wrong)
    throw new LatentlyError(
      "ppca-option",
      `emPpca: tolerance must be a number from 0, maxIterations a whole number from 1 and seed a whole number; got ` +
        `${tolerance}, ${maxIterations} and ${seed}`,
    )
  return { tolerance, maxIterations, seed }
}

/**
 * Fits probabilistic PCA by EM from random loadings; the log-likelihood never falls.
 *
 * @throws LatentlyError as `fitPpca`, and `ppca-option`
 * @example emPpca(rows, { components: 2 }).history // rises to fitPpca(rows, { components: 2 }).logLikelihood
 */
export const emPpca = (rows: Rows, options: EmPpcaOptions): EmPpca => {
  const { tolerance, maxIterations, seed } = readNumbers(options)
  const { components: q, onIteration } = options
  const z = readPpca(rows, q, "emPpca")
  const covariance = centredCovariance(z)
  const trace = covariance.reduce((sum, value, at) => (at % (z.dimension + 1) === 0 ? sum + value : sum), 0)
  const problem: Problem = { z, covariance, trace, q }
  refuseNoiseless(q, symmetricEigen(covariance, z.dimension).values, z, "emPpca")
  const history: number[] = []
  for (let point = begin(problem, seed); ; ) {
    const { logLikelihood, next } = step(problem, point)
    history.push(logLikelihood)
    refuseDescent(history, z.count, "emPpca")
    onIteration?.({ iteration: history.length - 1, logLikelihood })
    const settled = hasSettled(history, tolerance, z.count)
    if (settled || history.length === maxIterations)
      return {
        ...inDataUnits(problem, point),
        status: settled ? "converged" : "exhausted",
        logLikelihood,
        history,
      }
    point = next
  }
}

const inDataUnits = ({ z, q }: Problem, { loadings, noiseVariance }: Point): PpcaParameters => ({
  components: q,
  dimension: z.dimension,
  loadings: loadings.map((value) => value * z.scale[0]!),
  mean: z.location,
  noiseVariance: noiseVariance * z.scale[0]! ** 2,
})
