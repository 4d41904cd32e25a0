/** What families of counts share: scoring only whole numbers inside the support. Next: `poisson.ts`. */
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Support } from "./support.js"

/**
 * A log-mass where `support` holds the value, -Infinity elsewhere; the formula sees 0 there, so that nothing in it
 * is NaN.
 */
export const onSupport =
  (support: Support, logMass: (x: Tensor) => Tensor) =>
  (value: Tensor): Tensor => {
    const x = tf.cast(value, "float32")
    const inside = support.contains(stopGradient(x))
    return tf.where(inside, logMass(tf.where(inside, x, 0)), Number.NEGATIVE_INFINITY)
  }

/** x / y where x is not 0, else 0 whatever y is: the slope of x log y. */
export const slopeOfLog = (x: Tensor, y: Tensor): Tensor => {
  const none = tf.equal(x, 0)
  return tf.where(none, 0, tf.div(x, tf.where(none, 1, y)))
}
