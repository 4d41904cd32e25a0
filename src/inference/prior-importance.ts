/**
 * `priorImportance`: log p(x) by draws of the model's own prior, log (1/S) Σ_s p(x | z_s): the naive estimate, which needs no
 * guide and is of use where the data say little. Next: `sampling/annealed-importance.ts`.
 */
import type { ArgumentsOf, Program } from "../dsl/types.js"
import { fold } from "../engine/random.js"
import type { QuestionOptions } from "./evaluate.js"
import { type Importance, importanceOf, weightsOf } from "./importance.js"
import { withPrior } from "./prior.js"
import { keyOf, type Params } from "./query.js"

/** Options of estimates that need no guide. */
export interface PriorOptions extends Pick<QuestionOptions, "batch" | "draws" | "seed"> {
  /** Params of the model: a fit's, or one's own; their first values by default. */
  readonly params?: Params
}

const noParam = (): never => {
  throw new Error("every param of a prior's plan is held")
}

/**
 * Estimates log p(x) of a model by draws of its prior; latents that it sums out are drawn as well. Read `kHat`: where the
 * posterior is narrow beside the prior, few draws come near it, and the estimate is far too low.
 * @throws ModelError for a batch where the latents do not fall apart into rows.
 * @example const { logEvidence, standardError, kHat } = priorImportance(model, [data], { draws: 10_000 })
 */
export const priorImportance = <P extends Program<any>>(
  model: P,
  args: ArgumentsOf<P>,
  options: PriorOptions = {},
): Importance => {
  const key = fold(keyOf(options.seed), "prior")
  return withPrior(model, args, { params: options.params, key }, ({ plan }) =>
    importanceOf(weightsOf({ plan, param: noParam }, options)),
  )
}
