/** `explain`: the estimator of every latent, and why; where a divergence is exact. Next: `plan.ts`, which decides. */
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../dsl/types.js"
import { toKey } from "../engine/random.js"
import { scoped, tf } from "../engine/tensor.js"
import { elbo } from "./objectives/elbo.js"
import type { Objective, Prepared } from "./objectives/objective.js"
import { type Plan, planOf, type SitePlan } from "./plan.js"
import { type BatchOption, batchPlan } from "./step-program.js"

const line = (site: SitePlan, width: number): string =>
  `  ${site.name.padEnd(width)}  ${site.estimator.padEnd(8)}  ${site.why}${site.analyticKl ? "; KL in closed form" : ""}`

/** A plan's estimators in words, a line a latent, after what its objective says of itself. */
export const explainPlan = (plan: Plan, notes: readonly string[] = []): string => {
  const sites = [...plan.sites.values()]
  const width = Math.max(...sites.map((site) => site.name.length), 0)
  return sites.length === 0
    ? "no latent is drawn: the bound is the log-likelihood itself"
    : [...notes, "gradient estimators:", ...sites.map((site) => line(site, width))].join("\n")
}

/** What `explain` tells: per site the estimator, the reason, and whether its KL is exact; `toString()` prints it. */
export interface Explanation {
  readonly sites: Readonly<Record<string, Pick<SitePlan, "estimator" | "why" | "analyticKl" | "family">>>
  toString(): string
}

/** What `explain` is to explain: the options of the fit that it stands before. */
export interface ExplainOptions {
  readonly objective?: Objective
  readonly batch?: BatchOption
}

const preparedFor = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[],
  { objective = elbo(), batch }: ExplainOptions,
): Prepared => {
  const plan = scoped(() => planOf(model, guide, args, toKey(0)))
  try {
    return objective.prepare(plan, { batched: batchPlan(plan, batch)?.plate })
  } finally {
    tf.dispose([...plan.initial])
  }
}

/**
 * Says which gradient estimator each latent of a fit would get, and why, without fitting.
 * @throws ModelError for anything that `fit` would refuse before its first step.
 * @example String(explain(vae, encoder, [images]))   // "  z  pathwise  normal draws are differentiable …; KL in closed form"
 */
export const explain = <P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
  options: ExplainOptions = {},
): Explanation => {
  const { plan, notes } = preparedFor(model, guide, args, options)
  const text = explainPlan(plan, notes)
  return {
    sites: Object.fromEntries(
      [...plan.sites].map(([name, { estimator, why, analyticKl, family }]) => [
        name,
        { estimator, why, analyticKl, family },
      ]),
    ),
    toString: () => text,
  }
}
