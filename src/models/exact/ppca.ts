/**
 * Probabilistic PCA at its maximum likelihood in closed form, double precision: the eigenvectors of the covariance give
 * the loadings, the mean of the eigenvalues left over the noise. Left out: EM (`ppca-em.ts`), scoring (`ppca-score.ts`).
 * Source: Tipping & Bishop, "Probabilistic principal component analysis", J. R. Statist. Soc. B 61 (1999).
 */
import { LatentlyError } from "../../engine/error.js"
import { centredCovariance } from "./covariance.js"
import { symmetricEigen } from "./eigen.js"
import type { PpcaParameters } from "./ppca-score.js"
import { scorePpca } from "./ppca-score.js"
import type { Rows } from "./rows.js"
import { readRows } from "./rows.js"
import type { Standardized } from "./standardize.js"
import { standardize } from "./standardize.js"

/** Options of `fitPpca`. */
export interface PpcaOptions {
  /** q, the number of latents: at least 1, less than the number of columns. */
  readonly components: number
}

/** A row's posterior over the latents: N(mean, covariance). */
export interface LatentPosterior {
  /** [q]. */
  readonly mean: Float64Array
  /** [q, q]. */
  readonly covariance: Float64Array
}

/** PPCA at its maximum likelihood. Column k of the loadings is eigenvector k times sqrt(eigenvalue - noiseVariance). */
export interface FittedPpca extends PpcaParameters {
  /** Total over all rows, in nats. */
  readonly logLikelihood: number
  /** log p(row), [N]. */
  readonly perRow: Float64Array
  /** All eigenvalues of the covariance (divisor N), from the largest down, [D]. */
  readonly eigenvalues: Float64Array
  /** p(z | row) of one row of D numbers. */
  readonly posterior: (row: ArrayLike<number>) => LatentPosterior
}

const refuse = (code: string, text: string): never => {
  throw new LatentlyError(code, text)
}

/** Rows in one common unit, after the checks that closed form and EM share. */
export const readPpca = (rows: Rows, components: number, who: string): Standardized => {
  const table = readRows(rows, who)
  const { count, dimension } = table
  if (!Number.isInteger(components) || components < 1 || components >= dimension)
    refuse(
      "ppca-components",
      `${who}: components must be a whole number of at least 1 and less than the ${dimension} column${dimension === 1 ? "" : "s"}, got ${components}`,
    )
  const z = standardize(table, who, true)
  if (z.constant.length === dimension)
    refuse(
      "ppca-constant",
      `${who}: the ${count} row${count === 1 ? " does" : "s do"} not vary; give rows that differ`,
    )
  return z
}

/** Refuses components that leave nothing over: eigenvalues within rounding of 0 are directions that the rows do not fill. */
export const refuseNoiseless = (q: number, values: Float64Array, z: Standardized, who: string): void => {
  const least = Math.max(4 * z.dimension * Number.EPSILON * values[0]!, ...z.noise)
  const rank = values.filter((value) => value > least).length
  if (rank > q) return
  const fix = rank > 1 ? `ask for ${rank - 1} at most, or give more rows` : "give more rows, or other columns"
  refuse(
    "ppca-noiseless",
    `${who}: the ${z.count} rows fill only ${rank} of ${z.dimension} dimensions, so with components: ${q} the noise ` +
      `variance is 0 and the likelihood has no maximum; ${fix}`,
  )
}

const closedForm = (z: Standardized, q: number) => {
  const d = z.dimension
  const { values, vectors } = symmetricEigen(centredCovariance(z), d)
  refuseNoiseless(q, values, z, "fitPpca")
  const noiseVariance = values.subarray(q).reduce((sum, value) => sum + value, 0) / (d - q)
  const loadings = Float64Array.from({ length: d * q }, (_, at) => {
    const [i, k] = [Math.floor(at / q), at % q]
    return vectors[k * d + i]! * Math.sqrt(Math.max(0, values[k]! - noiseVariance))
  })
  return { values, loadings, noiseVariance }
}

/** -N/2 (D log 2 pi + sum of the q largest log-eigenvalues + (D - q) log noiseVariance + D), about data in units of `scale`. */
const maximum = (z: Standardized, q: number, values: Float64Array, noiseVariance: number): number => {
  const d = z.dimension
  const logs = values.subarray(0, q).reduce((sum, value) => sum + Math.log(value), 0)
  const whole = d * Math.log(2 * Math.PI) + logs + (d - q) * Math.log(noiseVariance) + d
  return -(z.count / 2) * (whole + 2 * d * Math.log(z.scale[0]!))
}

/**
 * Fits probabilistic PCA, x ~ N(mean, W W' + noiseVariance I), by its closed form. 784 columns take a few seconds.
 *
 * @throws LatentlyError `ppca-components`, `ppca-constant`, `ppca-noiseless` (the rows fill no more dimensions than
 *   there are components), and `rows-*` for rows that are empty, ragged or not finite
 * @example
 * const fit = fitPpca(rows, { components: 2 })
 * console.log(fit.logLikelihood / rows.length, fit.posterior(rows[0]).mean)
 */
export const fitPpca = (rows: Rows, { components: q }: PpcaOptions): FittedPpca => {
  const z = readPpca(rows, q, "fitPpca")
  const { values, loadings, noiseVariance } = closedForm(z, q)
  const unit = z.scale[0]!
  const parameters: PpcaParameters = {
    components: q,
    dimension: z.dimension,
    loadings: loadings.map((value) => value * unit),
    mean: z.location,
    noiseVariance: noiseVariance * unit ** 2,
  }
  return {
    ...parameters,
    logLikelihood: maximum(z, q, values, noiseVariance),
    perRow: scorePpca(rows, parameters).perRow,
    eigenvalues: values.map((value) => Math.max(0, value) * unit ** 2),
    posterior: (row) => {
      const { latentMeans, latentCovariance } = scorePpca([Array.from(row)], parameters)
      return { mean: latentMeans, covariance: latentCovariance }
    },
  }
}
