/** Reals to numbers between two bounds of which either may be infinite, member by member. Next: `interval.ts`. */
import { stopGradient } from "../../engine/repair/index.js"
import { type Tensor, type TensorLike, tf, toTensor } from "../../engine/tensor.js"
import { interval as between } from "../support.js"
import { affine } from "./affine.js"
import { compose } from "./compose.js"
import { exp } from "./exp.js"
import { identity } from "./identity.js"
import { intervalTransform } from "./interval.js"
import { elementwise, type Transform } from "./transform.js"

/** low + eˣ. */
const aboveLow = (low: TensorLike): Transform => compose(exp, affine({ loc: low, scale: 1 }))

/** high - e⁻ˣ. */
const belowHigh = (high: TensorLike): Transform =>
  compose(affine({ loc: 0, scale: -1 }), exp, affine({ loc: high, scale: -1 }))

/** One transform for each member of a batch: `masks[i]` says where `parts[i]` applies, the last one elsewhere. */
const piecewise = (masks: readonly Tensor[], parts: readonly Transform[], safe: readonly TensorLike[]) => {
  const at = (i: number, x: Tensor): Tensor =>
    i < masks.length ? tf.where(masks[i]!, x, toTensor(safe[i]!)) : x
  return (x: Tensor, apply: (part: Transform, x: Tensor) => Tensor): Tensor =>
    parts.reduceRight<Tensor>(
      (rest, part, i) =>
        i === masks.length ? apply(part, x) : tf.where(masks[i]!, apply(part, at(i, x)), rest),
      x,
    )
}

const byMember = (low: Tensor, high: Tensor): Transform => {
  const [lows, highs] = [tf.isFinite(stopGradient(low)), tf.isFinite(stopGradient(high))]
  const bottom = tf.where(lows, low, tf.zerosLike(low))
  const top = tf.where(highs, high, tf.add(bottom, 1))
  const only = (a: Tensor, b: Tensor): Tensor => tf.logicalAnd(a, tf.logicalNot(b))
  const masks = [tf.logicalAnd(lows, highs), only(lows, highs), only(highs, lows)]
  const parts = [intervalTransform(bottom, top), aboveLow(bottom), belowHigh(top), identity]
  const onX = piecewise(masks, parts, [0, 0, 0])
  const inside = [tf.mul(0.5, tf.add(bottom, top)), tf.add(bottom, 1), tf.sub(top, 1)]
  const onY = piecewise(masks, parts, inside)
  return elementwise({
    name: "bounded",
    codomain: between(low, high),
    forward: (x) => onX(x, (part, z) => part.forward(z)),
    inverse: (y) => onY(y, (part, z) => part.inverse(z)),
    // every part's log-determinant is a function of x alone
    logDetJacobian: (x) => onX(x, (part, z) => part.logDetJacobian(z, z)),
  })
}

/**
 * Onto the numbers between `low` and `high`: `intervalTransform` where both are finite, low + eˣ or high - e⁻ˣ where one
 * is, the identity where none is. Tensors may hold all four cases, one a batch member.
 *
 * @example bounded(2, Infinity).forward(tf.scalar(0))   // 3
 */
export const bounded = (low: TensorLike, high: TensorLike): Transform => {
  if (typeof low !== "number" || typeof high !== "number") return byMember(toTensor(low), toTensor(high))
  if (Number.isFinite(low)) return Number.isFinite(high) ? intervalTransform(low, high) : aboveLow(low)
  return Number.isFinite(high) ? belowHigh(high) : identity
}
