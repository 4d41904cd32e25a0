/**
 * Log importance weights log p(x, z) - log q(z) of a guide's draws, row by row where the latents fall apart into rows, many
 * draws a run; and the bounds on the evidence they give. Next: `evidence.ts`.
 */
import type { Site } from "../../dsl/site.js"
import { withChecks } from "../../engine/checks.js"
import { fold, type Key } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { replanned } from "../objectives/objective.js"
import { type Layout, layOut } from "../objectives/particles.js"
import { type Weighed, weigh } from "../objectives/weighted.js"
import { logMeanWeight } from "../pareto.js"
import type { Plan } from "../plan.js"

/** Weights of draws in groups: the rows, or one group. */
export interface LogWeights {
  /** [groups][draws], nats. */
  readonly groups: readonly Float64Array[]
  /** log p of what no latent reaches. */
  readonly outside: number
}

/** Numbers that one run may hold of one latent, so that many copies of rows fit in memory. */
const mostAtOnce = 40_000

/** A plan whose every latent is drawn, its divergences too. */
export const drawnPlan = (plan: Plan): Plan =>
  replanned(plan, ({ estimator }) => (estimator === "exact" ? { estimator: "score" } : {}))

/** Which draws are weighed: their key, the params, and some rows of the row plate in place of all. */
export interface Weighing {
  readonly key: Key
  readonly param: (site: Site) => Tensor
  /** Evenly spread over all rows; all of them by default, and where the latents do not fall apart into rows. */
  readonly rows?: number | undefined
}

const rowsOf = (plan: Plan): number => (plan.rows === undefined ? 1 : plan.sizes.get(plan.rows.plate)!)

/** The batch of evenly spread rows that is looked at, if not all are. */
export const spreadRows = (plan: Plan, rows: number | undefined): Map<string, Tensor> | undefined => {
  const size = rowsOf(plan)
  if (plan.rows === undefined || rows === undefined || rows >= size) return undefined
  const indices = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * size) / rows))
  return new Map([[plan.rows.plate, tf.tensor1d(indices, "int32")]])
}

const layoutOf = (plan: Plan, draws: number, rows: number | undefined): Layout => {
  const seen = Math.min(rowsOf(plan), rows ?? Number.POSITIVE_INFINITY)
  const copies = Math.max(1, Math.min(draws, Math.floor(mostAtOnce / seen)))
  return layOut(plan, copies, (context) => void weigh(plan, single, { ...passOf(plan), context }))
}

const single: Layout = { particles: 1, plate: undefined, tiled: false, why: "" }

const passOf = (plan: Plan) => ({ args: plan.args, step: tf.scalar(0, "int32") as Tensor, state: [] })

/** Runs of `draws` draws in all, some at a time; `use` is given each run's weights while they live. */
export const eachWeighed = (
  plan: Plan,
  { key, param, rows }: Weighing,
  draws: number,
  use: (weighed: Weighed, copies: number) => void,
): void =>
  withChecks(false, () => {
    const drawn = drawnPlan(plan)
    const layout = scoped(() => layoutOf(drawn, draws, rows))
    for (let done = 0, run = 0; done < draws; done += layout.particles, run++)
      scoped(() => {
        const copies = Math.min(layout.particles, draws - done)
        const here = { ...layout, particles: copies, tiled: layout.tiled && copies > 1 }
        const batches = spreadRows(drawn, rows)
        const context = { key: fold(key, run), param, ...(batches ? { batches } : {}) }
        use(weigh(drawn, here, { ...passOf(drawn), context }), copies)
      })
  })

/** The log-weights of many draws of a guide at its params. */
export const logWeightsOf = (plan: Plan, context: Weighing, draws: number): LogWeights => {
  let groups: Float64Array[] = []
  let outside = 0
  let done = 0
  eachWeighed(plan, context, draws, (weighed, copies) => {
    const values = weighed.logWeights.dataSync()
    const count = values.length / copies
    if (groups.length === 0) groups = Array.from({ length: count }, () => new Float64Array(draws))
    for (let copy = 0; copy < copies; copy++)
      for (let group = 0; group < count; group++) groups[group]![done + copy] = values[copy * count + group]!
    outside = weighed.outside.dataSync()[0]!
    done += copies
  })
  return { groups, outside }
}

/** Bounds on log p(x) from weights, in nats for all groups. */
export interface Sandwich {
  /** log mean weight: in expectation below log p(x). */
  readonly lower: number
  /** E_p[log mean weight] over blocks, one of each block from the posterior: above log p(x), as far as the draws reach. */
  readonly upper: number
  readonly standardError: number
}

/** Blocks of draws that the upper bound is averaged over. */
const blocks = 20

const upperOf = (weights: Float64Array): number => {
  const size = Math.floor(weights.length / blocks)
  const means = Array.from(
    { length: blocks },
    (_, b) => logMeanWeight(weights.subarray(b * size, (b + 1) * size)).value,
  )
  const top = Math.max(...means)
  const tilted = means.map((mean) => Math.exp(mean - top))
  return means.reduce((sum, mean, b) => sum + mean * tilted[b]!, 0) / tilted.reduce((a, b) => a + b, 0)
}

/**
 * Bounds on the evidence: Burda, Grosse and Salakhutdinov (2016) below; above the same mean under p(z | x) instead of q, by
 * self-normalized weights (Sobolev and Vetrov 2019).
 */
export const sandwichOf = ({ groups, outside }: LogWeights): Sandwich => {
  const means = groups.map(logMeanWeight)
  const lower = outside + means.reduce((sum, { value }) => sum + value, 0)
  const upper = outside + groups.reduce((sum, group) => sum + upperOf(group), 0)
  const standardError = Math.sqrt(means.reduce((sum, mean) => sum + mean.standardError ** 2, 0))
  return { lower, upper: Math.max(lower, upper), standardError }
}
