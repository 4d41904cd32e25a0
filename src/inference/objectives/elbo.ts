/**
 * The plain evidence lower bound as an objective: every site by its own estimator, score-function sites against a running
 * average (one particle) or against the other particles. Next: `annealed.ts`.
 */
import { type Tensor, tf } from "../../engine/tensor.js"
import { averageBaselines, type Credited, leaveOneOut, leaveOneOutCopies } from "../baseline.js"
import { type Bound, elbo as boundAt } from "../elbo.js"
import type { Plan } from "../plan.js"
import { checkParticles, type Estimate, type Objective, type Pass, type Prepared } from "./objective.js"
import { eachRun, type Layout, layOut } from "./particles.js"

/** Options of the ELBO. */
export interface ElboOptions {
  /** Draws of the guide a step, averaged; 1 by default. */
  readonly particles?: number
}

/** How one run's bound is made; the ELBO's own, or one with its divergence weighed. */
export type BoundAt = (pass: Pass, context: Pass["context"]) => Bound

const average = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 1 ? tensors[0]! : tf.div(tf.addN([...tensors]), tensors.length)

const credited = (bounds: readonly Bound[], layout: Layout, state: readonly Tensor[]): Credited => {
  if (layout.particles === 1) return averageBaselines(bounds[0]!.credits, state)
  return layout.tiled
    ? leaveOneOutCopies(bounds[0]!.credits, layout.particles)
    : leaveOneOut(bounds.map((bound) => bound.credits))
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
  const scored = [...plan.sites.values()].filter((site) => site.estimator === "score")
  const averaged = particles === 1 ? scored : []
  const estimate = (pass: Pass): Estimate => {
    const bounds = eachRun(layout, pass, (context) => boundAt(pass, context))
    const { surrogate, state } = credited(bounds, layout, pass.state)
    const value = average(bounds.map((bound) => bound.elbo))
    return {
      objective: surrogate === undefined ? value : tf.add(value, surrogate),
      likelihood: average(bounds.map((bound) => bound.likelihood)),
      divergence: average(bounds.map((bound) => bound.divergence)),
      state,
    }
  }
  return {
    plan,
    state: () => averaged.map(() => tf.keep(tf.zeros([2]))),
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
