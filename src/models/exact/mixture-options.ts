/** Options of `fitGaussianMixture`, and the refusal of those that cannot be meant. Next: `gaussian-mixture.ts`. */
import { LatentlyError } from "../../engine/error.js"
import { cholesky, packSymmetric } from "./cholesky.js"
import type { CovarianceStructure } from "./mixture-layout.js"
import type { InitialMixture } from "./mixture-starts.js"
import type { Table } from "./rows.js"
import type { Standardized } from "./standardize.js"

/** What happened at an iteration of one start. */
export interface MixtureProgress {
  readonly start: number
  readonly iteration: number
  /** In total and in data units. */
  readonly logLikelihood: number
}

/** Options of `fitGaussianMixture`. */
export interface GaussianMixtureOptions {
  /** The number of components, K. */
  readonly components: number
  /** `"full"` (the default), `"tied"`: one for all, `"diagonal"`, or `"spherical"`: one variance a component. */
  readonly covariance?: CovarianceStructure
  /** Names the random starts; 0 if left out. */
  readonly seed?: number
  /** How many starts must succeed; 10 if left out. A start that breaks down is recorded and another takes its place, up to twice as many in all. */
  readonly starts?: number
  /** Stops when Aitken's estimate of the log-likelihood still to gain, in nats over all rows, is below it; 1e-9. */
  readonly tolerance?: number
  /** Iterations of one start at most; 1000. */
  readonly maxIterations?: number
  /** The smallest variance in any direction, in squared data units; 0. The M-step is the likeliest one under it, so the likelihood still never falls. */
  readonly floor?: number
  /** Where to begin, in data units; there is then one start. */
  readonly initial?: InitialMixture
  readonly onIteration?: (progress: MixtureProgress) => void
}

/** The options with nothing left out but the callback and the beginning. */
export type MixtureSettings = Required<Omit<GaussianMixtureOptions, "initial" | "onIteration">> &
  Pick<GaussianMixtureOptions, "initial" | "onIteration">

const who = "fitGaussianMixture"

const refuse = (code: string, text: string): never => {
  throw new LatentlyError(code, `${who}: ${text}`)
}

const defaults = {
  covariance: "full",
  seed: 0,
  starts: 10,
  tolerance: 1e-9,
  maxIterations: 1000,
  floor: 0,
} as const

const refuseOption = (name: string, value: unknown, wanted: string): never =>
  refuse("mixture-option", `${name} must be ${wanted}, got ${String(value)}`)

const structures: readonly string[] = ["full", "tied", "diagonal", "spherical"]

/** Fills in defaults and checks each option by itself and against the rows. */
export const readOptions = (
  options: GaussianMixtureOptions,
  { count, dimension }: Table,
): MixtureSettings => {
  const settings: MixtureSettings = { ...defaults, ...options }
  const { components, covariance, starts, tolerance, maxIterations, floor, seed, initial } = settings
  const whole = (value: number) => Number.isInteger(value) && value >= 1
  if (!whole(components)) refuseOption("components", components, "a whole number of at least 1")
  if (!structures.includes(covariance))
    refuseOption("covariance", JSON.stringify(covariance), `one of ${structures.join(", ")}`)
  if (!whole(starts)) refuseOption("starts", starts, "a whole number of at least 1")
  if (!whole(maxIterations)) refuseOption("maxIterations", maxIterations, "a whole number of at least 1")
  if (!(tolerance >= 0 && tolerance < Infinity)) refuseOption("tolerance", tolerance, "a number from 0")
  if (!(floor >= 0 && floor < Infinity)) refuseOption("floor", floor, "a variance from 0")
  if (!Number.isSafeInteger(seed)) refuseOption("seed", seed, "a whole number")
  if (components > count)
    refuse("mixture-rows", `${count} rows cannot hold ${components} components; ask for ${count} at most`)
  if (initial !== undefined) checkInitial(initial, components, dimension)
  return settings
}

