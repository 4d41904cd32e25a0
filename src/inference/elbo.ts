/**
 * The evidence lower bound, ELBO = E_q[log p(x, z) - log q(z)], of one pair of runs, with a surrogate whose gradient is
 * right for every site: exact sums are weighted sums, pathwise sites need nothing, and a score-function site adds
 * log q · (its downstream cost - baseline), whose value is zero. Left out: the loop (`fit.ts`).
 */
import { kl } from "../distributions/kl.js"
import type { Context, Entry } from "../dsl/execute.js"
import { plateShape } from "../dsl/plate-frame.js"
import { entryScale, score } from "../dsl/score.js"
import { showShape, siteError } from "../dsl/site-error.js"
import { sumProduct, type Term } from "../dsl/sum-product.js"
import { termsOf } from "../dsl/trace.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { expected, rowCost, totalCost, type Weight } from "./cost.js"
import { isDrawn, isScored } from "./estimator.js"
import { guideTerm, type Pair, type Plan, runPair, type SitePlan, withDrawnKl } from "./plan.js"

/** One score-function site of one run: log q of its draw, and what the draw answers for, row by row. */
export interface Credit {
  readonly site: string
  readonly logGuide: Tensor
  readonly cost: Tensor
  /** What the cost of one row is multiplied by to stand for all rows. */
  readonly scale: number
  /** A learned part of the baseline, of one row's cost. */
  readonly learned?: Tensor
}

/** The ELBO of one run. All are in nats for all rows; `elbo` is `likelihood - divergence`. */
export interface Bound {
  /** The runs it was made of. */
  readonly pair: Pair
  /** The terms that it is the sum of, as they count. */
  readonly costs: readonly CostTerm[]
  readonly elbo: Tensor
  /** Observed and summed-out terms: the reconstruction. */
  readonly likelihood: Tensor
  /** Σ KL(guide ‖ model) over latents, in closed form or by this draw. */
  readonly divergence: Tensor
  readonly credits: readonly Credit[]
}

/** A term with its sign in the ELBO and its value averaged over exact sums. */
export interface CostTerm {
  readonly term: Term
  readonly value: Tensor
  /** Whether it belongs to latents alone, and so to the divergence. */
  readonly latent: boolean
}

const klTerm = (pair: Pair, name: string): Term => {
  const posterior = pair.guide.entries.get(name)!
  const value = kl(posterior.dist!, pair.model.entries.get(name)!.dist!)
  return {
    names: [name, guideTerm(name)],
    value: tf.neg(value),
    plates: posterior.plates,
    scale: posterior.site.details.scale,
  }
}

const entropyTerm = (pair: Pair, entry: Entry): Term => ({
  names: [guideTerm(entry.name)],
  value: tf.neg(score(entry, pair.enumeration)),
  plates: entry.plates,
  scale: entry.site.details.scale,
})

const latentsOf = (pair: Pair): Entry[] =>
  [...pair.guide.entries.values()].filter((entry) => entry.role === "latent")

/** Log-factors of a guide: parts of log q that belong to several latents together. */
const guideFactors = (pair: Pair): Entry[] =>
  [...pair.guide.entries.values()].filter((entry) => entry.role === "factor")

/** The terms of a pair's bound: model terms with their sums done, and for each latent its -log q or its closed divergence. */
export const costsOf = (pair: Pair, plan: Plan, weights: readonly Weight[]): CostTerm[] => {
  const latents = latentsOf(pair)
  const closed = (name: string): boolean => plan.sites.get(name)?.analyticKl === true
  const model = termsOf(pair.model, pair.enumeration, (entry) => !closed(entry.name))
  const left = sumProduct(
    model,
    pair.enumeration,
    (axis) => (pair.model.entries.get(axis.name) ?? pair.guide.entries.get(axis.name))!.plates,
  )
  const terms = [
    ...left,
    ...latents.map((entry) => (closed(entry.name) ? klTerm(pair, entry.name) : entropyTerm(pair, entry))),
    ...guideFactors(pair).map((entry) => entropyTerm(pair, entry)),
  ]
  const isLatent = (term: Term): boolean =>
    term.names.every((name) => name.startsWith(guideTerm("")) || plan.sites.has(name))
  return terms.map((term) => ({
    term,
    value: expected(term, weights, pair.enumeration),
    latent: isLatent(term),
  }))
}

/** The guide's log-weights of its exactly summed sites. */
export const weightsOf = (pair: Pair): Weight[] =>
  latentsOf(pair)
    .filter((entry) => entry.axis !== undefined)
    .map((entry) => ({ axis: entry.axis!, logWeight: score(entry, pair.enumeration), plates: entry.plates }))

/** The sites whose gradient is a score function, with or without a control variate. */
export const scoredSites = (plan: Plan): SitePlan[] =>
  [...plan.sites.values()].filter((site) => isScored(site.estimator))

