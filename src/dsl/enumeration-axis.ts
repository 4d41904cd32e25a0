/**
 * Axes for values that are summed over. An enumerated site's value holds all its values at once on an axis of its own, to
 * the left of the plates: shape [count, 1 (earlier enumerated sites) …, 1 (plates) …, ...event]. Everything computed from it
 * gains that axis by broadcasting. Left out: the sums (`../inference/enumerate.ts`). Next: `execute.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"

/** The axis of one enumerated site. */
export interface EnumerationAxis {
  readonly name: string
  /** How many values the site has. */
  readonly count: number
  /** Its place among the run's enumerated sites, from 0. */
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
}

const ones = (count: number): number[] => Array.from({ length: count }, () => 1)

/** A site outside all plates meets terms of any depth, so it keeps clear of the deepest. */
const clearance = (axis: EnumerationAxis, depth: number, padding: number): number =>
  axis.depth === 0 ? padding : depth

/** Where the axis lies in a log-density at `depth` plates, counted from the right: 1 is the last axis. */
export const axisFromRight = (axis: EnumerationAxis, depth: number, padding: number): number =>
  clearance(axis, depth, padding) + axis.order + 1

/** Whether a log-density at `depth` plates varies along the axis. */
export const varies = (term: Tensor, axis: EnumerationAxis, depth: number, padding: number): boolean => {
  const place = term.rank - axisFromRight(axis, depth, padding)
  return place >= 0 && term.shape[place]! > 1
}

/** All values of a site, laid along its axis. `values` is what `enumerate()` gave: count first, event last. */
export const layOut = (
  values: Tensor,
  axis: EnumerationAxis,
  eventShape: readonly number[],
  padding: number,
): Tensor =>
  tf.reshape(values, [axis.count, ...ones(axis.order + clearance(axis, axis.depth, padding)), ...eventShape])
