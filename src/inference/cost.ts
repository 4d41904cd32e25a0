/**
 * Costs: the terms of an ELBO, their weights over exactly summed sites, and what of them one site's rows answer for.
 * Next: `elbo.ts`, where they are put together.
 */
import {
  axisFromRight,
  type Enumeration,
  type EnumerationAxis,
  relaid,
  varies,
} from "../dsl/enumeration-axis.js"
import { type PlateFrame, plateScale } from "../dsl/plate-frame.js"
import { ModelError } from "../dsl/site-error.js"
import type { Term } from "../dsl/sum-product.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** The log-weight of an exactly summed site: log q of each of its values, and the plates it stands in. */
export interface Weight {
  readonly axis: EnumerationAxis
  readonly logWeight: Tensor
  readonly plates: readonly PlateFrame[]
}

/** The axes a term varies along, and those their weights vary along in turn. */
const closure = (term: Term, weights: readonly Weight[], padding: number): Weight[] => {
  const needed = weights.filter(({ axis }) => varies(term.value, axis, term.plates.length, padding))
  for (const weight of needed)
    for (const other of weights)
      if (!needed.includes(other) && varies(weight.logWeight, other.axis, weight.plates.length, padding))
        needed.push(other)
  return needed
}

/** A weight laid beside a term that stands in deeper plates: axes of size 1 for those. */
const aligned = (weight: Weight, term: Term, enumeration: Enumeration): Tensor => {
  const extra = term.plates.length - weight.plates.length
  if (extra < 0)
    throw new ModelError(
      "cannot-enumerate",
      `site '${weight.axis.name}' cannot be summed over exactly: '${term.names.join("', '")}' stands outside its plates and depends on all its rows together\n` +
        '  fix: say { gradient: "score" } at the site in the guide',
      weight.axis.name,
    )
  return relaid(weight.logWeight, enumeration, weight.plates.length, term.plates.length)
}

/** A term averaged over every exactly summed site, under the guide's weights: shape [...plates]. */
export const expected = (term: Term, weights: readonly Weight[], enumeration: Enumeration): Tensor => {
  const needed = closure(term, weights, enumeration.padding)
  if (needed.length === 0) return trimmed(term.value, term.plates.length)
  const logWeight = needed.map((weight) => aligned(weight, term, enumeration)).reduce((a, b) => tf.add(a, b))
  const weighed = tf.mul(tf.exp(logWeight), safe(term.value))
  const axes = needed.map(
    ({ axis }) => weighed.rank - axisFromRight(axis, term.plates.length, enumeration.padding),
  )
  return trimmed(tf.sum(weighed, axes, true), term.plates.length)
}

/** 0 · -∞ counts as 0: an impossible value costs nothing where the guide gives it no weight. */
const safe = (value: Tensor): Tensor => tf.maximum(value, -1e30)

const trimmed = (value: Tensor, depth: number): Tensor =>
  value.rank <= depth ? value : tf.reshape(value, value.shape.slice(value.rank - depth))

/** How many plates, from the outermost, two places have in common. */
export const commonDepth = (a: readonly PlateFrame[], b: readonly PlateFrame[]): number => {
  let depth = 0
  while (depth < a.length && a[depth]?.name === b[depth]?.name) depth++
  return depth
}

/**
 * What rows of a site answer for in a cost: the cost's rows of the plates they share, its other plates summed, scaled, shape
 * [shared …, 1 …] against the site's plates. Rows of one plate are independent given what stands outside, so a row's draw
 * answers for its own rows alone (Rao-Blackwell by plate).
 */
export const rowCost = (cost: Tensor, term: Term, plates: readonly PlateFrame[]): Tensor => {
  const shared = commonDepth(plates, term.plates)
  const axes = Array.from({ length: term.plates.length - shared }, (_, i) => shared + i)
  const summed = axes.length === 0 ? cost : tf.sum(cost, axes)
  const scale = term.scale * plateScale(term.plates)
  const shaped = tf.reshape(summed, [
    ...summed.shape,
    ...Array.from({ length: plates.length - shared }, () => 1),
  ])
  return scale === 1 ? shaped : tf.mul(shaped, scale)
}

/** A cost's total, scaled for the rows not seen. */
export const totalCost = (cost: Tensor, term: Term): Tensor => {
  const scale = term.scale * plateScale(term.plates)
  return scale === 1 ? tf.sum(cost) : tf.mul(tf.sum(cost), scale)
}