/** What one site's draw answers for, row by row of its plates: the costs downstream of it. */
export const costOfRows = (pair: Pair, site: SitePlan, costs: readonly CostTerm[]): Tensor => {
  const { plates } = pair.guide.entries.get(site.name)!
  const answersFor = costs.filter(({ term }) => term.names.some((name) => site.downstream.has(name)))
  return answersFor
    .map(({ term, value }) => rowCost(value, term, plates))
    .reduce((a, b) => tf.add(a, b), tf.zeros(plateShape(plates)))
}

const creditOf = (pair: Pair, site: SitePlan, costs: readonly CostTerm[]): Credit => {
  const entry = pair.guide.entries.get(site.name)!
  return {
    site: site.name,
    logGuide: score(entry, pair.enumeration),
    cost: stopGradient(costOfRows(pair, site, costs)),
    scale: entryScale(entry),
    ...learnedBaseline(entry),
  }
}

/** A learned baseline, checked: one number for each row of the site's plates. */
const learnedBaseline = (entry: Entry): { learned?: Tensor } => {
  const { baseline } = entry.site.details.options
  if (!(baseline instanceof tf.Tensor)) return {}
  const rows = plateShape(entry.plates)
  if (baseline.shape.length === rows.length && rows.every((size, i) => size === baseline.shape[i]))
    return { learned: baseline }
  throw siteError(entry.site, {
    code: "baseline-shape",
    problem: `its baseline has shape ${showShape(baseline.shape)}, but the plates' shape is ${showShape(rows)}`,
    fix: "give one number for each row: tf.squeeze(network(x), [-1])",
  })
}

const sum = (tensors: readonly Tensor[]): Tensor => tensors.reduce((a, b) => tf.add(a, b), tf.scalar(0))

/** Σ of costs, scaled for the rows not seen: a scalar. */
export const sumOfCosts = (costs: readonly CostTerm[]): Tensor =>
  sum(costs.map(({ term, value }) => totalCost(value, term)))

/** The bound of one pair of runs. */
export const boundOf = (pair: Pair, plan: Plan): Bound =>
  boundOfCosts(pair, plan, costsOf(pair, plan, weightsOf(pair)))

/** The bound of one pair of runs, of its costs and those that count in their place. */
export const boundOfCosts = (pair: Pair, plan: Plan, costs: readonly CostTerm[]): Bound => {
  const totals = (latent: boolean): Tensor => sumOfCosts(costs.filter((cost) => cost.latent === latent))
  const likelihood = totals(false)
  const divergence = tf.neg(totals(true))
  return {
    pair,
    costs,
    elbo: tf.sub(likelihood, divergence),
    likelihood,
    divergence,
    credits: scoredSites(plan).map((site) => creditOf(pair, site, costs)),
  }
}

const isDetached = (estimator: SitePlan["estimator"] | undefined): boolean =>
  estimator !== undefined && (isDrawn(estimator) || estimator === "wake")

/** How a plan's programs are run: its estimators decide which latents are summed and which carry no gradient. */
export const contextOf = (plan: Plan, context: Omit<Context, "enumeration">): Context => ({
  ...context,
  enumeration: { axes: [], padding: plan.padding, elimination: plan.elimination },
  enumerates: (name) => plan.sites.get(name)?.estimator === "exact",
  detaches: (name) => isDetached(plan.sites.get(name)?.estimator),
})

/** The terms of log p(x, z) - log q(z) at one draw of everything: nothing summed over the guide, no closed-form divergence. */
export const logWeightTerms = (
  plan: Plan,
  args: readonly any[],
  context: Omit<Context, "enumeration">,
): CostTerm[] => {
  const drawn = {
    ...context,
    enumeration: { axes: [], padding: plan.padding, elimination: plan.elimination },
  }
  const pair = runPair(plan.model, plan.guide, args, drawn)
  return costsOf(pair, withDrawnKl(plan), [])
}

/** Runs guide and model once and gives their bound. */
export const elbo = (plan: Plan, args: readonly any[], context: Omit<Context, "enumeration">): Bound =>
  boundOf(runPair(plan.model, plan.guide, args, contextOf(plan, context)), plan)

/**
 * The score-function part of a surrogate: value zero, gradient Σ ∇log q · (cost - baseline) (Williams 1992; Mnih and Gregor
 * 2014). The baseline must not depend on the draw it is subtracted for.
 */
export const scoreSurrogate = (credit: Credit, baseline: Tensor): Tensor => {
  const advantage = stopGradient(tf.sub(credit.cost, baseline))
  const weighed = tf.mul(credit.logGuide, advantage)
  return tf.sub(tf.sum(weighed), stopGradient(tf.sum(weighed)))
}
