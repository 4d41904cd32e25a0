/**
 * Which gradient estimator a latent site gets: what the site asks for, else an exact sum where its values are few, else
 * pathwise where its family has it, else the score function. Next: `plan.ts`.
 */
import type { Entry } from "../dsl/execute.js"
import type { Estimator } from "../dsl/site.js"
import { siteError } from "../dsl/site-error.js"
import { isRelaxable } from "./relaxation.js"

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
  const { family, gradient, closed } = entry.dist!
  if (estimator === "pathwise" && gradient === "score")
    throw siteError(entry.site, {
      code: "no-pathwise",
      problem: `${family} draws are not differentiable, so they have no pathwise gradient`,
      fix: 'leave gradient out, or use "exact" or "score"; relaxedBernoulli and relaxedOneHotCategorical are differentiable',
    })
  if (estimator === "exact" && !closed.has("enumerate"))
    throw siteError(entry.site, {
      code: "not-enumerable",
      problem: `${family} has no finite list of values to sum over`,
      fix: 'use gradient: "pathwise" or "score"',
    })
  if (estimator === "rebar" || estimator === "relax") checkRelaxable(entry, estimator)
  return { estimator, why: `asked for at the site${relaxedNote(entry, estimator)}` }
}

const relaxedNote = (entry: Entry, estimator: Estimator): string => {
  if (estimator !== "rebar" && estimator !== "relax") return ""
  const { temperature = 0.5 } = entry.site.details.options
  const learned = estimator === "relax" ? " and a learned function" : ""
  return `; score function with a control variate from a relaxed draw (temperature ${temperature})${learned}`
}

const checkRelaxable = (entry: Entry, estimator: Estimator): void => {
  const { temperature, surrogate } = entry.site.details.options
  const complain = (code: string, problem: string, fix: string): never => {
    throw siteError(entry.site, { code, problem, fix })
  }
  if (!isRelaxable(entry.dist!))
    complain(
      "not-relaxable",
      `${entry.dist!.family} has no relaxed form for gradient: "${estimator}"`,
      'bernoulli and oneHotCategorical have one; else use gradient: "score" or "exact"',
    )
  if (temperature !== undefined && !(temperature > 0))
    complain("bad-option", `its temperature is ${temperature}`, "give a number above 0, such as 0.5")
  if (estimator === "relax" && typeof surrogate !== "function")
    complain(
      "missing-surrogate",
      'gradient: "relax" learns a function of the noisy logits, and none was given',
      'pass surrogate: (noisy) => tf.squeeze(network(noisy), [-1]) with a network from mlp(…), or use gradient: "rebar"',
    )
}

/** Whether a draw's gradient is a score function, with or without a control variate. */
export const isScored = (estimator: string): boolean => ["score", "rebar", "relax"].includes(estimator)

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
        isScored(chosen.get(other.name)!.estimator) &&
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
  checkChains(latents, chosen, dependsOn)
  const sampled = latents.filter((entry) => isScored(chosen.get(entry.name)!.estimator))
  for (const entry of latents) {
    const child = sampled.find((other) => other !== entry && dependsOn(other.name).has(entry.name))
    if (child === undefined || chosen.get(entry.name)!.estimator !== "exact") continue
    chosen.set(entry.name, {
      estimator: "score",
      why: `'${child.name}' is drawn given it, one draw at a time`,
    })
  }
  return chosen
}
