/**
 * The ELBO with its divergence weighed: a constant weight (beta-VAE), one that warms up with the step, and free bits. Prior and
 * guide are always scaled together, term by term, in the bound and in what score-function sites answer for. Next:
 * `importance-weighted.ts`.
 */
import { ModelError } from "../../dsl/site-error.js"
import { stopGradient } from "../../engine/repair/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import {
  type Bound,
  boundOfCosts,
  type CostTerm,
  contextOf,
  costsOf,
  sumOfCosts,
  weightsOf,
} from "../elbo.js"
import { guideTerm, type Pair, type Plan, runPair, type SitePlan } from "../plan.js"
import { averagedBound } from "./elbo.js"
import { checkNumber, checkParticles, type Objective, type Pass, refuseEstimators } from "./objective.js"

/** Options of the weighed bound. */
export interface AnnealedOptions {
  /** What the divergence is multiplied by in the end; 1 by default. */
  readonly weight?: number
  /** Over how many steps the weight rises in a straight line from `from`; 0 by default: no warm-up. */
  readonly warmup?: number
  /** The weight at step 0 of a warm-up; 0 by default. */
  readonly from?: number
  /** Starts the warm-up anew every so many steps (Fu et al. 2019); never by default. */
  readonly cycle?: number
  /** Nats a row and site that the divergence may have for nothing; 0 by default. */
  readonly freeBits?: number
  readonly particles?: number
}

type Settled = Required<Omit<AnnealedOptions, "cycle">> & Pick<AnnealedOptions, "cycle">

const settle = (options: AnnealedOptions): Settled => {
  const settled = { weight: 1, warmup: 0, from: 0, freeBits: 0, particles: 1, ...options }
  const natural = (n: number): boolean => n >= 0
  for (const option of ["weight", "from", "freeBits"] as const)
    checkNumber("annealed", option, settled[option], natural, "a number from 0 up")
  checkNumber(
    "annealed",
    "warmup",
    settled.warmup,
    (n) => n >= 0 && Number.isInteger(n),
    "a whole number of steps",
  )
  if (settled.cycle !== undefined)
    checkNumber(
      "annealed",
      "cycle",
      settled.cycle,
      (n) => Number.isInteger(n) && n > settled.warmup,
      "more steps than the warm-up takes",
    )
  checkParticles("annealed", settled.particles, 1)
  return settled
}

/** The weight at a step, a scalar computed from the counter, so that a recorded step sees it change. */
const weightAt = ({ weight, warmup, from, cycle }: Settled, step: Tensor): Tensor => {
  if (warmup === 0) return tf.scalar(weight)
  const counter = tf.reshape(tf.cast(step, "float32"), [])
  const since = cycle === undefined ? counter : tf.mod(counter, cycle)
  return tf.add(from, tf.mul(tf.minimum(tf.div(since, warmup), 1), weight - from))
}

const belongsTo = (site: SitePlan, { term, latent }: CostTerm): boolean =>
  latent && (term.names.includes(site.name) || term.names.includes(guideTerm(site.name)))

const rowsOf = (plan: Plan, site: SitePlan): number =>
  site.plates.reduce((rows, plate) => rows * plan.sizes.get(plate)!, 1)

/** Throws where a latent's prior is summed together with the data: the divergence cannot be told from the likelihood. */
const checkSeparate = (plan: Plan, costs: readonly CostTerm[]): void => {
  for (const site of plan.sites.values()) {
    const merged = costs.find(({ term, latent }) => !latent && term.names.includes(site.name))
    if (merged)
      throw new ModelError(
        "inseparable-divergence",
        `annealed cannot weigh the divergence of site '${site.name}': its prior is summed together with ` +
          `${merged.term.names
            .filter((name) => name !== site.name)
            .map((name) => `'${name}'`)
            .join(", ")}\n` +
          "  fix: draw the summed site from the guide instead of marginalize(…), or use elbo()",
        site.name,
      )
  }
}

type Weighing = { readonly costs: CostTerm[]; readonly floor: Tensor }

