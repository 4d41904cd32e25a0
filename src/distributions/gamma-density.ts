/**
 * The log-density of the gamma distribution in float32, fast and without the cancellation of its textbook form: for a
 * concentration above 1 it is measured down from its peak. Next: `gamma.ts`.
 */
import { sumToShape } from "../engine/elementwise.js"
import { digamma } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { fromFormula } from "./formula.js"

/**
 * What does not depend on x, in double precision: for k = a - 1 > 0 the peak's own log-density k log k - k - log Γ(a) +
 * log b, else a log b - log Γ(a).
 */
const peak = fromFormula("LatentlyGammaPeak", 2, (o, a, b) => {
  const k = o.sub(a, 1)
  const safe = o.max(k, 1e-300)
  const peaked = o.sub(o.add(o.sub(o.mul(safe, o.log(safe)), safe), o.log(b)), o.lgamma(a))
  return o.whereLess(0, k, peaked, o.sub(o.mul(a, o.log(b)), o.lgamma(a)))
})

/** k log(b/k) for k = a - 1 > 0, else 0: brings log x to log(x/mode). */
const modeShift = fromFormula("LatentlyGammaModeShift", 2, (o, a, b) => {
  const k = o.sub(a, 1)
  return o.whereLess(0, k, o.mul(k, o.log(o.div(b, o.max(k, 1e-300)))), 0)
})

/** peak - (bx - k) + k log(bx/k) for k > 0; near the mode the logarithm is of 1 + δ with δ = (bx - k)/k. */
const forward = (a: Tensor, b: Tensor, x: Tensor): Tensor => {
  const k = tf.sub(a, 1)
  const above = tf.maximum(k, 0)
  const excess = tf.sub(tf.mul(b, x), above)
  const near = tf.less(tf.abs(excess), tf.mul(0.5, above))
  const relative = tf.div(excess, tf.maximum(above, 1e-30))
  // a factor x⁰ is 1 at x = 0 too: there the logarithm must stay finite
  const floor = tf.mul(tf.cast(tf.equal(k, 0), "float32"), 1e-37)
  const direct = tf.add(tf.mul(k, tf.log(tf.maximum(x, floor))), modeShift(a, b))
  const powers = tf.where(near, tf.mul(k, tf.log1p(relative)), direct)
  return tf.add(tf.sub(peak(a, b), excess), powers)
}

/** 1/x and log x, but 0 at 0: the density's factor x^(a-1) has no slope to give there. */
const reciprocalOrZero = (x: Tensor): Tensor => tf.divNoNan(tf.onesLike(x), x)

const logOrZero = (x: Tensor): Tensor => {
  const zero = tf.cast(tf.equal(x, 0), "float32")
  return tf.log(tf.add(x, zero))
}

const backward = (dy: Tensor, a: Tensor, b: Tensor, x: Tensor): Tensor[] => {
  const byConcentration = tf.sub(logOrZero(x), tf.sub(digamma(a), tf.log(b)))
  const byRate = tf.sub(tf.div(a, b), x)
  const byValue = tf.sub(tf.mul(tf.sub(a, 1), reciprocalOrZero(x)), b)
  return [
    sumToShape(tf.mul(dy, byConcentration), a.shape),
    sumToShape(tf.mul(dy, byRate), b.shape),
    sumToShape(tf.mul(dy, byValue), x.shape),
  ]
}

type Save = (tensors: Tensor[]) => void

/** a log b + (a-1) log x - b x - log Γ(a) for x ≥ 0. */
export const gammaLogDensity = (concentration: Tensor, rate: Tensor, value: Tensor): Tensor => {
  const density = tf.customGrad(((a: Tensor, b: Tensor, x: Tensor, save: Save) => {
    save([a, b, x])
    const gradFunc = (dy: Tensor, [a, b, x]: Tensor[]): Tensor[] => backward(dy, a!, b!, x!)
    return { value: forward(a, b, x), gradFunc }
  }) as never) as (a: Tensor, b: Tensor, x: Tensor) => Tensor
  return density(concentration, rate, value)
}
