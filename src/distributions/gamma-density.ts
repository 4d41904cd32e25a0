/**
 * The log-density of the gamma distribution in float32, fast and without the cancellation of its textbook form: for a
 * concentration above 1 it is measured down from its peak. Next: `gamma.ts`.
 */
import { broadcastShape, sumToShape } from "../engine/elementwise.js"
import { digamma } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { gammaPeak } from "./gamma-peak.js"

/** Below this the product bx is scaled up before its logarithm is taken: machine code of XLA has no numbers below 2⁻¹²⁶. */
const tiny = 2 ** -100

/** k log(bx/k) for k > 0, else k log x; 0 for k = 0 whatever x. */
const powers = (k: Tensor, b: Tensor, x: Tensor): Tensor => {
  const product = tf.mul(b, x)
  const peaked = tf.greater(k, 0)
  const low = tf.cast(tf.less(product, tiny), "float32")
  const scaled = tf.mul(tf.mul(x, tf.add(tf.mul(low, 1 / tiny - 1), 1)), b)
  const shape = broadcastShape(k.shape, product.shape)
  const all = tf.broadcastTo(peaked, shape)
  const argument = tf.where(all, tf.div(scaled, tf.where(peaked, k, tf.onesLike(k))), x)
  const shift = tf.mul(low, Math.log(tiny))
  // a factor x⁰ is 1 at x = 0 too: there the logarithm must stay finite
  const floor = tf.mul(tf.cast(tf.equal(k, 0), "float32"), 1e-37)
  const logarithm = tf.log(tf.maximum(argument, floor))
  return tf.mul(k, tf.add(logarithm, tf.mul(tf.cast(all, "float32"), shift)))
}

/** peak - (bx - k) + k log(bx/k) for k > 0; near the mode the logarithm is of 1 + δ with δ = (bx - k)/k. */
const forward = (a: Tensor, b: Tensor, x: Tensor): Tensor => {
  const k = tf.sub(a, 1)
  const above = tf.maximum(k, 0)
  const excess = tf.sub(tf.mul(b, x), above)
  const near = tf.less(tf.abs(excess), tf.mul(0.5, above))
  const relative = tf.div(excess, tf.maximum(above, 1e-30))
  const power = tf.where(near, tf.mul(k, tf.log1p(relative)), powers(k, b, x))
  return tf.add(tf.sub(gammaPeak(a, b), excess), power)
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
