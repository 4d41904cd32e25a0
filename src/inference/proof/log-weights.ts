/**
 * Log importance weights log p(x, z) - log q(z) of a guide's draws, row by row where the latents fall apart into rows, many
 * draws a run; and the bounds on the evidence they give. Next: `evidence.ts`.
 */
import type { Site } from "../../dsl/site.js"
import { withChecks } from "../../engine/checks.js"
import { compileFunction } from "../../engine/compiled-function.js"
import { atStep, type Key } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { takeApart } from "../arguments.js"
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

/** Rows that one run may hold, copies counted, and numbers of data in them, so that they fit in memory. */
const mostRows = 40_000
const mostNumbers = 4e6

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

const single: Layout = { particles: 1, plate: undefined, tiled: false, why: "" }

const passOf = (plan: Plan) => ({ args: plan.args, step: tf.scalar(0, "int32") as Tensor, state: [] })

/** How many numbers of data one row has at most. */
export const rowWidth = (plan: Plan): number =>
  takeApart(plan.args).tensors.reduce(
    (most, tensor) => Math.max(most, tensor.size / (tensor.shape[0] || 1)),
    1,
  )

/** As many draws a run as memory allows where rows can be copied, else one: a run is compiled, so runs are cheap. */
const layoutOf = (plan: Plan, draws: number, rows: number | undefined): Layout => {
  const seen = Math.min(rowsOf(plan), rows ?? Number.POSITIVE_INFINITY)
  const atOnce = Math.min(mostRows, mostNumbers / rowWidth(plan))
  const runs = Math.ceil(draws / Math.max(1, Math.floor(atOnce / seen)))
  const copies = Math.ceil(draws / runs)
  const layout = layOut(plan, copies, (context) => void weigh(plan, single, { ...passOf(plan), context }))
  return layout.tiled ? layout : { ...layout, particles: 1 }
}

/** What is read off a run, and what is done with it while it lives. */
export interface Reading {
  /** A pure function of a run's weights, which may be recorded. */
  read(weighed: Weighed): readonly Tensor[]
  use(read: readonly Tensor[], copies: number): void
}

/** Runs of `draws` draws in all or a few more, so that all runs are of one size; noise that stands for data is one for all. */
export const eachWeighed = (
  plan: Plan,
  { key, param, rows }: Weighing,
  draws: number,
  { read, use }: Reading,
): void =>
  withChecks(false, () => {
    const drawn = drawnPlan(plan)
    const layout = scoped(() => layoutOf(drawn, draws, rows))
    const copies = layout.particles
    const run = compileFunction(([step]) => {
      const batches = spreadRows(drawn, rows)
      const context = { key: atStep(key, step!), noise: key, param, ...(batches ? { batches } : {}) }
      return read(weigh(drawn, layout, { ...passOf(drawn), context }))
    })
    try {
      for (let n = 0; n * copies < draws; n++) scoped(() => use(run([tf.tensor1d([n], "int32")]), copies))
    } finally {
      run.dispose()
    }
  })

/** Weights [copies, groups] of one run after another, by group. */
export const gatherWeights = (runs: readonly ArrayLike<number>[], copies: number): Float64Array[] => {
  const count = (runs[0]?.length ?? 0) / copies
  return Array.from({ length: count }, (_, group) =>
    Float64Array.from(
      { length: runs.length * copies },
      (_, draw) => runs[Math.floor(draw / copies)]![(draw % copies) * count + group]!,
    ),
  )
}

/** The log-weights of `draws` draws of a guide at its params, or of a few more. */
export const logWeightsOf = (plan: Plan, weighing: Weighing, draws: number): LogWeights => {
  const runs: ArrayLike<number>[] = []
  let outside = 0
  let size = 1
  eachWeighed(plan, weighing, draws, {
    read: (weighed) => [weighed.logWeights, weighed.outside],
    use: ([weights, rest], copies) => {
      runs.push(weights!.dataSync())
      outside = rest!.dataSync()[0]!
      size = copies
    },
  })
  return { groups: gatherWeights(runs, size), outside }
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
