/** Runs of a fit's guide on the rows looked at, every latent drawn. Next: `active-units.ts`. */
import { type Context, type Execution, execute } from "../../dsl/execute.js"
import type { Key } from "../../engine/random.js"
import { scoped } from "../../engine/tensor.js"
import { contextOf } from "../elbo.js"
import type { Plan } from "../plan.js"
import { spreadRows, type Weighing } from "../proof/log-weights.js"

/** How a plan's programs are run on the rows looked at: nothing summed over, noise that stands for data the same each time. */
export const drawnContext = (plan: Plan, { key, param, rows }: Weighing): Context => {
  const batches = spreadRows(plan, rows)
  const context = contextOf(plan, { key, noise: key, param, ...(batches ? { batches } : {}) })
  return { ...context, enumerates: () => false }
}

/** Runs a plan's guide under a context with a key of its own. */
export const guideRun = (plan: Plan, context: Context, key: Key): Execution =>
  execute(plan.guide, plan.args, { ...context, key })

/** Families without a draw of their own: a joint guide's sites are slices of one vector, whose draw is a site too. */
const still: readonly string[] = ["delta", "slice"]

/** Whether the guide is a point, with no draw in it: its weights are equal whatever the posterior is. */
export const isPoint = (plan: Plan, weighing: Weighing): boolean =>
  [...plan.sites.values()].every(({ family }) => still.includes(family)) &&
  scoped(() =>
    [...guideRun(plan, drawnContext(plan, weighing), weighing.key).entries.values()].every(
      ({ role, dist }) => role !== "random" || still.includes(dist!.family),
    ),
  )
