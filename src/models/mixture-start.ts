/**
 * Where every fit of a mixture of Gaussians begins, so that all kinds of inference can start from the same place: clusters
 * by k-means++, or a mixture the caller gives, as the first values of the model's params. Next: `gaussian-mixture.ts`.
 */
import { LatentlyError } from "../engine/error.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { cholesky, packedAt, packSymmetric } from "./exact/cholesky.js"
import { type CovarianceStructure, mixtureLayout } from "./exact/mixture-layout.js"
import { type InitialMixture, mixtureStart } from "./exact/mixture-starts.js"
import type { MixtureState } from "./exact/mixture-step.js"
import { readRows } from "./exact/rows.js"
import { type Standardized, standardize } from "./exact/standardize.js"
import { pooledCovariance } from "./mixture-posterior.js"

/** Which start: the number of a k-means++ draw under a seed, or a mixture in data units. */
export type MixtureStartOption = { readonly seed?: number; readonly number?: number } | InitialMixture

/** What a model needs of its data before the first step; plain numbers. */
export interface MixtureBeginning {
  readonly start: Required<InitialMixture>
  /** The columns' means and standard deviations, and one scale for all: the units of the params. */
  readonly loc: number[]
  readonly scale: number[]
  readonly common: number
}

const who = "gaussianMixture"

/** The state of a start in data units, a full covariance for each component. */
const inDataUnits = (
  state: MixtureState,
  z: Standardized,
  covariance: CovarianceStructure,
): Required<InitialMixture> => {
  const d = z.dimension
  const { pairs } = mixtureLayout(1, d, covariance)
  const covariances = new Float64Array(state.weights.length * d * d)
  for (let at = 0; at < state.covariances.length; at++) {
    const [k, [i, j]] = [Math.floor(at / pairs.length), pairs[at % pairs.length]!]
    const value = state.covariances[at]! * z.scale[i]! * z.scale[j]!
    covariances[(k * d + i) * d + j] = value
    covariances[(k * d + j) * d + i] = value
  }
  return {
    weights: state.weights,
    means: state.means.map((mean, at) => mean * z.scale[at % d]! + z.location[at % d]!),
    covariances,
  }
}

const clustered = (
  z: Standardized,
  components: number,
  covariance: CovarianceStructure,
  { seed = 0, number = 0 }: { readonly seed?: number; readonly number?: number },
): Required<InitialMixture> => {
  const layout = mixtureLayout(components, z.dimension, covariance)
  const family = { layout, covariance, scale: z.scale, floor: 0, noise: z.noise }
  const begin = mixtureStart(z, family, seed, number)
  if (begin === undefined || "status" in begin.state)
    throw new LatentlyError(
      "mixture-start",
      `${who}: start ${number} of seed ${seed} ${begin === undefined ? "finds fewer rows that differ than" : "leaves a cluster empty among"} ` +
        `its ${components} components; ask for fewer, or give a start of your own`,
    )
  return inDataUnits(begin.state, z, covariance)
}

const overall = (z: Standardized, components: number): Float64Array => {
  const d = z.dimension
  const one = new Float64Array(d * d)
  for (let row = 0; row < z.count; row++)
    for (let at = 0; at < d * d; at++) {
      const [i, j] = [Math.floor(at / d), at % d]
      one[at]! += (z.data[row * d + i]! * z.data[row * d + j]! * z.scale[i]! * z.scale[j]!) / z.count
    }
  return Float64Array.from({ length: components * d * d }, (_, at) => one[at % (d * d)]!)
}

/** The given mixture with what it leaves out filled in, as exact EM does. */
const filled = (given: InitialMixture, z: Standardized, components: number): Required<InitialMixture> => ({
  means: given.means,
  weights: given.weights ?? new Float64Array(components).fill(1 / components),
  covariances: given.covariances ?? overall(z, components),
})

/**
 * Reads data [N, D] once and says where a fit begins.
 * @throws LatentlyError `rows-*` for data that are not finite, `mixture-start` where no k-means start can be made.
 */
export const mixtureBeginning = (
  x: Tensor,
  components: number,
  covariance: CovarianceStructure,
  option: MixtureStartOption,
): MixtureBeginning => {
  const [count, dimension] = x.shape as [number, number]
  const table = readRows({ data: x.dataSync() as Float32Array, count, dimension }, who)
  const z = standardize(table, who, covariance === "spherical")
  const scale = [...z.scale]
  return {
    start: "means" in option ? filled(option, z, components) : clustered(z, components, covariance, option),
    loc: [...z.location],
    scale,
    common: Math.hypot(...scale) / Math.sqrt(dimension),
  }
}

const nested = (values: ArrayLike<number>, ...shape: number[]): Tensor =>
  tf.tensor(Float32Array.from(values), shape)

const factorOf = (covariances: ArrayLike<number>, k: number, d: number): number[] => {
  const matrix = Array.from(covariances).slice(k * d * d, (k + 1) * d * d)
  const result = cholesky(packSymmetric(matrix, d), d)
  if (result.status === "singular")
    throw new LatentlyError(
      "mixture-start",
      `${who}: the covariance that component ${k} (the first is 0) starts with is singular in column ${result.pivot}; ` +
        `use covariance "tied", "diagonal" or "spherical", or give a start of your own`,
    )
  return Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    return j > i ? 0 : result.factor[packedAt(i, j)]!
  })
}

/** The first values of the model's params, by name. */
export const firstMixture = (
  { start }: MixtureBeginning,
  covariance: CovarianceStructure,
): { readonly weights: Tensor; readonly means: Tensor; readonly scale: Tensor } => {
  const components = start.weights.length
  const d = start.means.length / components
  const total = Array.from(start.weights).reduce((a, b) => a + b, 0)
  const tril = (covariances: ArrayLike<number>, count: number): number[] =>
    Array.from({ length: count }, (_, k) => factorOf(covariances, k, d)).flat()
  const diagonal = Array.from({ length: components * d }, (_, at) => start.covariances[at * d + (at % d)]!)
  const mean = (k: number): number => diagonal.slice(k * d, (k + 1) * d).reduce((a, b) => a + b, 0) / d
  const scales = {
    full: () => nested(tril(start.covariances, components), components, d, d),
    tied: () => nested(tril(pooledCovariance(start), 1), d, d),
    diagonal: () => nested(diagonal.map(Math.sqrt), components, d),
    spherical: () =>
      nested(
        Array.from({ length: components }, (_, k) => Math.sqrt(mean(k))),
        components,
      ),
  }
  return {
    weights: nested(
      Array.from(start.weights, (weight) => weight / total),
      components,
    ),
    means: nested(start.means, components, d),
    scale: scales[covariance](),
  }
}
