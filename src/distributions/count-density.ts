/** What families of counts share: scoring only whole numbers inside the support, and binomial coefficients. Next: `poisson.ts`. */
import { elementwise } from "../engine/elementwise.js"
import { inDouble } from "../engine/native-double.js"
import { lgamma } from "../engine/special/double/gamma.js"
import { digammaDifference } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Support } from "./support.js"

/** A log-mass where `support` holds the value, -Infinity elsewhere; the formula sees 0 there, so that nothing in it is NaN. */
export const onSupport =
  (support: Support, logMass: (x: Tensor) => Tensor) =>
  (value: Tensor): Tensor => {
    const x = tf.cast(value, "float32")
    const inside = support.contains(x)
    return tf.where(inside, logMass(tf.where(inside, x, 0)), Number.NEGATIVE_INFINITY)
  }

/** log (n choose k) for real n and k with 0 <= k <= n, elementwise: what a count of arrangements weighs, exact to float32. */
export const logChoose = elementwise({
  name: "LatentlyLogChoose",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [n, k]) => {
      const factorial = (x: typeof n): NonNullable<typeof n> => ops.call("Lgamma", ops.add(x!, 1))
      return ops.sub(ops.sub(factorial(n), factorial(k)), factorial(ops.sub(n!, k!)))
    }),
  scalar: (n, k) => lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1),
  gradient: (dy, [n, k]) => {
    const rest = (): Tensor => tf.add(tf.sub(n!, k!), 1)
    return [
      () => tf.mul(dy, digammaDifference(rest(), k!)),
      () => tf.mul(dy, digammaDifference(tf.add(k!, 1), tf.sub(tf.sub(n!, k!), k!))),
    ]
  },
})

/** x / y where x is not 0, else 0 whatever y is: the slope of x log y. */
export const slopeOfLog = (x: Tensor, y: Tensor): Tensor => {
  const none = tf.equal(x, 0)
  return tf.where(none, 0, tf.div(x, tf.where(none, 1, y)))
}
