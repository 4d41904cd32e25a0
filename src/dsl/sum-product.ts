/**
 * Summing enumerated sites out of a joint: log Σ_k exp Σ terms, one site at a time, the last one first. Only the terms that
 * hold a site are touched, so the cost follows the structure and not the product of all sites. Left out: which sites share an
 * axis (`elimination.ts`). Next: `trace.ts`.
 */
import { logSumExp } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { axisFromRight, type Enumeration, type EnumerationAxis, relaid, varies } from "./enumeration-axis.js"
import { type PlateFrame, plateScale } from "./plate-frame.js"
import { ModelError } from "./site-error.js"

/** A log-factor: its tensor [enumerated …, ...plates], the plates it stands in, and a scale beyond theirs. */
export interface Term {
  /** The sites it stands for: one, or all that were summed together. */
  readonly names: readonly string[]
  readonly value: Tensor
  readonly plates: readonly PlateFrame[]
  /** Of `scale` handlers alone; the plates' own scale follows from `plates`. */
  readonly scale: number
}

const lastAxes = (rank: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => rank - count + i)

const prefixOf = (outer: readonly PlateFrame[], inner: readonly PlateFrame[]): boolean =>
  outer.every((plate, i) => plate.name === inner[i]?.name)

const refuse = (axis: EnumerationAxis, term: Term, why: string, fix: string): never => {
  throw new ModelError(
    "cannot-marginalize",
    `site '${axis.name}' cannot be summed out: '${term.names.join("', '")}' ${why}\n  fix: ${fix}`,
    axis.name,
  )
}

/** Whether a term holds an enumerated site: by the plan of the sum, or else by its shape. */
export const touches = (term: Term, axis: EnumerationAxis, { elimination, padding }: Enumeration): boolean =>
  elimination?.axes.has(axis.name)
    ? term.names.some((name) => elimination.factors.get(name)?.has(axis.name))
    : varies(term.value, axis, term.plates.length, padding)

/**
 * A term's tensor with its deeper plates summed, so that it stands at the depth of the site to be summed out.
 * @throws ModelError where that would not be exact.
 */
export const liftedTo = (
  term: Term,
  axis: EnumerationAxis,
  plates: readonly PlateFrame[],
  enumeration: Enumeration,
): Tensor => {
  if (!prefixOf(plates, term.plates))
    refuse(axis, term, "stands outside the site's plates and depends on it", "move it into the plate")
  const deeper = term.plates.slice(plates.length)
  if (plateScale(deeper) !== 1)
    refuse(
      axis,
      term,
      "stands in a plate of which only a batch is seen",
      "let fit batch only plates around the site: batch: { plate: size }",
    )
  if (term.scale !== 1)
    refuse(
      axis,
      term,
      "is scaled by a handler, and a sum of powers is not a power of the sum",
      "apply scale outside marginalize",
    )
  if (deeper.length === 0) return term.value
  const summed = tf.sum(term.value, lastAxes(term.value.rank, deeper.length), true)
  return relaid(summed, enumeration, term.plates.length, plates.length)
}

/** What a site is summed out by: the log of a sum of exponentials, or their largest (which gives the likeliest values). */
export type Reduction = (joint: Tensor, axis: number) => Tensor

/** log Σ exp along an axis. */
export const bySum: Reduction = (joint, axis) => logSumExp(joint, axis, true)

/** The largest along an axis. */
export const byLargest: Reduction = (joint, axis) => tf.max(joint, axis, true)

const sumOut = (
  terms: readonly Term[],
  axis: EnumerationAxis,
  plates: readonly PlateFrame[],
  enumeration: Enumeration,
  reduce: Reduction,
): Term[] => {
  const { padding } = enumeration
  const touched = terms.filter((term) => touches(term, axis, enumeration))
  const rest = terms.filter((term) => !touched.includes(term))
  const joint = touched
    .map((term) => liftedTo(term, axis, plates, enumeration))
    .reduce((a, b) => tf.add(a, b))
  const place = joint.rank - axisFromRight(axis, plates.length, padding)
  const value = reduce(joint, place)
  const trimmed = trimLeft(value, plates.length)
  return [...rest, { names: touched.flatMap((term) => term.names), value: trimmed, plates, scale: 1 }]
}

/** Drops leading axes of size 1 that no plate owns. */
const trimLeft = (value: Tensor, depth: number): Tensor => {
  let extra = 0
  while (value.rank - extra > depth && value.shape[extra] === 1) extra++
  return extra === 0 ? value : tf.reshape(value, value.shape.slice(extra))
}

/**
 * The terms left after summing out every site that the model alone has.
 * @throws ModelError where a sum would not be the marginal: a term outside the site's plates, a batch below it, a scaled term.
 */
export const sumProduct = (
  terms: readonly Term[],
  enumeration: Enumeration,
  platesOf: (axis: EnumerationAxis) => readonly PlateFrame[],
  reduce: Reduction = bySum,
): Term[] =>
  [...enumeration.axes]
    .reverse()
    .filter((axis) => axis.side === "model" && axis.count > 1)
    .reduce<Term[]>((left, axis) => sumOut(left, axis, platesOf(axis), enumeration, reduce), [...terms])

/** A term's total: summed over everything and scaled for the rows not seen. */
export const total = (term: Term): Tensor => {
  const sum = tf.sum(term.value)
  const scale = term.scale * plateScale(term.plates)
  return scale === 1 ? sum : tf.mul(sum, scale)
}
