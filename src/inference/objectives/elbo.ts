/**
 * The plain evidence lower bound as an objective: every site by its own estimator, score-function sites against a running
 * average (one particle) or against the other particles. Next: `annealed.ts`.
 */
import { withChecks } from "../../engine/checks.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { baselineOf, baselineWhy, creditSites } from "../baseline.js"
import { carriedMoments, firstMoments } from "../control-strength.js"
import { type Controlled, controlVariates } from "../control-variate.js"
import { type Bound, elbo as boundAt, contextOf, scoredSites } from "../elbo.js"
import { paramsFrom } from "../leaves.js"
import { localExpectations, localSites, localWhy } from "../local-expectation.js"
import type { Plan, SitePlan } from "../plan.js"
import { relaxedSites } from "../relaxed-costs.js"
import {
  checkParticles,
  type Estimate,
  type Objective,
  type Pass,
  type Prepared,
  type Setting,
} from "./objective.js"
import { eachRun, fewRows, type Layout, layOut } from "./particles.js"

/** Options of the ELBO. */
export interface ElboOptions {
  /** Draws of the guide a step, averaged; 1 by default. */
  readonly particles?: number
}

/** How one run's bound is made; the ELBO's own, or one with its divergence weighed. */
export type BoundAt = (pass: Pass, context: Pass["context"]) => Bound

type Run = Omit<Controlled, "surrogate" | "moments"> & {
  readonly bound: Bound
  readonly surrogates: readonly Tensor[]
  readonly moments?: Tensor
}

const average = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 1 ? tensors[0]! : tf.div(tf.addN([...tensors]), tensors.length)

/** The plan with more said of some sites. */
const saying = (plan: Plan, more: readonly (readonly [SitePlan, string])[]): Plan => ({
  ...plan,
  sites: new Map([
    ...plan.sites,
    ...more.map(([site, text]) => [site.name, { ...site, why: `${site.why}; ${text}` }] as const),
  ]),
})

const firstPass = (plan: Plan, context: Pass["context"]): Pass => ({
  args: plan.args,
  context,
  step: tf.tensor1d([0], "int32"),
  state: [],
})

/** How the copies of local sites are laid out, and what is said of them, from one run on few rows where steps see few. */
const localLayout = (plan: Plan, boundAt: BoundAt, { batched }: Setting) => {
  const trial = (context: Pass["context"]): Bound => boundAt(firstPass(plan, context), context)
  const layout = layOut(plan, 2, trial, batched)
  const said = scoped(() =>
    withChecks(false, () => {
      const param = paramsFrom(plan.leaves, plan.initial)
      const bound = trial({ key: plan.key, param, atMost: fewRows(batched) })
      return localSites(plan).map((site) => [site, localWhy(site, bound, layout)] as const)
    }),
  )
  return { layout, said }
}

/** What is run for each particle: the bound, and what its sites' estimators add to it. */
const runsOf = (plan: Plan, boundAt: BoundAt, copies: Layout | undefined) => {
  const relaxed = relaxedSites(plan).length > 0
  return (pass: Pass, context: Pass["context"]): Run => {
    const bound = boundAt(pass, context)
    const locals =
      copies && localExpectations(plan, bound, context, copies, (changed) => boundAt(pass, changed))
    if (!relaxed) return { bound, credits: bound.credits, surrogates: locals ?? [] }
    const whole = contextOf(plan, context)
    const { surrogate, ...rest } = controlVariates(plan, pass.args, whole, bound, pass.state[0]!)
    return { bound, ...rest, surrogates: [...(locals ?? []), surrogate] }
  }
}

/** An objective that averages bounds over particles, each site by its own estimator. */
export const averagedBound = (
  plan: Plan,
  particles: number,
  boundAt: BoundAt,
  notes: readonly string[],
  setting: Setting,
): Prepared => {
  const trial = (context: Pass["context"]): void => void boundAt(firstPass(plan, context), context)
  const layout = layOut(plan, particles, trial, setting.batched)
  const local = localSites(plan).length === 0 ? undefined : localLayout(plan, boundAt, setting)
  const kinds = scoredSites(plan).map((site) => baselineOf(site.site, particles))
  const relaxed = relaxedSites(plan).length > 0
  const runAt = runsOf(plan, boundAt, local?.layout)
  const estimate = (pass: Pass): Estimate => {
    const runs = eachRun(layout, pass, (context) => runAt(pass, context))
    const credits = runs.map((run) => run.credits)
    const credited = creditSites(credits, kinds, layout, relaxed ? pass.state.slice(1) : pass.state)
    const bounds = runs.map((run) => run.bound)
    const added = runs.flatMap((run) => run.surrogates).map((term) => tf.div(term, runs.length))
    const moments = runs.flatMap((run) => run.moments ?? [])
    return {
      objective: [average(bounds.map((bound) => bound.elbo)), credited.surrogate, ...added]
        .filter((term) => term !== undefined)
        .reduce((a, b) => tf.add(a, b)),
      likelihood: average(bounds.map((bound) => bound.likelihood)),
      divergence: average(bounds.map((bound) => bound.divergence)),
      state: [...(relaxed ? [carriedMoments(pass.state[0]!, moments)] : []), ...credited.state],
    }
  }
  const baselines = scoredSites(plan).map((site) => [site, baselineWhy(site.site, particles)] as const)
  return {
    plan: saying(plan, [...baselines, ...(local?.said ?? [])]),
    state: () => [
      ...(relaxed ? [tf.keep(firstMoments())] : []),
      ...kinds.filter((kind) => kind === "running").map(() => tf.keep(tf.zeros([2]))),
    ],
    estimate,
    notes: particles === 1 ? notes : [...notes, `${particles} particles: ${layout.why}`],
  }
}

/**
 * The evidence lower bound, ELBO = E_q[log p(x, z) - log q(z)] ≤ log p(x): what `fit` maximises by default.
 *
 * Divergences with a closed form are used in it, discrete latents with few values are summed over, and the others get the
 * estimator that `explain` names. With several particles score-function sites use leave-one-out baselines.
 * @throws ModelError unless `particles` is a whole number from 1 up.
 * @example await fit(model, guide, [data], { objective: elbo({ particles: 10 }) })
 */
export const elbo = ({ particles = 1 }: ElboOptions = {}): Objective => {
  checkParticles("elbo", particles, 1)
  return {
    name: "elbo",
    particles,
    prepare: (plan, setting) =>
      averagedBound(plan, particles, (pass, context) => boundAt(plan, pass.args, context), [], setting),
  }
}
