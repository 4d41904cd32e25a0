/** What families of counts share: scoring only whole numbers inside the support, and binomial coefficients. Next: `poisson.ts`. */
import { stopGradient } from "../engine/repair/index.js"
import { digammaDifference } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { fromFormula } from "./formula.js"
import type { Support } from "./support.js"

/** A log-mass where `support` holds the value, -Infinity elsewhere; the formula sees 0 there, so that nothing in it is NaN. */
export const onSupport =
  (support: Support, logMass: (x: Tensor) => Tensor) =>
  (value: Tensor): Tensor => {
    const x = tf.cast(value, "float32")
    const inside = support.contains(stopGradient(x))
    return tf.where(inside, logMass(tf.where(inside, x, 0)), Number.NEGATIVE_INFINITY)
  }

/** log (n choose k) for real n and k with 0 <= k <= n, elementwise: what a count of arrangements weighs, exact to float32. */
export const logChoose = fromFormula(
  "LatentlyLogChoose",
  2,
  (o, n, k) => {
    const ways = o.sub(o.lgamma(o.add(n, 1)), o.lgamma(o.add(k, 1)))
    return o.sub(ways, o.lgamma(o.add(o.sub(n, k), 1)))
  },
  (dy, [n, k]) => {
    const rest = (): Tensor => tf.sub(n!, k!)
    return [
      () => tf.mul(dy, digammaDifference(tf.add(rest(), 1), k!)),
      () => tf.mul(dy, digammaDifference(tf.add(k!, 1), tf.sub(rest(), k!))),
    ]
  },
)

/** x / y where x is not 0, else 0 whatever y is: the slope of x log y. */
export const slopeOfLog = (x: Tensor, y: Tensor): Tensor => {
  const none = tf.equal(x, 0)
  return tf.where(none, 0, tf.div(x, tf.where(none, 1, y)))
}
