/** Transforms that move entries about: a different transform for each entry, another order, another shape. */
import { DistributionError } from "../../engine/error.js"
import { type Shape, type Tensor, tf } from "../../engine/tensor.js"
import type { Support } from "../support.js"
import { lastSize, realOfRank, sliceLast, type Transform } from "./transform.js"

const same = (shape: Shape): Shape => shape

const mismatch = (text: string): DistributionError => new DistributionError("shape-mismatch", text)

/**
 * Vectors whose entry i goes through `parts[i]`, each a transform of single numbers.
 *
 * @example stack(identity, exp).forward(tf.tensor1d([0, 0]))   // [0, 1]
 * @throws DistributionError where a part is not one of single numbers, or the vector's length is not their count.
 */
export const stack = (...parts: readonly Transform[]): Transform => {
  if (parts.some(({ domain, codomain }) => domain.eventRank + codomain.eventRank > 0))
    throw mismatch("stack takes transforms of single numbers only")
  const each = (x: Tensor, apply: (part: Transform, entry: Tensor, i: number) => Tensor): Tensor => {
    if (lastSize(x) !== parts.length)
      throw mismatch(`stack of ${parts.length} transforms got vectors of length ${lastSize(x)}`)
    return tf.concat(
      parts.map((part, i) => apply(part, sliceLast(x, i, 1), i)),
      -1,
    )
  }
  const support = (side: "domain" | "codomain"): Support => ({
    ...realOfRank(1),
    text: `(${parts.map((part) => part[side].text).join(" × ")})`,
    contains: (x) =>
      tf.all(
        tf.cast(
          each(x, (part, entry) => tf.cast(part[side].contains(entry), "int32")),
          "bool",
        ),
        -1,
      ),
  })
  return {
    name: `stack(${parts.map(({ name }) => name).join(", ")})`,
    domain: support("domain"),
    codomain: support("codomain"),
    forward: (x) => each(x, (part, entry) => part.forward(entry)),
    inverse: (y) => each(y, (part, entry) => part.inverse(entry)),
    logDetJacobian: (x, y) =>
      tf.sum(
        each(x, (part, entry, i) => part.logDetJacobian(entry, sliceLast(y, i, 1))),
        -1,
      ),
    forwardShape: same,
    inverseShape: same,
  }
}

const noChange = (x: Tensor, eventRank: number): Tensor => tf.zeros(x.shape.slice(0, x.rank - eventRank))

/**
 * The entries of vectors in another order: yᵢ = x_{order[i]}; log-determinant 0.
 *
 * @example permute([2, 0, 1]).forward(tf.tensor1d([10, 20, 30]))   // [30, 10, 20]
 * @throws DistributionError where `order` is not an order of 0 … n-1.
 */
export const permute = (order: readonly number[]): Transform => {
  const back = order.map((_, i) => order.indexOf(i))
  if (back.includes(-1))
    throw mismatch(`permute needs every index from 0 to ${order.length - 1} once, got [${order}]`)
  const gather = (x: Tensor, indices: readonly number[]): Tensor =>
    tf.concat(
      indices.map((i) => sliceLast(x, i, 1)),
      -1,
    )
  return {
    name: "permute",
    domain: realOfRank(1),
    codomain: realOfRank(1),
    forward: (x) => gather(x, order),
    inverse: (y) => gather(y, back),
    logDetJacobian: (x) => noChange(x, 1),
    forwardShape: same,
    inverseShape: same,
  }
}

/**
 * Events of shape `from` as events of shape `to`, in row-major order; log-determinant 0.
 *
 * @example reshape([4], [2, 2]).forward(tf.zeros([10, 4])).shape   // [10, 2, 2]
 * @throws DistributionError where the shapes hold different numbers of entries.
 */
export const reshape = (from: Shape, to: Shape): Transform => {
  if (tf.util.sizeFromShape([...from]) !== tf.util.sizeFromShape([...to]))
    throw mismatch(`reshape from [${from.join(", ")}] to [${to.join(", ")}] changes the number of entries`)
  const change = (shape: Shape, before: Shape, after: Shape): Shape => [
    ...shape.slice(0, shape.length - before.length),
    ...after,
  ]
  return {
    name: "reshape",
    domain: realOfRank(from.length),
    codomain: realOfRank(to.length),
    forward: (x) => tf.reshape(x, [...change(x.shape, from, to)]),
    inverse: (y) => tf.reshape(y, [...change(y.shape, to, from)]),
    logDetJacobian: (x) => noChange(x, from.length),
    forwardShape: (shape) => change(shape, from, to),
    inverseShape: (shape) => change(shape, to, from),
  }
}
