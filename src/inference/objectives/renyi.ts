/** Rényi's variational bound. Next: `vimco.ts`. */
import { programError } from "../../dsl/site-error.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { logMeanExp, partsOf, refuseScore } from "./importance-weighted.js"
import { checkParticles, type Objective, replanned } from "./objective.js"
import { weigh, weightedObjective } from "./weighted.js"

/** Options of Rényi's bound. */
export interface RenyiOptions {
  /** Below 1 it is mass-covering, above 1 mode-seeking; 0 is the importance-weighted bound, -Infinity the largest weight. */
  readonly alpha: number
  /** Draws of the guide, K. */
  readonly particles: number
}

const checkAlpha = (alpha: number): void => {
  if (alpha !== 1 && alpha < Number.POSITIVE_INFINITY) return
  throw programError(
    "bad-option",
    `renyi was given alpha: ${String(alpha)}`,
    alpha === 1
      ? "alpha 1 is the plain bound: use elbo()"
      : "give a number below ∞ other than 1, such as 0.5",
  )
}

const boundOf = (alpha: number, logWeights: Tensor): Tensor =>
  alpha === Number.NEGATIVE_INFINITY
    ? tf.max(logWeights, 0)
    : tf.div(logMeanExp(tf.mul(logWeights, 1 - alpha)), 1 - alpha)

/**
 * Rényi's α-bound, L_α = 1/(1-α) · E[log (1/K) Σ_k (p(x, z_k) / q(z_k))^(1-α)] (Li and Turner 2016): α → 1 is the ELBO, α = 0 the
 * importance-weighted bound, α = -∞ the largest weight. A lower bound on log p(x) in expectation for α ≥ 0.
 * @throws ModelError for α = 1 or ∞, for a latent whose draws are not differentiable, and as `iwae` does for batches.
 * @example await fit(model, guide, [data], { objective: renyi({ alpha: 0.5, particles: 10 }) })
 */
export const renyi = ({ alpha, particles }: RenyiOptions): Objective => {
  checkAlpha(alpha)
  checkParticles("renyi", particles, 1)
  return {
    name: "renyi",
    particles,
    prepare: (plan, setting) => {
      refuseScore("renyi", plan)
      const drawn = replanned(plan, () => ({}))
      return weightedObjective("renyi", drawn, particles, setting, (pass, layout) => {
        const weighed = weigh(drawn, layout, pass)
        return partsOf(weighed, boundOf(alpha, weighed.logWeights))
      })
    },
  }
}
