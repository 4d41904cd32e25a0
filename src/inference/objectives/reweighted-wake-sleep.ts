/** Reweighted wake-sleep: no gradient passes through any draw. Left out: the sleep phase, which would dream data. Next: `annealed.ts`. */
import { stopGradient } from "../../engine/repair/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { guideTerm, type Plan } from "../plan.js"
import { logMeanExp, partsOf } from "./importance-weighted.js"
import { checkParticles, type Objective, replanned } from "./objective.js"
import { type Weighed, weigh, weightedObjective } from "./weighted.js"

const awake = (plan: Plan): Plan =>
  replanned(plan, () => ({
    estimator: "wake",
    why: "no gradient through the draw; log q is raised at draws in proportion to their weights",
  }))

const ofGuide = (names: readonly string[]): boolean => names.every((name) => name.startsWith(guideTerm("")))

/** The weights over the particles, adding to 1 in each group; no gradient. */
const normalized = (logWeights: Tensor): Tensor =>
  tf.transpose(tf.softmax(tf.transpose(stopGradient(logWeights))))

const zeroWithGradient = (x: Tensor): Tensor => tf.sub(x, stopGradient(x))

/** -log q at the draws, with a gradient for the guide's params alone. */
const guidePart = (weighed: Weighed): Tensor => weighed.pick(({ term }) => ofGuide(term.names))

/**
 * Reweighted wake-sleep with the wake phase for the guide (Bornschein and Bengio 2015): K draws z_k ~ q with weights w_k ∝ p(x,
 * z_k) / q(z_k); the model climbs Σ w_k log p(x, z_k), the gradient of the importance-weighted bound, and the guide climbs Σ w_k
 * log q(z_k), which lowers KL(posterior ‖ q). Works for latents of any family; weights make both gradients biased by O(1/K).
 *
 * The loss reported is that of `iwae`.
 * @throws ModelError for fewer than 2 particles; as `iwae` does for batches.
 * @example await fit(beliefNet, encoder, [images], { objective: reweightedWakeSleep({ particles: 10 }), batch: 24 })
 */
export const reweightedWakeSleep = ({ particles }: { readonly particles: number }): Objective => {
  checkParticles("reweightedWakeSleep", particles, 2)
  return {
    name: "reweightedWakeSleep",
    particles,
    prepare: (plan, setting) => {
      const wake = awake(plan)
      return weightedObjective("reweightedWakeSleep", wake, particles, setting, (pass, layout) => {
        const weighed = weigh(wake, layout, pass)
        const entropy = guidePart(weighed)
        const held = tf.sub(weighed.logWeights, zeroWithGradient(entropy))
        const weights = normalized(weighed.logWeights)
        const raise = tf.neg(tf.sum(tf.mul(weights, zeroWithGradient(entropy)), 0))
        return partsOf(weighed, tf.add(logMeanExp(held), raise))
      })
    },
  }
}
