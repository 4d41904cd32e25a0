/**
 * Active units (Burda, Grosse and Salakhutdinov 2016): the latent dimensions whose posterior mean varies from row to row. A
 * guide that gives every row the prior has none: the posterior has collapsed. Next: `alarms.ts`.
 */
import { type Entry, execute } from "../../dsl/execute.js"
import type { PlateFrame } from "../../dsl/plate-frame.js"
import { compileFunction } from "../../engine/compiled-function.js"
import { atStep } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { meanOf, varianceOf } from "../moments.js"
import { drawsOf, type Plan } from "../plan.js"
import { parentsOf } from "../proof/dependence.js"
import type { Weighing } from "../proof/log-weights.js"
import { drawnContext, guideRun } from "./guide-run.js"

/** The units of one latent. */
export interface Units {
  readonly active: number
  readonly units: number
  /** Rows of its outermost plate, in all. */
  readonly rows: number
  /** Var over rows of E_q[z | x] in units of the prior's variance, by dimension. */
  readonly variances: Float64Array
}

/** A unit is active above this: the paper's figure, for a prior of variance 1. */
const threshold = 0.01

/** Fewer rows than this tell nothing. */
const fewestRows = 10

/** Runs of the guide, where a mean must be estimated. */
const meanRuns = 64

/** Whether means of this latent's values mean anything: those of classes do not. */
const isNumeric = (entry: Entry): boolean =>
  !entry.dist!.support.discrete || entry.dist!.support.kind === "boolean"

const hasUnits = (entry: Entry): boolean =>
  entry.role === "latent" && isNumeric(entry) && (entry.plates[0]?.count ?? 0) >= fewestRows

/** The mean of a latent given the draws before it, [rows, units]; the draw itself where no mean is known. */
const lawMean = (entry: Entry): Tensor =>
  tf.reshape(entry.dist!.closed.has("mean") ? entry.dist!.mean : entry.value, [entry.plates[0]!.count, -1])

/** The prior's variance of each unit, averaged over rows; 1 where there is none in closed form. */
const priorVariance = (entry: Entry, units: number): Float32Array =>
  entry.dist!.closed.has("variance")
    ? (tf.mean(tf.reshape(entry.dist!.variance, [-1, units]), 0).dataSync() as Float32Array)
    : new Float32Array(units).fill(1)

/** Whether one run gives a latent's mean: no latent before it whose draws move it. Noise that stands for data may. */
const isKnown = (plan: Plan, entry: Entry): boolean =>
  entry.dist!.closed.has("mean") && parentsOf(plan, entry.name).length === 0

/** Means [runs][latents] of runs of the guide. */
const meansByRun = (count: number, means: (step: Tensor) => Tensor[]): Float32Array[][] => {
  const run = compileFunction(([step]) => means(step!))
  try {
    return Array.from({ length: count }, (_, n) =>
      scoped(() => run([tf.tensor1d([n], "int32")]).map((t) => t.dataSync() as Float32Array)),
    )
  } finally {
    run.dispose()
  }
}

/** Var over rows of a mean over runs, less what the draws of the runs add to it. */
const varianceOfMean = (runs: readonly Float32Array[], unit: number, units: number): number => {
  const rows = Array.from({ length: runs[0]!.length / units }, (_, row) =>
    runs.map((run) => run[row * units + unit]!),
  )
  const means = rows.map(meanOf)
  const between = meanOf(means.map((mean) => mean ** 2)) - meanOf(means) ** 2
  const within = runs.length < 2 ? 0 : meanOf(rows.map(varianceOf)) / runs.length
  return Math.max(0, between - within)
}

const unitsOf = (runs: readonly Float32Array[], prior: Entry): Units => {
  const [{ count, size }] = prior.plates as [PlateFrame]
  const units = runs[0]!.length / count
  const scale = priorVariance(prior, units)
  const variances = Float64Array.from(
    { length: units },
    (_, unit) => varianceOfMean(runs, unit, units) / scale[unit]!,
  )
  return { active: variances.filter((value) => value > threshold).length, units, rows: size, variances }
}

/** The units of each latent that stands in a plate of ten rows or more. */
export const activeUnits = (plan: Plan, weighing: Weighing): Record<string, Units> =>
  scoped(() => {
    const context = drawnContext(plan, weighing)
    const guide = guideRun(plan, context, weighing.key)
    const latents = [...guide.entries.values()].filter(hasUnits)
    const prior = execute(plan.model, plan.args, { ...context, values: drawsOf(guide) }).entries
    const runs = meansByRun(latents.every((entry) => isKnown(plan, entry)) ? 1 : meanRuns, (step) => {
      const { entries } = guideRun(plan, context, atStep(weighing.key, step))
      return latents.map(({ name }) => lawMean(entries.get(name)!))
    })
    return Object.fromEntries(
      latents.map(({ name }, i) => [
        name,
        unitsOf(
          runs.map((means) => means[i]!),
          prior.get(name)!,
        ),
      ]),
    )
  })
