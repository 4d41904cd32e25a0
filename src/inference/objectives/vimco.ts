/** Importance-weighted bounds with discrete latents: score-function gradients with a baseline from the other particles. Next: `reweighted-wake-sleep.ts`. */
import { stopGradient } from "../../engine/repair/index.js"
import { logSumExp } from "../../engine/special/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { guideTerm, type Plan } from "../plan.js"
import { logMeanExp, partsOf } from "./importance-weighted.js"
import { checkParticles, type Objective, replanned, sumsDrawn } from "./objective.js"
import { weigh, weightedObjective } from "./weighted.js"

/**
 * What each particle adds to the bound: L - L₋ₖ, where L₋ₖ has the k-th log-weight replaced by the mean of the others'. It does
 * not depend on the k-th draw but through L. [K, groups].
 */
const signals = (logWeights: Tensor): Tensor => {
  const [particles, groups] = logWeights.shape as [number, number]
  const own = tf.cast(tf.tile(tf.expandDims(tf.eye(particles), -1), [1, 1, groups]), "bool")
  const each = tf.expandDims(logWeights, 0)
  const others = tf.div(tf.sum(tf.where(own, tf.zerosLike(each), each), 1, true), particles - 1)
  return tf.sub(logSumExp(logWeights, 0, true), logSumExp(tf.where(own, others, each), 1))
}

/** log q of the score-function sites, by particle and group. */
const logGuide = (plan: Plan, weighed: ReturnType<typeof weigh>): Tensor => {
  const names = new Set(
    [...plan.sites.values()].filter((s) => s.estimator === "score").map((s) => guideTerm(s.name)),
  )
  return tf.neg(weighed.pick(({ term }) => term.names.some((name) => names.has(name))))
}

/**
 * The importance-weighted bound L_K for guides with discrete latents, z_k ~ q: ∇L_K estimated by Σ_k (L - L₋ₖ) ∇log q(z_k) +
 * Σ_k w_k ∇log p(x, z_k)/q(z_k), with weights w_k that add to 1 and L₋ₖ a baseline from the other particles (Mnih and Rezende 2016).
 *
 * Latents whose draws are differentiable keep their pathwise gradient. Sites that `elbo()` would sum over are drawn.
 * @throws ModelError for fewer than 2 particles; as `iwae` does for batches.
 * @example await fit(beliefNet, encoder, [images], { objective: vimco({ particles: 5 }), batch: 24 })
 */
export const vimco = ({ particles }: { readonly particles: number }): Objective => {
  checkParticles("vimco", particles, 2)
  return {
    name: "vimco",
    particles,
    prepare: (plan, setting) => {
      const drawn = replanned(plan, (site) => sumsDrawn("vimco", site))
      return weightedObjective("vimco", drawn, particles, setting, (pass, layout) => {
        const weighed = weigh(drawn, layout, pass)
        const bounds = logMeanExp(weighed.logWeights)
        const parts = partsOf(weighed, bounds)
        const credit = tf.mul(
          stopGradient(signals(stopGradient(weighed.logWeights))),
          logGuide(drawn, weighed),
        )
        const surrogate = tf.mul(tf.sub(tf.sum(credit), stopGradient(tf.sum(credit))), weighed.scale)
        return { ...parts, objective: tf.add(parts.objective, surrogate) }
      })
    },
  }
}
