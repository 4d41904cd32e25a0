/**
 * What the objectives over several particles share: one step's log-weights log p(x, z_k) - log q(z_k), row by row where the
 * latents allow it, and how gradients may pass: through the draws or not, through log q or with the guide's params held.
 * Next: `importance-weighted.ts`.
 */
import { execute } from "../../dsl/execute.js"
import { stopGradient } from "../../engine/repair/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { type CostTerm, contextOf, costsOf, sumOfCosts } from "../elbo.js"
import { drawsOf, type Pair, type Plan } from "../plan.js"
import type { Estimate, Pass, Prepared, Setting } from "./objective.js"
import {
  byParticle,
  checkBatched,
  eachRun,
  grouped,
  type Layout,
  layOut,
  rowsSeen,
  ungrouped,
} from "./particles.js"

/** How gradients pass through the particles. */
export interface Passing {
  /** Score the draws by the guide with its params held still, so that log q has no gradient but through the draws. */
  readonly heldGuide?: boolean
  /** Changes a draw on its way to where it is scored, without changing its value. */
  readonly through?: (value: Tensor, particle: number) => Tensor
}

/** One step's particles. */
export interface Weighed {
  /** log p(x, z) - log q(z), [particles, groups]. */
  readonly logWeights: Tensor
  /** What each group's bound is multiplied by to stand for all rows: size / rows seen. */
  readonly scale: number
  /** Terms that no latent reaches, scaled. */
  readonly outside: Tensor
  readonly likelihood: Tensor
  readonly divergence: Tensor
  /** One number for each particle and group, of terms chosen from each run. */
  pick(choose: (cost: CostTerm) => boolean): Tensor
  /** The mean over particles of chosen terms, for all rows, whether a latent reaches them or not. */
  total(choose: (cost: CostTerm) => boolean): Tensor
}

/** Guide and model on one draw of everything, and the terms of its log-weight. */
const runOnce = (
  plan: Plan,
  pass: Pass,
  context: Pass["context"],
  passing: Passing,
  particle: number,
): CostTerm[] => {
  const whole = contextOf(plan, context)
  const drawn = execute(plan.guide, pass.args, whole)
  const through = passing.through
  const values = through
    ? new Map([...drawsOf(drawn)].map(([name, value]) => [name, through(value, particle)]))
    : drawsOf(drawn)
  const guide = passing.heldGuide
    ? execute(plan.guide, pass.args, { ...whole, values, param: (site) => stopGradient(whole.param(site)) })
    : drawn
  const model = execute(plan.model, pass.args, { ...whole, values })
  const pair: Pair = { guide, model, enumeration: whole.enumeration }
  return costsOf(pair, plan, [])
}

const average = (parts: readonly Tensor[]): Tensor => tf.div(tf.addN([...parts]), parts.length)

/** Runs all particles of a step. */
export const weigh = (plan: Plan, layout: Layout, pass: Pass, passing: Passing = {}): Weighed => {
  const runs = eachRun(layout, pass, (context, particle) => runOnce(plan, pass, context, passing, particle))
  const { plate } = layout
  const { count, size } = rowsSeen(runs[0]!, plate)
  const copies = layout.tiled ? layout.particles : 1
  const pick = (choose: (cost: CostTerm) => boolean): Tensor =>
    byParticle(
      layout,
      runs.map((terms) => grouped(terms.filter(choose), plate, count)),
    )
  return {
    logWeights: pick(() => true),
    scale: (size * copies) / count,
    outside: sumOfCosts(ungrouped(runs[0]!, plate)),
    likelihood: average(runs.map((terms) => sumOfCosts(terms.filter((cost) => !cost.latent)))),
    divergence: tf.neg(average(runs.map((terms) => sumOfCosts(terms.filter((cost) => cost.latent))))),
    pick,
    total: (choose) => average(runs.map((terms) => sumOfCosts(terms.filter(choose)))),
  }
}

/** A bound of all rows from one a group: scaled, added up, with the terms outside. */
export const overRows = (bounds: Tensor, { scale, outside }: Weighed): Tensor =>
  tf.add(scale === 1 ? tf.sum(bounds) : tf.mul(tf.sum(bounds), scale), outside)

/** An objective over several particles, from what it makes of a step's weights. */
export const weightedObjective = (
  name: string,
  plan: Plan,
  particles: number,
  { batched }: Setting,
  estimate: (pass: Pass, layout: Layout) => Pick<Estimate, "objective" | "likelihood" | "divergence">,
): Prepared => {
  const trial = (context: Pass["context"]): void =>
    void runOnce(plan, { args: plan.args, context, step: tf.scalar(0), state: [] }, context, {}, 0)
  const layout = layOut(plan, particles, trial, batched)
  checkBatched(name, layout, batched)
  return {
    plan,
    state: () => [],
    estimate: (pass) => ({ state: [], ...estimate(pass, layout) }),
    notes: [`${name}, ${particles} particles: ${layout.why}`],
  }
}
