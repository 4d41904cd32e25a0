/**
 * `evaluate`: the ELBO of fitted programs on given data, in its parts, over every row exactly once. Left out: bounds
 * tighter than the ELBO (`importance.ts`).
 */
import { withChecks } from "../engine/checks.js"
import { fold } from "../engine/random.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { elbo } from "./elbo.js"
import { meanOf, varianceOf } from "./moments.js"
import { withDrawnKl } from "./plan.js"
import { type Fitted, keyOf, type Question, questionOf } from "./query.js"
import { type BatchOption, type BatchPlan, batchPlan } from "./step-program.js"

/** Options of questions asked of a fit. */
export interface QuestionOptions {
  /** Rows computed at once; all by default. The answer does not depend on it. */
  readonly batch?: BatchOption
  /** Draws of the guide to average over; 1 by default. */
  readonly draws?: number
  readonly seed?: number
  /** "drawn" takes log q - log p at each draw even where KL has a closed form; at the posterior it then has no variance. */
  readonly divergence?: "closed" | "drawn"
}

/** An ELBO in nats for all rows: elbo = likelihood - divergence. */
export interface Evaluation {
  readonly elbo: number
  readonly likelihood: number
  readonly divergence: number
  /** Of `elbo`, over the draws; NaN for one draw. */
  readonly standardError: number
}

/** Rows of a plate in order, cut into batches; one batch of all rows where none is asked for. */
export const batchesOf = (
  plan: BatchPlan | undefined,
): { rows: [number, number] | undefined; share: number }[] => {
  if (plan === undefined) return [{ rows: undefined, share: 1 }]
  const batches: { rows: [number, number]; share: number }[] = []
  for (let from = 0; from < plan.count; from += plan.size) {
    const to = Math.min(plan.count, from + plan.size)
    batches.push({ rows: [from, to], share: (to - from) / plan.count })
  }
  return batches
}

/** The indices of a batch as a context wants them. */
export const batchContext = (
  plan: BatchPlan | undefined,
  rows: [number, number] | undefined,
): { batches?: Map<string, Tensor> } =>
  plan && rows ? { batches: new Map([[plan.plate, tf.range(rows[0], rows[1], 1, "int32")]]) } : {}

type Parts = [elbo: number, likelihood: number, divergence: number]

const oneDraw = (question: Question, options: QuestionOptions, draw: number): Parts => {
  const plan = options.divergence === "drawn" ? withDrawnKl(question.plan) : question.plan
  const batch = batchPlan(plan, options.batch)
  const key = fold(fold(keyOf(options.seed), "evaluate"), draw)
  const sums: Parts = [0, 0, 0]
  batchesOf(batch).forEach(({ rows, share }, at) => {
    const parts = tf.tidy(() => {
      const bound = elbo(plan, plan.args, {
        key: fold(key, at),
        param: question.param,
        ...batchContext(batch, rows),
      })
      return tf.stack([bound.elbo, bound.likelihood, bound.divergence]).dataSync() as Float32Array
    })
    parts.forEach((value, i) => {
      sums[i]! += share * value
    })
  })
  return sums
}

/**
 * The ELBO of a fit, on the data it was fitted to or on other data with the same shape of program.
 * @example const { elbo } = evaluate(fitted, [mnist.test], { batch: 1000 })
 */
export const evaluate = (
  fitted: Fitted,
  args?: readonly any[],
  options: QuestionOptions = {},
): Evaluation => {
  const question = questionOf(fitted, args, keyOf(options.seed), options.batch)
  const draws = Array.from({ length: options.draws ?? 1 }, (_, draw) =>
    withChecks(false, () => oneDraw(question, options, draw)),
  )
  const column = (i: number): number[] => draws.map((parts) => parts[i]!)
  return {
    elbo: meanOf(column(0)),
    likelihood: meanOf(column(1)),
    divergence: meanOf(column(2)),
    standardError: Math.sqrt(varianceOf(column(0)) / draws.length),
  }
}
