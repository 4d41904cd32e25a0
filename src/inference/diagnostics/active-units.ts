/**
 * Active units (Burda, Grosse and Salakhutdinov 2016): the latent dimensions whose posterior mean varies from row to row. A
 * guide that gives every row the prior has none: the posterior has collapsed. Next: `alarms.ts`.
 */
import type { Entry } from "../../dsl/execute.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { contextOf } from "../elbo.js"
import { type Plan, runPair } from "../plan.js"
import { spreadRows, type Weighing } from "../proof/log-weights.js"

/** The units of one latent. */
export interface Units {
  readonly active: number
  readonly units: number
  /** Var over rows of E_q[z | x] in units of the prior's variance, by dimension. */
  readonly variances: Float64Array
}

/** A unit is active above this, the paper's figure for a standard normal prior. */
const threshold = 0.01

/** Fewer rows than this tell nothing. */
const fewestRows = 10

const meanDraws = 64

/** Whether means of this latent's values mean anything: classes have none. */
const isNumeric = (entry: Entry): boolean =>
  !entry.dist!.support.discrete || entry.dist!.support.kind === "boolean"

const meanOf = (entry: Entry): Tensor =>
  entry.dist!.closed.has("mean") ? entry.dist!.mean : tf.mean(entry.dist!.sample(1, [meanDraws]), 0)

/** The prior's variance of each dimension, averaged over rows; 1 where there is none in closed form. */
const priorVariance = (entry: Entry, units: number): Tensor =>
  entry.dist!.closed.has("variance")
    ? tf.mean(tf.reshape(entry.dist!.variance, [-1, units]), 0)
    : tf.ones([units])

const unitsOf = (posterior: Entry, prior: Entry): Units => {
  const rows = posterior.plates[0]!.count
  const means = tf.reshape(meanOf(posterior), [rows, -1])
  const units = means.shape[1]!
  const { variance } = tf.moments(means, 0)
  const variances = Float64Array.from(tf.div(variance, priorVariance(prior, units)).dataSync())
  return { active: variances.filter((value) => value > threshold).length, units, variances }
}

/** The units of each latent that stands in a plate of ten rows or more. */
export const activeUnits = (plan: Plan, { key, param, rows }: Weighing): Record<string, Units> =>
  scoped(() => {
    const batches = spreadRows(plan, rows)
    const context = contextOf(plan, { key, param, ...(batches ? { batches } : {}) })
    const pair = runPair(plan.model, plan.guide, plan.args, { ...context, enumerates: () => false })
    const latents = [...pair.guide.entries.values()].filter(
      (entry) => entry.role === "latent" && isNumeric(entry) && (entry.plates[0]?.count ?? 0) >= fewestRows,
    )
    return Object.fromEntries(
      latents.map((entry) => [entry.name, unitsOf(entry, pair.model.entries.get(entry.name)!)]),
    )
  })
