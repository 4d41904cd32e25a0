/**
 * What was summed out, afterwards: `marginals` p(k | x) of every summed site, the `mostLikely` values together (Viterbi), and
 * `posteriorDraws`. A marginal is the derivative of log p(x) in the site's own log-probabilities, so all of them cost one
 * backward pass, however long the chain. Next: `../dsl/sum-product.ts`.
 */

import { categorical } from "../distributions/categorical.js"
import { axisFromRight, type Enumeration } from "../dsl/enumeration-axis.js"
import type { Context, Entry, Execution } from "../dsl/execute.js"
import { rewrite } from "../dsl/handlers.js"
import { edited } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import { byLargest, bySum, type Reduction, sumProduct, total } from "../dsl/sum-product.js"
import { record, termsOf } from "../dsl/trace.js"
import type { ArgumentsOf, Program } from "../dsl/types.js"
import { withChecks } from "../engine/checks.js"
import { fold } from "../engine/random.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { firstValues } from "./leaves.js"
import { answersFrom, keyOf, type Params } from "./query.js"

/** Options of questions about summed-out sites. */
export interface DiscreteOptions {
  /** Params by name, a fit's `params` for instance; first values without. */
  readonly params?: Params
  /** Values of latents that are not summed out. */
  readonly values?: Readonly<Record<string, Tensor>>
  readonly seed?: number
}

/** A tensor for each summed-out site, by name. The caller disposes them. */
export type BySite = Readonly<Record<string, Tensor>>

type Recorded = { readonly execution: Execution; readonly enumeration: Enumeration }

const contextOf = (options: DiscreteOptions): Omit<Context, "enumeration"> => {
  const key = fold(keyOf(options.seed), "discrete")
  const param = options.params ? answersFrom(options.params) : firstValues(new Map(), fold(key, "init"))
  return { key, param, values: new Map(Object.entries(options.values ?? {})) }
}

const summedEntries = ({ execution, enumeration }: Recorded): Entry[] =>
  enumeration.axes.filter((axis) => axis.side === "model").map((axis) => execution.entries.get(axis.name)!)

/** Shape of a site's own perturbation: its values on its axis, a row for each row of its plates. */
const ownShape = (entry: Entry, { padding }: Enumeration): number[] => {
  const depth = entry.plates.length
  const left = axisFromRight(entry.axis!, depth, padding) - depth
  return [
    entry.axis!.count,
    ...Array.from({ length: left - 1 }, () => 1),
    ...entry.plates.map((plate) => plate.count),
  ]
}

/** log p(x) with a perturbation added to each summed site's log-probabilities. */
const perturbed = (
  { execution, enumeration }: Recorded,
  entries: readonly Entry[],
  by: readonly Tensor[],
  reduce: Reduction,
): Tensor => {
  const terms = termsOf(execution, enumeration).map((term) => {
    const at = entries.findIndex((entry) => entry.name === term.names[0])
    return at < 0 ? term : { ...term, value: tf.add(term.value, by[at]!) }
  })
  const left = sumProduct(terms, enumeration, (axis) => execution.entries.get(axis.name)!.plates, reduce)
  return left.map(total).reduce((a, b) => tf.add(a, b), tf.scalar(0))
}

const derivatives = (
  program: Program<any>,
  args: readonly any[],
  options: DiscreteOptions,
  reduce: Reduction,
): [Entry, Tensor][] => {
  const context = contextOf(options)
  const run = (): Recorded => record(program, args, context)
  const first = run()
  const entries = summedEntries(first)
  if (entries.length === 0)
    throw programError(
      "nothing-summed",
      "the program sums no site out",
      'name them: marginals(marginalize(model, "k"), …)',
    )
  const zeros = entries.map((entry) => tf.zeros(ownShape(entry, first.enumeration)))
  const gradients = withChecks(false, () =>
    tf.grads((...by: Tensor[]) => perturbed(run(), entries, by, reduce))(zeros),
  )
  return entries.map((entry, i) => [entry, probabilitiesLast(gradients[i]!, entry)])
}

/** [values, 1 …, ...plates] as [...plates, values]. */
const probabilitiesLast = (value: Tensor, entry: Entry): Tensor => {
  const plates = entry.plates.map((plate) => plate.count)
  const flat = tf.reshape(value, [entry.axis!.count, -1])
  return tf.reshape(tf.transpose(flat), [...plates, entry.axis!.count])
}

const kept = (body: () => [string, Tensor][]): BySite => {
  let result: BySite = {}
  tf.tidy(() => {
    result = Object.fromEntries(body().map(([name, value]) => [name, tf.keep(tf.clone(value))]))
  })
  return result
}

/**
 * p(k | x) for every summed-out site: [...rows of its plates, values].
 * @throws ModelError where the program sums nothing out.
 * @example marginals(marginalize(mixture, "component"), [points], { params: fitted.params }).component   // [n, K]
 */
export const marginals = <P extends Program<any>>(
  program: P,
  args: ArgumentsOf<P>,
  options: DiscreteOptions = {},
): BySite =>
  kept(() => derivatives(program, args, options, bySum).map(([entry, value]) => [entry.name, value]))

const valueAt = (entry: Entry, index: Tensor): Tensor => {
  const values = entry.dist!.enumerate()
  const flat = tf.reshape(values, [entry.axis!.count, ...entry.dist!.eventShape])
  return tf.gather(flat, tf.cast(index, "int32"))
}

/**
 * The values of all summed-out sites that are likeliest together, argmax p(k | x): Viterbi's path for a chain.
 * @example mostLikely(marginalize(hmm, ...states), [sequence]).state_3
 */
export const mostLikely = <P extends Program<any>>(
  program: P,
  args: ArgumentsOf<P>,
  options: DiscreteOptions = {},
): BySite =>
  kept(() =>
    derivatives(program, args, options, byLargest).map(([entry, value]) => [
      entry.name,
      valueAt(entry, tf.argMax(value, -1)),
    ]),
  )

const settled =
  (program: Program<any>, values: ReadonlyMap<string, Tensor>): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site) =>
      site.role === "enumerated" && values.has(site.name)
        ? edited(site, { role: "observed", value: values.get(site.name) })
        : site,
    )

/**
 * One draw of all summed-out sites from p(k | x), each given those before it.
 * @example posteriorDraws(marginalize(mixture, "component"), [points], { seed: 1 }).component   // [n]
 */
export const posteriorDraws = <P extends Program<any>>(
  program: P,
  args: ArgumentsOf<P>,
  options: DiscreteOptions = {},
): BySite =>
  kept(() => {
    const drawn = new Map<string, Tensor>()
    const names = summedEntries(record(program, args, contextOf(options))).map((entry) => entry.name)
    for (const name of names) {
      const [entry, probabilities] = derivatives(settled(program, drawn), args, options, bySum).find(
        ([e]) => e.name === name,
      )!
      const safe = tf.div(probabilities, tf.sum(probabilities, -1, true))
      const index = withChecks(false, () =>
        categorical({ probs: safe }).sample(fold(keyOf(options.seed), name)),
      )
      drawn.set(name, valueAt(entry, index))
    }
    return [...drawn]
  })
