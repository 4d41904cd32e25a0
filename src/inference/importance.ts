/**
 * `importance`: log p(x) by importance sampling with the guide as proposal, log (1/S) Σ_s p(x, z_s) / q(z_s), and whether to
 * believe it (k-hat). Where the latents fall apart into the rows of one plate, rows are weighed one by one. Next:
 * `prior-importance.ts`, which needs no guide, and `sampling/annealed-importance.ts`, which needs no good one.
 */
import { execute } from "../dsl/execute.js"
import { withChecks } from "../engine/checks.js"
import { type CompiledFunction, compileFunction } from "../engine/compiled-function.js"
import { fold } from "../engine/random.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"
import { contextOf } from "./elbo.js"
import { batchesOf, type QuestionOptions } from "./evaluate.js"
import { checkBatched, type Layout } from "./objectives/particles.js"
import { weigh } from "./objectives/weighted.js"
import { effectiveDraws, logMeanWeight, paretoShape } from "./pareto.js"
import { drawsOf } from "./plan.js"
import { drawnPlan } from "./proof/log-weights.js"
import { type Fitted, keyOf, type Question, questionOf } from "./query.js"
import { type BatchPlan, batchPlan } from "./step-program.js"

/** An importance estimate of the evidence. */
export interface Importance {
  /** log p(x) in nats, all rows. In expectation it lies below the truth. */
  readonly logEvidence: number
  /** Of `logEvidence`, by the delta method from the weights that were seen: too small where `kHat` is above 0.7. */
  readonly standardError: number
  /** The tail shape of the weights, the worst row's where rows are weighed one by one: above 0.7 do not trust the estimate. */
  readonly kHat: number
  /** Effective draws, the worst row's. */
  readonly effectiveDraws: number
  /** How many groups of weights there are: the rows, or 1. */
  readonly groups: number
  /** The estimate of each group, nats; with the terms that no latent reaches they add up to `logEvidence`. */
  readonly byGroup: Float64Array
}

/** Log-weights in groups, [groups][draws], and the terms that no latent reaches. */
export interface WeightGroups {
  readonly groups: readonly Float64Array[]
  readonly outside: number
}

/** What log-weights say of the evidence. */
export const importanceOf = ({ groups, outside }: WeightGroups): Importance => {
  const estimates = groups.map(logMeanWeight)
  const byGroup = Float64Array.from(estimates, ({ value }) => value)
  return {
    logEvidence: byGroup.reduce((sum, value) => sum + value, outside),
    standardError: Math.sqrt(estimates.reduce((sum, { standardError }) => sum + standardError ** 2, 0)),
    kHat: groups.map(paretoShape).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    effectiveDraws: groups.map(effectiveDraws).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    groups: groups.length,
    byGroup,
  }
}

/** What is computed of each draw of the latents beside its weight. */
export type OfDraw = (latents: Readonly<Record<string, Tensor>>) => Tensor

/** What the weights' readers are told of one draw: its number, and what `OfDraw` made of it. */
export type Told = (draw: number, value: Tensor) => void

/** One draw of guide and model as a function of a counter and a batch's rows: its log-weights, what lies outside, and `of` it. */
const weigherOf = (
  { plan, param }: Question,
  options: QuestionOptions,
  batch: BatchPlan | undefined,
  of: OfDraw | undefined,
): CompiledFunction => {
  const drawn = drawnPlan(plan)
  const layout: Layout = {
    particles: 1,
    plate: plan.rows?.plate,
    tiled: false,
    why: "the latents do not fall apart into the rows of one plate",
  }
  checkBatched("importance", layout, batch?.plate)
  const { hash } = fold(keyOf(options.seed), "importance")
  return compileFunction(([step, rows]) => {
    const batches = batch && rows ? { batches: new Map([[batch.plate, rows]]) } : {}
    const context = { key: { hash, step: step! }, noise: { hash, step: 0 }, param, ...batches }
    const weighed = weigh(drawn, layout, { args: plan.args, context, step: step!, state: [] })
    const draws = of && drawsOf(execute(drawn.guide, plan.args, contextOf(drawn, context)))
    const extra = draws ? [of(Object.fromEntries(draws))] : []
    return [tf.reshape(weighed.logWeights, [-1]), weighed.outside, ...extra]
  })
}

const counter = (step: number): Tensor => tf.tensor1d([step], "int32")

/** The weights of draws `from` to `from + draws - 1` of a batch. */
const weighBatch = (
  weigher: CompiledFunction,
  rows: [number, number] | undefined,
  from: number,
  draws: number,
  told: Told | undefined,
): WeightGroups => {
  let groups: Float64Array[] = []
  let outside = 0
  for (let draw = 0; draw < draws; draw++)
    scoped(() => {
      const indices = rows ? [tf.range(rows[0], rows[1], 1, "int32")] : []
      const [inside, rest, value] = weigher([counter(from + draw), ...indices]) as [Tensor, Tensor, Tensor?]
      if (value) told?.(draw, value)
      const weights = inside.dataSync()
      if (draw === 0) groups = Array.from(weights, () => new Float64Array(draws))
      groups.forEach((group, n) => {
        group[draw] = weights[n]!
      })
      outside = rest.dataSync()[0]!
    })
  return { groups, outside }
}

/** The log-weights of a question, batch after batch; `told` is given what `of` makes of each draw while it lives. */
export const weightsOf = (
  question: Question,
  options: QuestionOptions,
  of?: OfDraw,
  told?: Told,
): WeightGroups => {
  const batch = batchPlan(question.plan, options.batch)
  const draws = options.draws ?? 1000
  const weigher = weigherOf(question, options, batch, of)
  try {
    const parts = withChecks(false, () =>
      batchesOf(batch).map(({ rows, share }, at) => ({
        share,
        ...weighBatch(weigher, rows, at * draws, draws, told),
      })),
    )
    return {
      groups: parts.flatMap((part) => part.groups),
      outside: parts.reduce((sum, { outside, share }) => sum + share * outside, 0),
    }
  } finally {
    weigher.dispose()
  }
}

/**
 * Estimates log p(x) of a fit by importance sampling from its guide.
 * @throws ModelError for a batch where the latents do not fall apart into rows: the logarithm of a part's estimate would be biased.
 * @example const { logEvidence, standardError, kHat } = importance(fitted, [data], { draws: 2000 })
 */
export const importance = (
  fitted: Fitted,
  args?: readonly any[],
  options: QuestionOptions = {},
): Importance =>
  importanceOf(weightsOf(questionOf(fitted, args, keyOf(options.seed), options.batch), options))
