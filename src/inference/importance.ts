/**
 * `importance`: log p(x) by importance sampling with the guide as proposal, log (1/S) Σ_s p(x, z_s) / q(z_s), and whether to
 * believe it (k-hat). Where every latent stands in one plate, rows are weighed one by one. Left out: annealing.
 */
import type { PlateFrame } from "../dsl/plate-frame.js"
import { withChecks } from "../engine/checks.js"
import { fold } from "../engine/random.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { rowCost, totalCost } from "./cost.js"
import { type CostTerm, logWeightTerms } from "./elbo.js"
import { batchContext, batchesOf, type QuestionOptions } from "./evaluate.js"
import { effectiveDraws, logMeanWeight, paretoShape } from "./pareto.js"
import { type Fitted, keyOf, type Question, questionOf } from "./query.js"
import { type BatchPlan, batchPlan } from "./step-program.js"

/** An importance estimate of the evidence. */
export interface Importance {
  /** log p(x) in nats, all rows. In expectation it lies below the truth. */
  readonly logEvidence: number
  readonly standardError: number
  /** The tail shape of the weights, the worst row's where rows are weighed one by one: above 0.7 do not trust the estimate. */
  readonly kHat: number
  /** Effective draws, the worst row's. */
  readonly effectiveDraws: number
  /** How many groups of weights there are: the rows, or 1. */
  readonly groups: number
}

const onePlate = (terms: readonly CostTerm[]): PlateFrame | undefined => {
  const [first] = terms.filter(({ latent }) => latent)
  const plate = first?.term.plates[0]
  return plate && terms.every(({ latent, term }) => !latent || term.plates[0]?.name === plate.name)
    ? plate
    : undefined
}

/** Log-weights of one draw: one for each row of the plate that holds every latent, or a single one. */
const logWeights = (terms: readonly CostTerm[], share: number): { rows: Tensor; outside: Tensor } => {
  const plate = onePlate(terms)
  const inside = (cost: CostTerm): boolean => plate !== undefined && cost.term.plates[0]?.name === plate.name
  const add = (parts: readonly Tensor[]): Tensor => parts.reduce((a, b) => tf.add(a, b), tf.scalar(0))
  const outside = add(
    terms.filter((cost) => plate && !inside(cost)).map(({ value, term }) => totalCost(value, term)),
  )
  if (plate === undefined)
    return { rows: tf.reshape(add(terms.map(({ value, term }) => totalCost(value, term))), [1]), outside }
  const unscaled = plate.count / plate.size
  const rows = terms.filter(inside).map(({ value, term }) => tf.mul(rowCost(value, term, [plate]), unscaled))
  return { rows: add(rows), outside: tf.mul(outside, share) }
}

type Weighed = { groups: Float64Array[]; outside: number }

const weighBatch = (
  question: Question,
  options: QuestionOptions,
  batch: BatchPlan | undefined,
  at: number,
): Weighed => {
  const { rows, share } = batchesOf(batch)[at]!
  const draws = options.draws ?? 1000
  const key = fold(fold(keyOf(options.seed), "importance"), at)
  const groups: Float64Array[] = []
  let outside = 0
  for (let draw = 0; draw < draws; draw++) {
    const weights = tf.tidy(() => {
      const context = { key: fold(key, draw), param: question.param, ...batchContext(batch, rows) }
      const parts = logWeights(logWeightTerms(question.plan, question.plan.args, context), share)
      return [parts.rows.dataSync(), parts.outside.dataSync()[0]!] as const
    })
    if (groups.length === 0) for (let n = 0; n < weights[0].length; n++) groups.push(new Float64Array(draws))
    for (let n = 0; n < weights[0].length; n++) groups[n]![draw] = weights[0][n]!
    outside = weights[1]
  }
  return { groups, outside }
}

/**
 * Estimates log p(x) of a fit by importance sampling from its guide.
 * @example const { logEvidence, kHat } = importance(fitted, [data], { draws: 2000 })
 */
export const importance = (
  fitted: Fitted,
  args?: readonly any[],
  options: QuestionOptions = {},
): Importance => {
  const question = questionOf(fitted, args, keyOf(options.seed), options.batch)
  const batch = batchPlan(question.plan, options.batch)
  const weighed = batchesOf(batch).map((_, at) =>
    withChecks(false, () => weighBatch(question, options, batch, at)),
  )
  const groups = weighed.flatMap((part) => part.groups)
  const estimates = groups.map(logMeanWeight)
  return {
    logEvidence:
      estimates.reduce((sum, { value }) => sum + value, 0) +
      weighed.reduce((sum, { outside }) => sum + outside, 0),
    standardError: Math.sqrt(estimates.reduce((sum, { standardError }) => sum + standardError ** 2, 0)),
    kHat: groups.map(paretoShape).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    effectiveDraws: groups.map(effectiveDraws).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    groups: groups.length,
  }
}
