/**
 * The plain evidence lower bound as an objective: every site by its own estimator, score-function sites against a running
 * average (one particle) or against the other particles. Next: `annealed.ts`.
 */
import { type Tensor, tf } from "../../engine/tensor.js"
import { baselineOf, baselineWhy, creditSites } from "../baseline.js"
import { carriedMoments, firstMoments } from "../control-strength.js"
import { type Controlled, controlVariates } from "../control-variate.js"
import { type Bound, elbo as boundAt, contextOf, scoredSites } from "../elbo.js"
import type { Plan } from "../plan.js"
import { relaxedSites } from "../relaxed-costs.js"
import { checkParticles, type Estimate, type Objective, type Pass, type Prepared } from "./objective.js"
import { eachRun, layOut } from "./particles.js"

/** Options of the ELBO. */
export interface ElboOptions {
  /** Draws of the guide a step, averaged; 1 by default. */
  readonly particles?: number
}

/** How one run's bound is made; the ELBO's own, or one with its divergence weighed. */
export type BoundAt = (pass: Pass, context: Pass["context"]) => Bound

type Run = { readonly bound: Bound } & Pick<Controlled, "credits"> & Partial<Controlled>

const average = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 1 ? tensors[0]! : tf.div(tf.addN([...tensors]), tensors.length)

/** The plan with each score function's baseline said. */
const withBaselines = (plan: Plan, particles: number): Plan => {
  const said = scoredSites(plan).map(
    (site) => [site.name, { ...site, why: `${site.why}; ${baselineWhy(site.site, particles)}` }] as const,
  )
  return { ...plan, sites: new Map([...plan.sites, ...said]) }
}

/** An objective that averages bounds over particles, each site by its own estimator. */
export const averagedBound = (
  plan: Plan,
  particles: number,
  boundAt: BoundAt,
  notes: readonly string[],
): Prepared => {
  const layout = layOut(plan, particles, (context) => {
    boundAt({ args: plan.args, context, step: tf.tensor1d([0], "int32"), state: [] }, context)
  })
  const kinds = scoredSites(plan).map((site) => baselineOf(site.site, particles))
  const relaxed = relaxedSites(plan).length > 0
  const runAt = (pass: Pass, context: Pass["context"]): Run => {
    const bound = boundAt(pass, context)
    if (!relaxed) return { bound, credits: bound.credits }
    const whole = contextOf(plan, context)
    return { bound, ...controlVariates(plan, pass.args, whole, bound, pass.state[0]!) }
  }
  const estimate = (pass: Pass): Estimate => {
    const runs = eachRun(layout, pass, (context) => runAt(pass, context))
    const [strength, carried] = relaxed ? [pass.state.slice(0, 1), pass.state.slice(1)] : [[], pass.state]
    const credited = creditSites(
      runs.map((run) => run.credits),
      kinds,
      layout,
      carried,
    )
    const bounds = runs.map((run) => run.bound)
    const surrogates = runs.flatMap((run) => run.surrogate ?? [])
    return {
      objective: [
        average(bounds.map((bound) => bound.elbo)),
        ...(credited.surrogate === undefined ? [] : [credited.surrogate]),
        ...(surrogates.length === 0 ? [] : [average(surrogates)]),
      ].reduce((a, b) => tf.add(a, b)),
      likelihood: average(bounds.map((bound) => bound.likelihood)),
      divergence: average(bounds.map((bound) => bound.divergence)),
      state: [
        ...strength.map((state) =>
          carriedMoments(
            state,
            runs.map((run) => run.moments!),
          ),
        ),
        ...credited.state,
      ],
    }
  }
  return {
    plan: withBaselines(plan, particles),
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
    prepare: (plan) =>
      averagedBound(plan, particles, (pass, context) => boundAt(plan, pass.args, context), []),
  }
}
