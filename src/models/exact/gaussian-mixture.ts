/**
 * Mixtures of Gaussians by exact EM in double precision: several k-means++ starts, four covariance structures, and an end
 * that says what happened: a component that empties or collapses is named, and no number is ever NaN.
 * Left out: the tensors and programs around it (`../gaussian-mixture.ts`). Next: `mixture-em.ts`, `mixture-step.ts`.
 */
import { LatentlyError } from "../../engine/error.js"
import { unpackSymmetric } from "./cholesky.js"
import type { MixtureRun } from "./mixture-em.js"
import { runMixture } from "./mixture-em.js"
import type { MixtureFailure, StartRecord } from "./mixture-failure.js"
import { describeFailure } from "./mixture-failure.js"
import type { CovarianceStructure } from "./mixture-layout.js"
import { mixtureLayout } from "./mixture-layout.js"
import type { GaussianMixtureOptions, MixtureSettings } from "./mixture-options.js"
import { readOptions, refuseFlatRows } from "./mixture-options.js"
import type { GaussianMixtureParameters } from "./mixture-score.js"
import { scoreGaussianMixture } from "./mixture-score.js"
import { givenStart, mixtureStart } from "./mixture-starts.js"
import type { MixtureFamily, MixtureState } from "./mixture-step.js"
import { mixtureSweep } from "./mixture-sweep.js"
import type { Rows, Table } from "./rows.js"
import { readRows } from "./rows.js"
import type { Standardized } from "./standardize.js"
import { standardize } from "./standardize.js"

/** The two ends that leave a fit. */
export type FittedStatus = "converged" | "exhausted"

/** A fitted mixture: the likeliest end of all starts. Components are in the order of their means (by the first column), or of `initial`. */
export interface FittedGaussianMixture<Status extends FittedStatus = FittedStatus>
  extends GaussianMixtureParameters {
  /** Whether the log-likelihood settled or the iterations ran out. */
  readonly status: Status
  readonly covariance: CovarianceStructure
  /** Total over all rows, in nats. */
  readonly logLikelihood: number
  /** log p(row), [N]. */
  readonly perRow: Float64Array
  /** The log-likelihood at each iteration of the winning start; it never falls but by rounding. */
  readonly history: readonly number[]
  /** Free parameters. */
  readonly parameterCount: number
  /** parameterCount log N - 2 logLikelihood: smaller is better (mclust prints its negative). */
  readonly bic: number
  /** 2 parameterCount - 2 logLikelihood: smaller is better. */
  readonly aic: number
  /** The number of the winning start, and what became of each. */
  readonly start: number
  readonly starts: readonly StartRecord[]
  /** p(component | row) of any rows, [N, K], row after row. */
  readonly responsibilities: (rows: Rows) => Float64Array
}

/** How a fit ended: match on `status`. */
export type GaussianMixtureFit =
  | FittedGaussianMixture<"converged">
  | FittedGaussianMixture<"exhausted">
  | MixtureFailure<"collapsed">
  | MixtureFailure<"empty">

/** The state in data units, its components in the given order. */
const inDataUnits = (
  { weights, means, covariances }: MixtureState,
  { layout, scale }: MixtureFamily,
  location: Float64Array,
  keepOrder: boolean,
): GaussianMixtureParameters => {
  const { components, dimension: d, pairs } = layout
  const order = [...weights.keys()]
  if (!keepOrder) order.sort((a, b) => firstDifference(means, a * d, b * d, d))
  const wide = pairs.length > d || d === 1
  const matrix = (k: number) => {
    const entries = covariances.subarray(k * pairs.length, (k + 1) * pairs.length)
    const full = wide
      ? unpackSymmetric(entries, d)
      : Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? entries[at % d]! : 0))
    return full.map((value, at) => value * scale[Math.floor(at / d)]! * scale[at % d]!)
  }
  return {
    components,
    dimension: d,
    weights: Float64Array.from(order, (k) => weights[k]!),
    means: Float64Array.from(order.flatMap((k) => [...means.subarray(k * d, (k + 1) * d)])).map(
      (z, at) => z * scale[at % d]! + location[at % d]!,
    ),
    covariances: Float64Array.from(order.flatMap((k) => [...matrix(k)])),
  }
}

const firstDifference = (means: Float64Array, a: number, b: number, size: number): number => {
  for (let j = 0; j < size; j++) if (means[a + j] !== means[b + j]) return means[a + j]! - means[b + j]!
  return 0
}

const countParameters = (components: number, d: number, covariance: CovarianceStructure): number => {
  const triangle = (d * (d + 1)) / 2
  const shapes = {
    full: components * triangle,
    tied: triangle,
    diagonal: components * d,
    spherical: components,
  }
  return shapes[covariance] + components * d + components - 1
}

const succeeded = (run: MixtureRun): boolean => run.status === "converged" || run.status === "exhausted"

