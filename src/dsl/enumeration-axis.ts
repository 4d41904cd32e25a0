/**
 * Axes for values that are summed over. An enumerated site's value holds all its values at once on an axis of its own, to
 * the left of the plates: shape [count, 1 (earlier enumerated sites) …, 1 (plates) …, ...event]. Everything computed from it
 * gains that axis by broadcasting. Left out: the sums (`../inference/enumerate.ts`). Next: `execute.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import type { Elimination } from "./elimination.js"
import type { Site } from "./site.js"
import { siteError } from "./site-error.js"

/** The axis of one enumerated site. */
export interface EnumerationAxis {
  readonly name: string
  /** How many values the site has. */
  readonly count: number
  /** Which axis it has, from 0; sites that never meet share one. */
  readonly order: number
  /** How many plates the site stands in. */
  readonly depth: number
  /** Whether the model alone has the site (a log-sum-exp) or the guide weighs it (an expectation). */
  readonly side: "model" | "guide"
}

/** The enumerated sites of a run, in order; guide and model share one. `padding` is the depth of the deepest plate. */
export interface Enumeration {
  readonly axes: EnumerationAxis[]
  readonly padding: number
  /** How the model's summed sites share axes, once it is known. */
  readonly elimination?: Elimination | undefined
}

const ones = (count: number): number[] => Array.from({ length: count }, () => 1)

/** A site in some plates is used in deeper ones with an axis of size 1 for each, so its own axis moves left by so many. */
const shift = (axis: EnumerationAxis, depth: number): number =>
  axis.depth === 0 ? 0 : Math.max(0, depth - axis.depth)

/** Room for one site's axis, shifts included. */
const stride = (padding: number): number => Math.max(1, padding)

/** Where the axis lies in a log-density at `depth` plates, counted from the right: 1 is the last axis. */
export const axisFromRight = (axis: EnumerationAxis, depth: number, padding: number): number =>
  padding + 1 + axis.order * stride(padding) + shift(axis, depth)

/** How many values a log-density at `depth` plates holds along the axis: 1 where it does not vary with the site. */
const sizeAlong = (term: Tensor, axis: EnumerationAxis, depth: number, padding: number): number =>
  term.shape[term.rank - axisFromRight(axis, depth, padding)] ?? 1

/** Whether a log-density at `depth` plates varies along the axis. */
export const varies = (term: Tensor, axis: EnumerationAxis, depth: number, padding: number): boolean =>
  sizeAlong(term, axis, depth, padding) > 1

/** All values of a site, laid along its axis. `values` is what `enumerate()` gave: count first, event last. */
export const layOut = (
  values: Tensor,
  axis: EnumerationAxis,
  eventShape: readonly number[],
  padding: number,
): Tensor => tf.reshape(values, [axis.count, ...ones(axis.order * stride(padding) + padding), ...eventShape])

/** The same tensor, which a program may compute with but not read: it holds all values at once, and an `if` would take one for all. */
export const unreadable = (values: Tensor, site: Site): Tensor => {
  const refuse = (): never => {
    throw siteError(site, {
      code: "enumerated-read",
      problem: "its value was read, but it is summed over: it holds all its values at once",
      fix: 'compute with the tensor (tf.where, tf.gather) instead of branching on a number, or draw it: { gradient: "score" }',
    })
  }
  for (const name of ["dataSync", "data", "arraySync", "array"])
    Object.defineProperty(values, name, { value: refuse, configurable: true })
  return values
}

/**
 * A log-density laid out for `from` plates, laid out for `to` instead: every enumerated axis goes where that depth has it. Plates
 * it loses must have been summed already (size 1); plates it gains have size 1.
 */
export const relaid = (term: Tensor, { axes, padding }: Enumeration, from: number, to: number): Tensor => {
  if (from === to) return term
  const sizes = new Map<number, number>()
  for (const axis of axes) {
    const size = sizeAlong(term, axis, from, padding)
    if (size > 1) sizes.set(axisFromRight(axis, to, padding), size)
  }
  const plates = term.shape.slice(Math.max(0, term.rank - from))
  const tail = to < from ? plates.slice(0, to) : [...plates, ...ones(to - from)]
  const left = Math.max(to, ...sizes.keys()) - to
  const enumerated = Array.from({ length: left }, (_, i) => sizes.get(left - i + to) ?? 1)
  return tf.reshape(term, [...enumerated, ...tail])
}
