/**
 * The exact posterior over a mixture's components as a map of features: log w_k + log N(x; mean_k, covariance_k) is linear in
 * 1, x and x xᵀ, and its differences between components in 1 and x alone where covariances are tied. Guides of that form
 * begin there. Next: `mixture-guides.ts`.
 */
import { packSymmetric } from "./exact/cholesky.js"
import type { InitialMixture } from "./exact/mixture-starts.js"
import { invertDefinite } from "./exact/ppca-score.js"
import type { MixtureBeginning } from "./mixture-start.js"

/** A linear map of features: one column of weights and one number a component. */
export interface FeatureMap {
  /** [features, K], row after row. */
  readonly weights: Float32Array
  /** [K]. */
  readonly bias: Float32Array
}

type Component = { readonly pull: number[]; readonly precision: number[]; readonly constant: number }

/** Σ_k w_k C_k: what a map without products takes every covariance to be. */
export const pooledCovariance = ({ weights, covariances }: Required<InitialMixture>): Float64Array => {
  const size = covariances.length / weights.length
  const total = Array.from(weights).reduce((a, b) => a + b, 0)
  return Float64Array.from({ length: size }, (_, at) =>
    Array.from(weights).reduce((sum, weight, k) => sum + (weight / total) * covariances[k * size + at]!, 0),
  )
}

/** One component in standard coordinates z = (x - loc) / scale: log w - ½ log det C - ½ mᵀPm, P m, and P. */
const standardComponent = (
  { start, loc, scale }: MixtureBeginning,
  k: number,
  covariance: ArrayLike<number>,
): Component => {
  const d = loc.length
  const standard = Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    return covariance[at]! / (scale[i]! * scale[j]!)
  })
  const { inverse, halfLogDeterminant } = invertDefinite(packSymmetric(standard, d), d, "responsibilities")
  const mean = loc.map((centre, j) => (start.means[k * d + j]! - centre) / scale[j]!)
  const pull = mean.map((_, i) => mean.reduce((sum, value, j) => sum + inverse[i * d + j]! * value, 0))
  const length = pull.reduce((sum, value, j) => sum + value * mean[j]!, 0)
  return {
    pull,
    precision: [...inverse],
    constant: Math.log(start.weights[k]!) - halfLogDeterminant - length / 2,
  }
}

/** The map of the features z, or z and all products of its entries, at which a mixture's posterior lies. */
export const posteriorMap = (begin: MixtureBeginning, features: "linear" | "quadratic"): FeatureMap => {
  const { start, loc } = begin
  const size = loc.length ** 2
  const pooled = pooledCovariance(start)
  const columns = Array.from(start.weights, (_, k) => {
    const own = Array.from(start.covariances).slice(k * size, (k + 1) * size)
    const { pull, precision, constant } = standardComponent(begin, k, features === "linear" ? pooled : own)
    const products = features === "linear" ? [] : precision.map((value) => -value / 2)
    return { weights: [...pull, ...products], constant }
  })
  const rows = columns[0]!.weights.length
  return {
    weights: Float32Array.from({ length: rows * columns.length }, (_, at) => {
      const [row, k] = [Math.floor(at / columns.length), at % columns.length]
      return columns[k]!.weights[row]!
    }),
    bias: Float32Array.from(columns, ({ constant }) => constant),
  }
}