/** One start after the other, until enough have succeeded or twice as many have been tried. */
const runStarts = (table: Standardized, family: MixtureFamily, settings: MixtureSettings) => {
  const { initial, onIteration, tolerance, maxIterations, seed } = settings
  const sweep = mixtureSweep(table, family.layout)
  const offset = -table.count * family.scale.reduce((sum, unit) => sum + Math.log(unit), 0)
  const wanted = initial === undefined && family.layout.components > 1 ? settings.starts : 1
  const runs: { run: MixtureRun; labels?: Int32Array }[] = []
  const attempt = (start: number): { run: MixtureRun; labels?: Int32Array } => {
    const begin =
      initial === undefined
        ? mixtureStart(table, family, seed, start)
        : { state: givenStart(table, family, initial) }
    if (begin === undefined) return refuseDuplicates(table, settings)
    if ("status" in begin.state) return { ...begin, run: { ...begin.state, state: emptyState, history: [] } }
    const tell =
      onIteration &&
      ((iteration: number, logLikelihood: number) => onIteration({ start, iteration, logLikelihood }))
    const stopping = {
      tolerance,
      maxIterations,
      offset,
      count: table.count,
      ...(tell && { onIteration: tell }),
    }
    return { ...begin, run: runMixture(begin.state, sweep, family, stopping) }
  }
  const enough = () => runs.filter(({ run }) => succeeded(run)).length === wanted
  const limit = initial === undefined ? 2 * wanted : 1
  while (runs.length < limit && !enough()) runs.push(attempt(runs.length))
  return runs
}

const emptyState: MixtureState = {
  weights: new Float64Array(0),
  means: new Float64Array(0),
  covariances: new Float64Array(0),
}

const refuseDuplicates = (table: Table, { components }: MixtureSettings): never => {
  const { data, count, dimension } = table
  const distinct = new Set(
    Array.from({ length: count }, (_, row) => data.subarray(row * dimension, (row + 1) * dimension).join()),
  ).size
  throw new LatentlyError(
    "mixture-duplicates",
    `fitGaussianMixture: of ${count} rows only ${distinct} differ, too few for ${components} components; ` +
      `ask for ${distinct} at most, or check how the rows were read`,
  )
}

/**
 * Fits a mixture of K Gaussians, p(x) = sum_k w_k N(x; mean_k, covariance_k), by exact EM from several starts and returns the
 * likeliest end, or, where every start broke down, which component did and why.
 *
 * A likelihood without a floor is unbounded: a component may close in on a few rows. Such starts are dropped and named
 * in `starts`; they never win.
 *
 * @throws LatentlyError for rows or options that cannot be meant: `rows-*`, `mixture-option`, `mixture-rows`,
 *   `mixture-constant`, `mixture-dependent`, `mixture-duplicates`, `mixture-initial`
 * @example
 * const fit = fitGaussianMixture(rows, { components: 2 })
 * if (fit.status === "converged") console.log(fit.weights, fit.logLikelihood)
 * else if (fit.status === "collapsed") console.log(fit.reason)
 */
export const fitGaussianMixture = (rows: Rows, options: GaussianMixtureOptions): GaussianMixtureFit => {
  const table = readRows(rows, "fitGaussianMixture")
  const settings = readOptions(options, table)
  const { components, covariance, floor } = settings
  const z = standardize(table, "fitGaussianMixture", covariance === "spherical")
  refuseFlatRows(z, settings)
  const layout = mixtureLayout(components, table.dimension, covariance)
  const family: MixtureFamily = { layout, covariance, scale: z.scale, floor, noise: z.noise }
  const attempts = runStarts(z, family, settings)
  const runs = attempts.map(({ run }) => run)
  const failures = attempts.map((each) => describeFailure(each.run, each.labels, z, family))
  const starts = runs.map((run, at): StartRecord => record(run, failures[at]))
  const winner = runs.reduce((best, run, at) => (beats(run, runs[best]) ? at : best), -1)
  const failure = failures.find((each) => each !== undefined)
  if (winner < 0) return { ...(failure as MixtureFailure<"collapsed">), starts }
  return finish(table, z, family, settings, { run: runs[winner]!, start: winner, starts })
}

/** Ends that differ by less than this many nats are the same one, and the earliest start keeps it. */
const sameEnd = 1e-6

const beats = (run: MixtureRun, best: MixtureRun | undefined): boolean =>
  succeeded(run) && (best === undefined || run.history.at(-1)! > best.history.at(-1)! + sameEnd)

const record = (run: MixtureRun, failure: Omit<MixtureFailure, "starts"> | undefined): StartRecord => ({
  status: run.status,
  iterations: run.history.length,
  logLikelihood: run.history.at(-1),
  ...(failure && { reason: failure.reason }),
})

const finish = (
  table: Table,
  z: Standardized,
  family: MixtureFamily,
  { components, covariance, initial }: MixtureSettings,
  { run, start, starts }: { run: MixtureRun; start: number; starts: StartRecord[] },
): GaussianMixtureFit => {
  const mixture = inDataUnits(run.state, family, z.location, initial !== undefined)
  const logLikelihood = run.history.at(-1)!
  const parameterCount = countParameters(components, table.dimension, covariance)
  return {
    ...mixture,
    status: run.status === "exhausted" ? "exhausted" : "converged",
    covariance,
    logLikelihood,
    perRow: scoreGaussianMixture(table, mixture).perRow,
    history: run.history,
    parameterCount,
    bic: parameterCount * Math.log(table.count) - 2 * logLikelihood,
    aic: 2 * parameterCount - 2 * logLikelihood,
    start,
    starts,
    responsibilities: (others) => scoreGaussianMixture(others, mixture).responsibilities,
  }
}
