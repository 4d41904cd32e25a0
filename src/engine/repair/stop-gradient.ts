/** A value as a constant: the tape sees an operation whose gradient is zero. Next: `index.ts`. */
import { type Tensor, tf } from "../tensor.js"

const stop = tf.customGrad((x) => ({
  value: tf.clone(x as Tensor),
  gradFunc: (dy: Tensor) => tf.zerosLike(dy),
}))

/**
 * The same value with no gradient to what it was computed from.
 * @example tf.grad((x) => tf.mul(x, stopGradient(x)))(tf.scalar(3))   // 3
 */
export const stopGradient = (x: Tensor): Tensor => stop(x)
