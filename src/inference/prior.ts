/**
 * A model's own prior as a guide: its latents drawn as it draws them, its data forgotten. What estimates of the evidence start
 * from that need no guide. Next: `prior-importance.ts`.
 */
import { rewrite } from "../dsl/handlers.js"
import { edited, type Site } from "../dsl/site.js"
import type { Program } from "../dsl/types.js"
import { fold, type Key } from "../engine/random.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"
import { type FirstValues, firstValues } from "./leaves.js"
import { type Plan, planOf } from "./plan.js"
import { answersFrom, type Params } from "./query.js"

const editing =
  (program: Program<any>, edit: (site: Site) => Site): Program<any> =>
  (...args) =>
    rewrite(program(...args), edit)

/** A program without its data and factors: what is left are its latents, with the densities that it gives them. */
export const forgetting = (program: Program<any>): Program<any> =>
  editing(program, (site) =>
    site.role === "observed" || site.role === "factor"
      ? edited(site, { role: "deterministic", dist: undefined })
      : site,
  )

const summedDrawn = (program: Program<any>): Program<any> =>
  editing(program, (site) => (site.role === "enumerated" ? edited(site, { role: "latent" }) : site))

const holding = (program: Program<any>, param: (site: Site) => Tensor): Program<any> =>
  editing(program, (site) => (site.role === "param" ? edited(site, { value: param(site) }) : site))

/** A model whose params are held, and its plan with the prior as guide. */
export interface PriorPlan {
  readonly model: Program<any>
  readonly plan: Plan
}

/**
 * Plans a model with its own prior as guide, latents that it sums out drawn as well, and hands it to `use`. Params are those
 * given, else their first values; they live as long as `use` runs.
 */
export const withPrior = <R>(
  model: Program<any>,
  args: readonly any[],
  options: { readonly params?: Params | undefined; readonly key: Key },
  use: (prior: PriorPlan) => R,
): R => {
  const { params, key } = options
  const known: FirstValues = new Map()
  const first = firstValues(known, fold(key, "init"))
  const given = params ? answersFrom(params) : (site: Site) => tf.keep(first(site))
  try {
    const held = holding(model, given)
    const drawn = summedDrawn(held)
    return use({ model: held, plan: scoped(() => planOf(drawn, forgetting(drawn), args, key)) })
  } finally {
    tf.dispose([...known.values()])
  }
}
