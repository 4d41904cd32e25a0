/**
 * Which gradient estimator a latent site gets: what the site asks for, else an exact sum where its values are few, else
 * pathwise where its family has it, else the score function. Next: `plan.ts`.
 */
import type { Entry } from "../dsl/execute.js"
import type { Estimator } from "../dsl/site.js"
import { siteError } from "../dsl/site-error.js"
import { checkAsked, checkOptions } from "./estimator-options.js"
import { usualTemperature } from "./relaxation.js"

/** An estimator and the reason for it. */
export interface Choice {
  readonly estimator: Estimator
  readonly why: string
}

/** An exact sum multiplies the work of what depends on it by this at the most, all such sites together. */
export const mostValues = 64

/** TensorFlow.js has six axes; this many are left to sums. */
const mostAxes = 2

const countOf = (entry: Entry): number =>
  entry.dist!.closed.has("enumerate") ? entry.dist!.enumerate().shape[0]! : Number.POSITIVE_INFINITY

const asked = (entry: Entry, estimator: Estimator): Choice => {
  checkAsked(entry, estimator)
  return { estimator, why: `asked for at the site${relaxedNote(entry, estimator)}` }
}

const relaxedNote = (entry: Entry, estimator: Estimator): string => {
  if (estimator !== "rebar" && estimator !== "relax") return ""
  const { temperature = usualTemperature } = entry.site.details.options
  const learned = estimator === "relax" ? " and a learned function" : ""
  return `; score function with a control variate from a relaxed draw (temperature ${temperature})${learned}`
}

/** Whether a draw's gradient is a score function, with or without a control variate. */
export const isScored = (estimator: string): boolean => ["score", "rebar", "relax"].includes(estimator)

/** Whether a site is drawn without a gradient through its draw. */
export const isDrawn = (estimator: string): boolean => isScored(estimator) || estimator === "local"

/** A relaxed draw cannot stand in for one that other discrete draws were made of. */
const checkChains = (
  latents: readonly Entry[],
  chosen: ReadonlyMap<string, Choice>,
  dependsOn: (name: string) => ReadonlySet<string>,
): void => {
  for (const entry of latents) {
    const { estimator } = chosen.get(entry.name)!
    if (estimator !== "rebar" && estimator !== "relax") continue
    const child = latents.find(
      (other) =>
        other !== entry &&
        isDrawn(chosen.get(other.name)!.estimator) &&
        dependsOn(other.name).has(entry.name),
    )
    if (child !== undefined)
      throw siteError(entry.site, {
        code: "relaxed-chain",
        problem: `gradient: "${estimator}" relaxes its draw, but '${child.name}' is a discrete draw made given it`,
        fix: `use gradient: "score" here and "${estimator}" at '${child.name}'`,
      })
  }
}

const byFamily = (entry: Entry): Choice =>
  entry.dist!.gradient === "score"
    ? {
        estimator: "score",
        why: `${entry.dist!.family} draws are not differentiable; downstream costs only`,
      }
    : entry.dist!.gradient === "exact"
      ? { estimator: "pathwise", why: "a point: no randomness" }
      : { estimator: "pathwise", why: `${entry.dist!.family} draws are differentiable in their parameters` }

type Budget = { values: number; axes: number }

const choose = (entry: Entry, budget: Budget): Choice => {
  const wanted = entry.site.details.options.gradient
  if (wanted !== undefined) return asked(entry, wanted)
  const count = entry.dist!.gradient === "score" ? countOf(entry) : Number.POSITIVE_INFINITY
  if (count * budget.values > mostValues || budget.axes >= mostAxes) return byFamily(entry)
  budget.values *= count
  budget.axes++
  return { estimator: "exact", why: `${count} values, summed over exactly` }
}

/** The estimator of each latent, in the guide's order. `dependsOn` gives the latents that a site's own density depends on. */
export const chooseEstimators = (
  latents: readonly Entry[],
  dependsOn: (name: string) => ReadonlySet<string>,
): Map<string, Choice> => {
  const budget: Budget = { values: 1, axes: 0 }
  const chosen = new Map(latents.map((entry) => [entry.name, choose(entry, budget)]))
  const drawnGiven = (entry: Entry): Entry | undefined =>
    latents.find(
      (other) =>
        other !== entry &&
        isDrawn(chosen.get(other.name)!.estimator) &&
        dependsOn(other.name).has(entry.name),
    )
  // children first: one that turns out to be drawn keeps its parents from being summed in turn
  for (const entry of [...latents].reverse()) {
    const child = drawnGiven(entry)
    if (child === undefined || chosen.get(entry.name)!.estimator !== "exact") continue
    chosen.set(entry.name, {
      estimator: "score",
      why: `'${child.name}' is drawn given it, one draw at a time`,
    })
  }
  checkChains(latents, chosen, dependsOn)
  for (const entry of latents) checkOptions(entry, chosen.get(entry.name)!.estimator)
  return chosen
}
