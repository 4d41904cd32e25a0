/**
 * Costs at relaxed draws: guide and model run once more with each relaxed site's soft value in place of its hard one, params held.
 * Next: `control-variate.ts`, which compares them with the cost at the hard draw.
 */
import { type Context, type Entry, execute } from "../dsl/execute.js"
import { rewrite } from "../dsl/handlers.js"
import { edited } from "../dsl/site.js"
import type { Program } from "../dsl/types.js"
import { fold } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { type Bound, contextOf, costOfRows, costsOf, sumOfCosts, weightsOf } from "./elbo.js"
import { drawsOf, type Pair, type Plan, type SitePlan } from "./plan.js"
import { type Noisy, type Relaxation, relaxationOf, usualTemperature } from "./relaxation.js"

/** The sites with a relaxed control variate. */
export const relaxedSites = (plan: Plan): SitePlan[] =>
  [...plan.sites.values()].filter((site) => site.estimator === "rebar" || site.estimator === "relax")

/** One relaxed site of one run. */
export interface Relaxing {
  readonly site: SitePlan
  readonly entry: Entry
  readonly relaxation: Relaxation
  /** With the gradient of the guide's params. */
  readonly logits: Tensor
  readonly noisy: (logits: Tensor) => Noisy
  readonly temperature: number
}

/** The relaxed sites of a run. */
export const relaxing = (plan: Plan, { pair }: Bound, context: Context): Relaxing[] =>
  relaxedSites(plan).map((site) => {
    const entry = pair.guide.entries.get(site.name)!
    const relaxation = relaxationOf(entry.dist!)
    const hard = stopGradient(tf.cast(entry.value, "float32"))
    const key = fold(fold(context.key, site.name), "relaxed")
    return {
      site,
      entry,
      relaxation,
      logits: relaxation.logits(hard),
      noisy: (logits) => relaxation.noisy(logits, hard, key),
      temperature: entry.site.details.options.temperature ?? usualTemperature,
    }
  })

/** The program with the relaxed sites scored by a log-mass that goes on between the values. */
const extended =
  (program: Program<any>, plan: Plan): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site) => {
      const planned = site.role === "latent" ? plan.sites.get(site.name) : undefined
      const relaxed = planned?.estimator === "rebar" || planned?.estimator === "relax"
      return relaxed && !planned.analyticKl
        ? edited(site, { dist: relaxationOf(site.details.dist!).extended })
        : site
    })

/** Guide and model at relaxed values, with params held. */
const relaxedPair = (
  plan: Plan,
  args: readonly any[],
  context: Context,
  values: Map<string, Tensor>,
): Pair => {
  const held = {
    ...contextOf(plan, context),
    param: (site: Parameters<Context["param"]>[0]) => stopGradient(context.param(site)),
  }
  const guide = execute(extended(plan.guide, plan), args, { ...held, values })
  const model = execute(extended(plan.model, plan), args, { ...held, values: drawsOf(guide) })
  return { guide, model, enumeration: held.enumeration }
}

/** Costs at relaxed values. */
export interface RelaxedCosts {
  /** Each site's cost, row by row. */
  readonly rows: readonly Tensor[]
  /** Of the cost of all relaxed sites together, by each relaxed value. */
  readonly slopes: readonly Tensor[]
}

const flat = (x: Tensor): Tensor => tf.reshape(x, [-1])

/** The costs at relaxed values, and their slopes. One vector carries both, so that only its first entry is differentiated. */
export const costsAt = (
  plan: Plan,
  args: readonly any[],
  context: Context,
  sites: readonly Relaxing[],
  values: readonly Tensor[],
): RelaxedCosts => {
  const shapes: number[][] = []
  const all = (): Tensor => {
    const pair = relaxedPair(
      plan,
      args,
      context,
      new Map(sites.map(({ site }, i) => [site.name, values[i]!])),
    )
    const costs = costsOf(pair, plan, weightsOf(pair))
    const touched = costs.filter(({ term }) =>
      sites.some(({ site }) => term.names.some((n) => site.downstream.has(n))),
    )
    const rows = sites.map(({ site }) => costOfRows(pair, site, costs))
    shapes.push(...rows.map((row) => row.shape))
    return tf.concat([flat(sumOfCosts(touched)), ...rows.map(flat)])
  }
  const size = 1 + sites.reduce((sum, { entry }) => sum + rowsIn(entry), 0)
  const { value, grads } = tf
    .engine()
    .gradients(all, [...values], tf.concat([tf.ones([1]), tf.zeros([size - 1])]), true)
  const parts = tf.split(stopGradient(value), [1, ...shapes.map((shape) => shape.reduce((a, b) => a * b, 1))])
  return {
    rows: shapes.map((shape, i) => tf.reshape(parts[i + 1]!, shape)),
    slopes: values.map((x, i) => stopGradient(grads[i] ?? tf.zerosLike(x))),
  }
}

const rowsIn = (entry: Entry): number => entry.plates.reduce((rows, plate) => rows * plate.count, 1)