/** Costs with latent terms times the weight, and times 0 where a site's divergence lies below its free nats; those are a constant. */
const weighed = (plan: Plan, costs: readonly CostTerm[], weight: Tensor, freeBits: number): Weighing => {
  const factors = [...plan.sites.values()].map((site) => {
    const own = costs.filter((cost) => belongsTo(site, cost))
    const free = freeBits * rowsOf(plan, site)
    const above = tf.cast(tf.greater(stopGradient(tf.neg(sumOfCosts(own))), free), "float32")
    return { own, above: freeBits === 0 ? tf.scalar(1) : above, free }
  })
  const factorOf = (cost: CostTerm): Tensor | undefined =>
    factors.find(({ own }) => own.includes(cost))?.above
  const changed = costs.map((cost) => {
    if (!cost.latent) return cost
    const factor = factorOf(cost)
    return { ...cost, value: tf.mul(cost.value, factor === undefined ? weight : tf.mul(weight, factor)) }
  })
  const spared = factors.map(({ above, free }) => tf.mul(tf.sub(1, above), free))
  return { costs: changed, floor: spared.reduce((a, b) => tf.add(a, b), tf.scalar(0)) }
}

/** Throws where a part of log q belongs to several latents together: no site's divergence can be told then. */
const checkApart = (plan: Plan, costs: readonly CostTerm[]): void => {
  const joint = costs.find((cost) => cost.latent && ![...plan.sites.values()].some((s) => belongsTo(s, cost)))
  if (joint)
    throw new ModelError(
      "inseparable-divergence",
      `annealed cannot give sites free nats here: '${joint.term.names.join("', '")}' is a part of log q that belongs to several ` +
        "latents together\n  fix: leave freeBits out, or use a guide without joint factors",
    )
}

const boundOfPair = (pair: Pair, plan: Plan, weight: Tensor, freeBits: number): Bound => {
  const costs = costsOf(pair, plan, weightsOf(pair))
  checkSeparate(plan, costs)
  if (freeBits > 0) checkApart(plan, costs)
  const plain = (latent: boolean): Tensor => sumOfCosts(costs.filter((cost) => cost.latent === latent))
  const { costs: counted, floor } = weighed(plan, costs, weight, freeBits)
  const bound = boundOfCosts(pair, plan, counted)
  return {
    ...bound,
    elbo: tf.sub(bound.elbo, tf.mul(weight, floor)),
    likelihood: plain(false),
    divergence: tf.neg(plain(true)),
  }
}

const noteOf = ({ weight, warmup, from, cycle, freeBits }: Settled): string => {
  const rise = warmup === 0 ? `${weight}` : `${from} to ${weight} over ${warmup} steps`
  const again = cycle === undefined ? "" : `, anew every ${cycle}`
  const free = freeBits === 0 ? "" : `; ${freeBits} nats a row and site are free`
  return `annealed: likelihood - weight × divergence, weight ${rise}${again}${free}`
}

/**
 * The ELBO with a weight on its divergence: E_q[log p(x | z)] - β Σ_sites max(KL_site, λ · rows), β = `weight` reached after
 * `warmup` steps, λ = `freeBits` (Higgins et al. 2017; Bowman et al. 2016; Kingma et al. 2016).
 *
 * The loss is the weighed one; likelihood and divergence are reported as they are.
 * @throws ModelError for options out of range; where a latent's prior is summed together with the data; with free bits, for a
 * score-function site whose divergence is only known by the draw.
 * @example await fit(vae, encoder, [images], { objective: annealed({ warmup: 2000 }), batch: 128 })
 * @example annealed({ weight: 4 })                       // a beta-VAE
 */
export const annealed = (options: AnnealedOptions = {}): Objective => {
  const settled = settle(options)
  return {
    name: "annealed",
    particles: settled.particles,
    prepare: (plan, setting) => {
      if (settled.freeBits > 0) refuseDrawn(plan)
      const boundAt = (pass: Pass, context: Pass["context"]): Bound =>
        boundOfPair(
          runPair(plan.model, plan.guide, pass.args, contextOf(plan, context)),
          plan,
          weightAt(settled, pass.step),
          settled.freeBits,
        )
      return averagedBound(plan, settled.particles, boundAt, [noteOf(settled)], setting)
    },
  }
}

/** The largest of a drawn divergence and a constant is no sum over rows: a draw's own rows cannot answer for it. */
const refuseDrawn = (plan: Plan): void =>
  refuseEstimators(
    "annealed with freeBits",
    { ...plan, sites: new Map([...plan.sites].filter(([, site]) => !site.analyticKl)) },
    ["score", "rebar", "relax", "local"],
    "needs each divergence in closed form or differentiable",
    () => "give guide and model the same family there, or leave freeBits out",
  )
