/**
 * Local expectation gradients: for some elements of a discrete draw at a time, the exact sum over one element's values, the rest of
 * the draw held. With f the cost of a row, D elements, and a group G of m of them chosen anew for each row and step,
 *
 *   ∇ E_q f  =  E [ D/m · Σ_{i ∈ G} Σ_v ∇q_i(v) · (f(v, z_-i) - f(z)) ],
 *
 * unbiased for any m; f(z) may be taken off because Σ_v ∇q_i(v) = 0. Latents drawn given the site are drawn anew for each value.
 * Source: Titsias and Lázaro-Gredilla, "Local expectation gradients for black box variational inference" (2015). Left out:
 * sums over several elements together, whose cost is exponential (`gradient: "exact"`). Next: `objectives/elbo.ts`.
 */
import type { Context, Entry } from "../dsl/execute.js"
import { fold, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { commonDepth, rowCost, totalCost } from "./cost.js"
import type { Bound, CostTerm } from "./elbo.js"
import { type Elements, elementsOf } from "./elements.js"
import { mostValues } from "./estimator.js"
import type { Layout } from "./objectives/particles.js"
import { guideTerm, type Plan, type SitePlan } from "./plan.js"

type Unsummed = Omit<Context, "enumeration">

/** The sites whose gradient is a local expectation. */
export const localSites = (plan: Plan): SitePlan[] =>
  [...plan.sites.values()].filter((site) => site.estimator === "local")

const touched = (site: SitePlan, costs: readonly CostTerm[]): CostTerm[] =>
  costs.filter(({ term }) => term.names.some((name) => site.downstream.has(name)))

/** How many of a site's plates all of its costs stand in: their rows answer for themselves, what is inside them together. */
const depthOf = (entry: Entry, site: SitePlan, costs: readonly CostTerm[]): number =>
  touched(site, costs).reduce(
    (least, { term }) => Math.min(least, commonDepth(entry.plates, term.plates)),
    entry.plates.length,
  )

/** A site's cost, a number for each row: [rows]. */
const costOf = (bound: Bound, site: SitePlan, depth: number, rows: number): Tensor => {
  const plates = bound.pair.guide.entries.get(site.name)!.plates.slice(0, depth)
  const shape = plates.map((plate) => plate.count)
  const sum = touched(site, bound.costs)
    .map(({ value, term }) => rowCost(value, term, plates))
    .reduce((a, b) => tf.add(a, b), tf.zeros(shape))
  return tf.reshape(sum, [rows])
}

/** How many elements of each row are summed over in a step: as asked, else as many as `mostValues` evaluations allow. */
const groupOf = (site: SitePlan, { count, values }: Elements): number => {
  const usual = Math.max(1, Math.floor(mostValues / Math.max(1, values - 1)))
  return Math.min(count, site.site.details.options.group ?? usual)
}

/** Which elements: 1 at the j-th of each row, [group, rows, elements]. Every element is as likely as any other. */
const chosenOf = ({ rows, count }: Elements, group: number, key: Context["key"]): Tensor => {
  if (count === 1) return tf.ones([1, rows, 1])
  const spread = Array.from({ length: group }, (_, j) => Math.floor((j * count) / group))
  const from = group === count ? tf.zeros([rows]) : tf.floor(tf.mul(uniform(key, [rows]), count))
  const at = tf.mod(tf.add(tf.expandDims(tf.tensor1d(spread, "float32"), 1), from), count)
  return tf.cast(tf.oneHot(tf.cast(at, "int32") as tf.Tensor2D, count), "float32")
}

/** A value computed off the tape, so that nothing of it is kept for a way back. */
const untaped = (compute: () => Tensor): Tensor =>
  stopGradient(tf.customGrad(() => ({ value: tf.tidy(compute), gradFunc: () => [] }))())

/** Draws that stay as they are while a site's elements change: those not made given it, and not summed over. */
const heldOf = (bound: Bound, site: SitePlan): [string, Tensor][] =>
  [...bound.pair.guide.entries.values()]
    .filter((entry) => entry.role === "latent" && entry.axis === undefined && entry.name !== site.name)
    .filter((entry) => !site.downstream.has(guideTerm(entry.name)))
    .map((entry) => [entry.name, entry.value])

const tiled = (x: Tensor, copies: number): Tensor => tf.tile(x, [copies, ...x.shape.slice(1).map(() => 1)])

interface Change {
  readonly site: SitePlan
  readonly entry: Entry
  readonly depth: number
  readonly rows: number
  /** [copies, rows, elements, parts] */
  readonly values: Tensor
}

/** The cost of every row at each changed draw, [copies, rows]. */
const costsAt = (
  { site, entry, depth, rows, values }: Change,
  bound: Bound,
  context: Unsummed,
  layout: Layout,
  boundAt: (context: Unsummed) => Bound,
): Tensor => {
  const copies = values.shape[0]!
  const held = heldOf(bound, site)
  const [first, ...rest] = entry.value.shape
  const typed = (x: Tensor): Tensor => tf.cast(x, entry.value.dtype)
  if (layout.tiled) {
    const plate = layout.plate!
    const repeats = new Map(context.repeats).set(plate, copies * (context.repeats?.get(plate) ?? 1))
    const answers = new Map(held.map(([name, value]) => [name, tiled(value, copies)]))
    answers.set(site.name, typed(tf.reshape(values, [copies * first!, ...rest])))
    const cost = costOf(boundAt({ ...context, repeats, values: answers }), site, depth, copies * rows)
    return tf.reshape(tf.mul(cost, copies), [copies, rows])
  }
  return tf.stack(
    tf.unstack(values).map((value) => {
      const answers = new Map(held).set(site.name, typed(tf.reshape(value, entry.value.shape)))
      return costOf(boundAt({ ...context, values: answers }), site, depth, rows)
    }),
  )
}

/** Takes the noise of ∇log q at the draw out of the bound's own gradient: its mean is zero. */
const withoutOwnNoise = (bound: Bound, site: SitePlan): Tensor => {
  const own = bound.costs.filter(
    ({ term }) => term.names.length === 1 && term.names[0] === guideTerm(site.name),
  )
  const sum = own
    .map(({ value, term }) => totalCost(value, term))
    .reduce((a, b) => tf.add(a, b), tf.scalar(0))
  return tf.sub(stopGradient(sum), sum)
}

const siteSurrogate = (
  site: SitePlan,
  bound: Bound,
  context: Unsummed,
  layout: Layout,
  boundAt: (context: Unsummed) => Bound,
): Tensor => {
  const entry = bound.pair.guide.entries.get(site.name)!
  const depth = depthOf(entry, site, bound.costs)
  const elements = elementsOf(entry, depth)
  const { rows, count, drawn } = elements
  const group = groupOf(site, elements)
  const chosen = chosenOf(elements, group, fold(fold(context.key, site.name), "group"))
  const others = Array.from({ length: elements.values - 1 }, (_, i) => elements.other(i + 1))
  const costs = untaped(() => {
    const changed = others.map(({ value }) =>
      tf.add(drawn, tf.mul(tf.expandDims(chosen, -1), tf.sub(value, drawn))),
    )
    const at = costsAt(
      { site, entry, depth, rows, values: tf.concat(changed, 0) },
      bound,
      context,
      layout,
      boundAt,
    )
    const better = tf.sub(at, costOf(bound, site, depth, rows))
    const byValue = tf.reshape(better, [others.length, group, rows, 1])
    return tf.sum(tf.mul(byValue, chosen), 1)
  })
  const gains = tf.mul(costs, tf.stack(others.map(({ probability }) => probability)))
  const sum = tf.mul(tf.sum(gains), count / group)
  return tf.add(tf.sub(sum, stopGradient(sum)), withoutOwnNoise(bound, site))
}

/** For each such site of a run a term of value zero, whose gradient is the site's. `boundAt` runs the programs again. */
export const localExpectations = (
  plan: Plan,
  bound: Bound,
  context: Unsummed,
  layout: Layout,
  boundAt: (context: Unsummed) => Bound,
): Tensor[] => localSites(plan).map((site) => siteSurrogate(site, bound, context, layout, boundAt))

/** What `explain` says of such a site, learned from one run. */
export const localWhy = (site: SitePlan, bound: Bound, layout: Layout): string => {
  const entry = bound.pair.guide.entries.get(site.name)!
  const elements = elementsOf(entry, depthOf(entry, site, bound.costs))
  const group = groupOf(site, elements)
  const evaluations = group * (elements.values - 1)
  const how = layout.tiled ? "in one run over copies of the rows" : "each in a run of its own"
  return (
    `${group} of ${elements.count} elements of a row each step, each summed over its ${elements.values} values given the others ` +
    `(${evaluations} more evaluations, ${how})`
  )
}
