/**
 * Exact EM as `em` offers it for a mixture of Gaussians, and the way between a model's params (tensors by name) and a mixture in
 * plain double-precision numbers. Left out: the iterations (`exact/mixture-em.ts`).
 */
import { match, P } from "ts-pattern"
import { type Tensor, tf } from "../engine/tensor.js"
import type { ClosedForm } from "../inference/closed-form.js"
import type { EmFit, EmOptions } from "../inference/em.js"
import { fitGaussianMixture, type GaussianMixtureFit } from "./exact/gaussian-mixture.js"
import type { CovarianceStructure } from "./exact/mixture-layout.js"
import { type GaussianMixtureParameters, scoreGaussianMixture } from "./exact/mixture-score.js"
import type { InitialMixture } from "./exact/mixture-starts.js"
import type { PackedRows } from "./exact/rows.js"
import { firstMixture, type MixtureBeginning } from "./mixture-start.js"

/** Params of a `gaussianMixture` by name; others may stand beside them. */
export type MixtureParams = Readonly<Record<string, Tensor>>

/** Data [N, D] as the exact models take them. */
export const rowsOf = (points: Tensor): PackedRows => ({
  data: points.dataSync() as Float32Array,
  count: points.shape[0]!,
  dimension: points.shape[1]!,
})

/** L Lᵀ of a triangle, [D, D] row after row. */
const squared = (factor: Float64Array, d: number): number[] =>
  Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    let sum = 0
    for (let c = 0; c <= Math.min(i, j); c++) sum += factor[i * d + c]! * factor[j * d + c]!
    return sum
  })

const diagonal = (deviations: Float64Array, d: number): number[] =>
  Array.from({ length: d * d }, (_, at) =>
    at % (d + 1) === 0 ? deviations[(at % d) % deviations.length]! ** 2 : 0,
  )

const numbers = (tensor: Tensor): Float64Array => Float64Array.from(tensor.dataSync())

/**
 * The mixture that a model's params describe, in data units and plain numbers: for `scoreGaussianMixture`, which gives its
 * log-likelihood and p(component | x) in double precision, and for pictures.
 * @example scoreGaussianMixture(rows, mixtureOf(fitted.params)).logLikelihood
 */
export const mixtureOf = (params: MixtureParams): GaussianMixtureParameters => {
  const means = params.means as Tensor
  const [components, d] = means.shape as [number, number]
  const scale = (params.scaleTril ?? params.scale) as Tensor
  const values = numbers(scale)
  const size = scale.size / (scale.shape[0] === components && !isTied(params, d) ? components : 1)
  const matrix = params.scaleTril === undefined ? diagonal : squared
  const covariances = Array.from({ length: components }, (_, k) =>
    matrix(size === values.length ? values : values.subarray(k * size, (k + 1) * size), d),
  )
  return {
    components,
    dimension: d,
    weights: numbers(params.weights as Tensor),
    means: numbers(means),
    covariances: Float64Array.from(covariances.flat()),
  }
}

const isTied = ({ scaleTril }: MixtureParams, d: number): boolean =>
  scaleTril !== undefined && scaleTril.rank === 2 && scaleTril.shape[0] === d

/** The params that describe a mixture: tensors that no scope disposes. */
export const paramsOfMixture = (
  mixture: InitialMixture & { readonly weights: ArrayLike<number>; readonly covariances: ArrayLike<number> },
  covariance: CovarianceStructure,
): Record<string, Tensor> => {
  const { weights, means, scale } = firstMixture({ start: mixture } as MixtureBeginning, covariance)
  const name = covariance === "full" || covariance === "tied" ? "scaleTril" : "scale"
  const params = { weights, means, [name]: scale }
  for (const tensor of Object.values(params)) tf.keep(tensor)
  return params
}

/** [K, N]: p(component | point) of a mixture at points. */
const posterior = (points: Tensor, mixture: GaussianMixtureParameters): Tensor => {
  const { responsibilities } = scoreGaussianMixture(rowsOf(points), mixture)
  const shape: [number, number] = [points.shape[0]!, mixture.components]
  return tf.keep(tf.tidy(() => tf.transpose(tf.tensor2d(Float32Array.from(responsibilities), shape))))
}

type Ended = Pick<EmFit, "status" | "reason"> & { readonly mixture: GaussianMixtureParameters | undefined }

const ended = (fitted: GaussianMixtureFit): Ended =>
  match(fitted)
    .with({ status: "converged" }, (mixture) => ({
      status: "converged" as const,
      reason: "the log-likelihood settled",
      mixture,
    }))
    .with({ status: "exhausted" }, (mixture) => ({
      status: "exhausted" as const,
      reason: `all ${mixture.history.length} iterations done`,
      mixture,
    }))
    .with({ status: P.union("collapsed", "empty") }, ({ reason }) => ({
      status: "failed" as const,
      reason,
      mixture: undefined,
    }))
    .exhaustive()

const startOf = (options: EmOptions, begin: MixtureBeginning): Required<InitialMixture> =>
  options.initial === undefined ? begin.start : mixtureOf(options.initial)

/** Exact EM from a model's start (or `initial`), as `em` calls it. */
export const mixtureClosedForm =
  (
    components: number,
    covariance: CovarianceStructure,
    beginningOf: (points: Tensor) => MixtureBeginning,
  ): ClosedForm =>
  ([points]: readonly Tensor[], options): EmFit => {
    const initial = startOf(options, beginningOf(points!))
    const { iterations: maxIterations = 1000, tolerance = 1e-9 } = options
    const stopping = { maxIterations, tolerance, initial }
    const fitted = fitGaussianMixture(rowsOf(points!), { components, covariance, ...stopping })
    const { status, reason, mixture } = ended(fitted)
    const params = paramsOfMixture(mixture ?? initial, covariance)
    return {
      status,
      reason,
      params,
      history: fitted.history,
      logLikelihood: mixture === undefined ? Number.NaN : fitted.history.at(-1)!,
      responsibilities: posterior(points!, mixture ?? mixtureOf(params)),
      maximization: "closed form",
    }
  }
