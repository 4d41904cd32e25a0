/**
 * The importance-weighted bound (IWAE) and its gradients for the guide: total, sticking the landing, doubly reparameterized.
 * Left out: guides with discrete latents (`vimco.ts`, `reweighted-wake-sleep.ts`). Next: `renyi.ts`.
 */
import { match } from "ts-pattern"
import { programError } from "../../dsl/site-error.js"
import { logSumExp } from "../../engine/special/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { type LateGradient, lateGradient } from "./late-gradient.js"
import {
  checkParticles,
  type Estimate,
  type Objective,
  type Pass,
  refuseEstimators,
  replanned,
} from "./objective.js"
import type { Layout } from "./particles.js"
import { overRows, type Passing, type Weighed, weigh, weightedObjective } from "./weighted.js"

/** How the bound's gradient passes to the guide: "total" differentiates log q by params and draws alike. */
export type GuideGradient = "total" | "stickingTheLanding" | "doublyReparameterized"

/** Options of the importance-weighted bound. */
export interface ImportanceWeightedOptions {
  /** Draws of the guide that are weighed against each other, K. */
  readonly particles: number
  /** "total" by default. The other two remove the part of the gradient whose noise does not fall with K. */
  readonly guideGradient?: GuideGradient
}

/** log (1/K) Σ_k exp of log-weights [K, groups]: one bound a group. */
export const logMeanExp = (logWeights: Tensor): Tensor =>
  tf.sub(logSumExp(logWeights, 0), Math.log(logWeights.shape[0]!))

/** What a bound over groups makes of a step's weights. */
export type BoundOf = (logWeights: Tensor) => Tensor

const passingOf = (guideGradient: GuideGradient, late: LateGradient): Passing =>
  match<GuideGradient, Passing>(guideGradient)
    .with("total", () => ({}))
    .with("stickingTheLanding", () => ({ heldGuide: true }))
    .with("doublyReparameterized", () => ({ heldGuide: true, through: late.draw }))
    .exhaustive()

type Parts = Pick<Estimate, "objective" | "likelihood" | "divergence">

/** The parts of an estimate from a bound over groups. */
export const partsOf = (weighed: Weighed, bounds: Tensor): Parts => ({
  objective: overRows(bounds, weighed),
  likelihood: weighed.likelihood,
  divergence: weighed.divergence,
})

const guideGradients: readonly string[] = ["total", "stickingTheLanding", "doublyReparameterized"]

const checkGuideGradient = (asked: string): void => {
  if (guideGradients.includes(asked)) return
  throw programError(
    "bad-option",
    `iwae was given guideGradient: ${JSON.stringify(asked)}`,
    `give one of ${guideGradients.map((name) => `"${name}"`).join(", ")}`,
  )
}

/** Throws where a site's draws carry no gradient: its share of the gradient would be missing. */
export const refuseScore = (objective: string, plan: Parameters<Objective["prepare"]>[0]): void =>
  refuseEstimators(
    objective,
    plan,
    ["score", "rebar", "relax", "local", "exact"],
    "differentiates through the draws of every latent",
    (site) =>
      `use vimco({ particles: 5 }) or reweightedWakeSleep({ particles: 5 }), sum it out with marginalize(model, "${site}"), ` +
      "or use elbo()",
  )

/**
 * The importance-weighted bound, L_K = E[log (1/K) Σ_k p(x, z_k) / q(z_k)], z_k ~ q: between the ELBO (K = 1) and log p(x),
 * rising with K (Burda, Grosse and Salakhutdinov 2016).
 *
 * Each row of a plate has K particles and weights of its own where every latent stands in that plate, all in one run over
 * copies of the rows; else each of K runs has one weight. The guide's gradient: "total"; "stickingTheLanding" leaves out log
 * q's own derivative (Roeder, Wu and Duvenaud 2017; for K > 1 biased); "doublyReparameterized" squares the weights in its place
 * and is unbiased (Tucker et al. 2019). The last two run the guide once more without differentiating by its params.
 * @throws ModelError for a latent whose draws are not differentiable; where a batch would enter the weight of a whole run.
 * @example await fit(vae, encoder, [images], { objective: iwae({ particles: 50 }), batch: 20 })
 */
export const iwae = ({ particles, guideGradient = "total" }: ImportanceWeightedOptions): Objective => {
  checkParticles("iwae", particles, 1)
  checkGuideGradient(guideGradient)
  const name = guideGradient === "total" ? "iwae" : `iwae with guideGradient "${guideGradient}"`
  const estimate = (plan: Parameters<Objective["prepare"]>[0]) => (pass: Pass, layout: Layout) => {
    const late = lateGradient(layout.tiled)
    const weighed = weigh(plan, layout, pass, passingOf(guideGradient, late))
    const doubly = guideGradient === "doublyReparameterized"
    return partsOf(weighed, logMeanExp(doubly ? late.weights(weighed.logWeights) : weighed.logWeights))
  }
  return {
    name: "iwae",
    particles,
    prepare: (plan, setting) => {
      refuseScore(name, plan)
      const drawn = replanned(plan, () => ({}))
      return weightedObjective(name, drawn, particles, setting, estimate(drawn))
    },
  }
}

/**
 * The importance-weighted bound with the doubly reparameterized gradient: `iwae` with that `guideGradient`. Unbiased, and zero
 * for every draw where the guide is the posterior.
 * @example await fit(vae, encoder, [images], { objective: doublyReparameterized({ particles: 50 }), batch: 20 })
 */
export const doublyReparameterized = ({ particles }: { readonly particles: number }): Objective =>
  iwae({ particles, guideGradient: "doublyReparameterized" })
