/**
 * `predict` and `priorPredict`: draws of what a model says, with its latents from the guide or from the prior, every
 * observed site drawn anew. Next: `evaluate.ts` for scores instead of draws.
 */
import { type Execution, execute } from "../dsl/execute.js"
import { rewrite } from "../dsl/handlers.js"
import { edited, type Site } from "../dsl/site.js"
import type { ArgumentsOf, Program } from "../dsl/types.js"
import { withChecks } from "../engine/checks.js"
import { fold } from "../engine/random.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { firstValues } from "./leaves.js"
import { drawsOf } from "./plan.js"
import { answersFrom, type Fitted, keyOf, type Params, questionOf } from "./query.js"

/** Options of predictions. */
export interface PredictOptions {
  /** How many draws; 100 by default. */
  readonly draws?: number
  readonly seed?: number
}

/** Draws by site name, each [draws, ...shape of the site]. The caller disposes them. */
export type Predictions = Readonly<Record<string, Tensor>>

/** Data forgotten and sums drawn: what is left is the model's own sampling. */
const unconditioned =
  (program: Program<any>): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site: Site) =>
      site.role === "observed" || site.role === "enumerated"
        ? edited(site, { role: "random", value: undefined })
        : site,
    )

const stacked = (runs: readonly Execution[]): Predictions => {
  const names = [...runs[0]!.entries.values()]
    .filter(({ role }) => role !== "param" && role !== "factor")
    .map(({ name }) => name)
  return Object.fromEntries(
    names.map((name) => [name, tf.keep(tf.stack(runs.map((run) => run.entries.get(name)!.value)))]),
  )
}

const drawing = (draws: number | undefined, run: (draw: number) => Execution): Predictions => {
  let result: Predictions = {}
  tf.tidy(() => {
    result = withChecks(false, () => stacked(Array.from({ length: draws ?? 100 }, (_, draw) => run(draw))))
  })
  return result
}

/**
 * Posterior predictive draws of a fit: latents from the guide, observed sites from the model given them. Sites that were
 * summed out are drawn from the model.
 * @example predict(fitted, [x], { draws: 200 }).x   // [200, ...]
 */
export const predict = (fitted: Fitted, args?: readonly any[], options: PredictOptions = {}): Predictions => {
  const key = fold(keyOf(options.seed), "predict")
  const { plan, param } = questionOf(fitted, args, key)
  const model = unconditioned(plan.model)
  const enumeration = { axes: [], padding: 0 }
  return drawing(options.draws, (draw) => {
    const context = { key: fold(key, draw), param, enumeration }
    const values = drawsOf(execute(plan.guide, plan.args, context))
    return execute(model, plan.args, { ...context, values })
  })
}

/**
 * Prior predictive draws of a model: everything drawn from it, data forgotten. Params take their first values unless given.
 * @example priorPredict(coin, [flips], { draws: 200 }).x
 */
export const priorPredict = <P extends Program<any>>(
  program: P,
  args: ArgumentsOf<P>,
  options: PredictOptions & { readonly params?: Params } = {},
): Predictions => {
  const key = fold(keyOf(options.seed), "predict")
  const param = options.params ? answersFrom(options.params) : firstValues(new Map(), fold(key, "init"))
  return drawing(options.draws, (draw) =>
    execute(unconditioned(program), args, {
      key: fold(key, draw),
      param,
      enumeration: { axes: [], padding: 0 },
    }),
  )
}
