/** `explain`: the estimator of every latent, and why; where a divergence is exact. Next: `plan.ts`, which decides. */
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../dsl/types.js"
import { toKey } from "../engine/random.js"
import { scoped, tf } from "../engine/tensor.js"
import { type Plan, planOf, type SitePlan } from "./plan.js"

const line = (site: SitePlan, width: number): string =>
  `  ${site.name.padEnd(width)}  ${site.estimator.padEnd(8)}  ${site.why}${site.analyticKl ? "; KL in closed form" : ""}`

/** A plan's estimators in words, a line a latent. */
export const explainPlan = (plan: Plan): string => {
  const sites = [...plan.sites.values()]
  const width = Math.max(...sites.map((site) => site.name.length), 0)
  return sites.length === 0
    ? "no latent is drawn: the bound is the log-likelihood itself"
    : ["gradient estimators:", ...sites.map((site) => line(site, width))].join("\n")
}

/** What `explain` tells: per site the estimator, the reason, and whether its KL is exact; `toString()` prints it. */
export interface Explanation {
  readonly sites: Readonly<Record<string, Pick<SitePlan, "estimator" | "why" | "analyticKl" | "family">>>
  toString(): string
}

/**
 * Says which gradient estimator each latent of a fit would get, and why, without fitting.
 * @example String(explain(vae, encoder, [images]))   // "  z  pathwise  normal draws are differentiable …; KL in closed form"
 */
export const explain = <P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
): Explanation => {
  const plan = scoped(() => planOf(model, guide, args, toKey(0)))
  tf.dispose([...plan.initial])
  const text = explainPlan(plan)
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