const checkNumbers = (name: string, values: ArrayLike<number>, size: number, shape: string): void => {
  if (values.length !== size)
    refuse("mixture-initial", `initial.${name} has ${values.length} numbers; ${shape} makes ${size}`)
  const at = Array.from(values).findIndex((value) => !Number.isFinite(value))
  if (at >= 0) refuse("mixture-initial", `initial.${name}[${at}] is ${values[at]}, not a finite number`)
}

const checkInitial = (initial: InitialMixture, components: number, dimension: number): void => {
  const { weights, means, covariances } = initial
  checkNumbers("means", means, components * dimension, `${components} means of ${dimension} columns`)
  if (weights !== undefined) {
    checkNumbers("weights", weights, components, `${components} components`)
    if (!Array.from(weights).every((weight) => weight > 0))
      refuse("mixture-initial", "initial.weights must all be greater than 0: a weight of 0 stays 0 for good")
  }
  const size = dimension * dimension
  refuseTwins(initial, components, dimension)
  if (covariances === undefined) return
  checkNumbers(
    "covariances",
    covariances,
    components * size,
    `${components} matrices of ${dimension} by ${dimension}`,
  )
  for (let k = 0; k < components; k++) {
    const matrix = Array.from(covariances).slice(k * size, (k + 1) * size)
    if (cholesky(packSymmetric(matrix, dimension), dimension).status === "singular")
      refuse("mixture-initial", `initial.covariances: matrix ${k} (the first is 0) is not positive definite`)
  }
}

/** Components that start alike get the same rows for ever: EM would settle there and call it the end. */
const refuseTwins = ({ means, covariances }: InitialMixture, components: number, dimension: number): void => {
  const own = (values: ArrayLike<number> | undefined, k: number, size: number): number[] =>
    Array.from(values ?? []).slice(k * size, (k + 1) * size)
  const seen = new Map<string, number>()
  for (let k = 0; k < components; k++) {
    const key = [...own(means, k, dimension), ...own(covariances, k, dimension * dimension)].join()
    const twin = seen.get(key)
    if (twin !== undefined)
      refuse("mixture-initial", `components ${twin} and ${k} start alike and would stay so; move one mean`)
    seen.set(key, k)
  }
}

/** Refuses rows on which no component could have a covariance of the structure: nothing would be learned from trying. */
export const refuseFlatRows = (table: Standardized, { covariance, floor }: MixtureSettings): void => {
  const { constant, count, dimension } = table
  if (floor > 0) return
  const allConstant = constant.length === dimension
  if (allConstant || (constant.length > 0 && covariance !== "spherical"))
    refuse(
      "mixture-constant",
      `column ${constant[0]} (the first is 0) is the same in all ${count} row${count === 1 ? "" : "s"}, so every ` +
        `covariance is singular; ${allConstant ? "give rows that differ" : "drop the column"} or set a floor`,
    )
  if (covariance === "full" || covariance === "tied") refuseDependentColumns(table)
}

const refuseDependentColumns = ({ data, count, dimension, noise }: Standardized): void => {
  const correlation = new Float64Array(dimension * dimension)
  for (let row = 0; row < count; row++)
    for (let i = 0; i < dimension; i++)
      for (let j = 0; j <= i; j++)
        correlation[i * dimension + j]! += (data[row * dimension + i]! * data[row * dimension + j]!) / count
  const result = cholesky(packSymmetric(correlation, dimension), dimension, 1e-12, noise)
  if (result.status === "factored") return
  const fix = `use covariance "diagonal" or set a floor`
  refuse(
    "mixture-dependent",
    count <= dimension
      ? `${count} rows cannot determine a covariance of ${dimension} columns, so every covariance is singular; ${fix}`
      : `column ${result.pivot} (the first is 0) is a linear combination of the columns before it, so every covariance ` +
          `is singular; drop it, ${fix}`,
  )
}
