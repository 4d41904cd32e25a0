/**
 * Whether a site can have the estimator it asks for, and whether its other options belong to the one it gets. Next:
 * `estimator.ts`, which chooses.
 */
import type { Entry } from "../dsl/execute.js"
import type { Estimator } from "../dsl/site.js"
import { siteError } from "../dsl/site-error.js"
import { elementLaw } from "./elements.js"
import { isRelaxable } from "./relaxation.js"

const checkLocal = (entry: Entry): void => {
  const law = elementLaw(entry.dist!)
  const { group } = entry.site.details.options
  if (!law.closed.has("enumerate"))
    throw siteError(entry.site, {
      code: "not-enumerable",
      problem: `an element of ${law.family} has no finite list of values to sum over`,
      fix: 'use gradient: "pathwise" or "score"',
    })
  if (group !== undefined && !(group >= 1 && (Number.isInteger(group) || group === Number.POSITIVE_INFINITY)))
    throw siteError(entry.site, {
      code: "bad-option",
      problem: `its group is ${group}`,
      fix: "give the number of elements summed over in a step, from 1 up; leave it out for as many as are cheap",
    })
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

const estimators: readonly Estimator[] = ["exact", "pathwise", "score", "rebar", "relax", "local"]

/** Throws for an estimator or a baseline that does not exist; text from elsewhere passes the types. */
const checkKnown = ({ site }: Entry, estimator: Estimator): void => {
  const { baseline } = site.details.options
  const unknown = (option: string, value: unknown, known: readonly string[]): never => {
    throw siteError(site, {
      code: "bad-option",
      problem: `its ${option} is ${JSON.stringify(value)}`,
      fix: `give one of ${known.map((name) => `"${name}"`).join(", ")}, or leave it out`,
    })
  }
  if (!estimators.includes(estimator)) unknown("gradient", estimator, estimators)
  const baselines = ["running", "leaveOneOut", "none"]
  if (typeof baseline === "string" && !baselines.includes(baseline)) unknown("baseline", baseline, baselines)
}

/**
 * Throws where a site cannot have the estimator it asks for.
 * @throws ModelError naming the family and what it can have.
 */
export const checkAsked = (entry: Entry, estimator: Estimator): void => {
  checkKnown(entry, estimator)
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
  if (estimator === "local") checkLocal(entry)
  if (estimator === "rebar" || estimator === "relax") checkRelaxable(entry, estimator)
}

const scores: readonly Estimator[] = ["score", "rebar", "relax"]

/** Which estimators each option is for. */
const belongsTo: Readonly<Record<"baseline" | "temperature" | "surrogate" | "group", readonly Estimator[]>> =
  {
    baseline: scores,
    temperature: ["rebar", "relax"],
    surrogate: ["relax"],
    group: ["local"],
  }

/** Throws for an option that the site's estimator would leave unused. */
export const checkOptions = (entry: Entry, estimator: Estimator): void => {
  for (const option of Object.keys(belongsTo) as (keyof typeof belongsTo)[])
    if (entry.site.details.options[option] !== undefined && !belongsTo[option].includes(estimator))
      throw siteError(entry.site, {
        code: "unused-option",
        problem: `its estimator is "${estimator}", which has no ${option}`,
        fix: `leave ${option} out, or say gradient: "${belongsTo[option].join('" or "')}"`,
      })
}
