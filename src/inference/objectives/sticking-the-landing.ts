/** The ELBO with the path gradient alone, which has no noise where the guide is the posterior. Next: `importance-weighted.ts`. */
import { tf } from "../../engine/tensor.js"
import { partsOf, refuseScore } from "./importance-weighted.js"
import { checkParticles, type Objective, replanned } from "./objective.js"
import { weigh, weightedObjective } from "./weighted.js"

/**
 * The ELBO, its gradient for the guide taken through the draws only: ∂/∂z [log p(x, z) - log q(z)] · dz/dφ, log q's own
 * derivative by φ left out because its mean is zero (Roeder, Wu and Duvenaud 2017). Unbiased; zero for every draw where q is
 * the posterior. Divergences are drawn, never in closed form.
 * @throws ModelError for a latent whose draws are not differentiable.
 * @example await fit(model, autoGuide.fullRank(model), [data], { objective: stickingTheLanding() })
 */
export const stickingTheLanding = ({ particles = 1 }: { readonly particles?: number } = {}): Objective => {
  checkParticles("stickingTheLanding", particles, 1)
  return {
    name: "stickingTheLanding",
    particles,
    prepare: (plan) => {
      refuseScore("stickingTheLanding", plan)
      const drawn = replanned(plan, () => ({}))
      return weightedObjective("stickingTheLanding", drawn, particles, {}, (pass, layout) => {
        const weighed = weigh(drawn, layout, pass, { heldGuide: true })
        return partsOf(weighed, tf.mean(weighed.logWeights, 0))
      })
    },
  }
}
