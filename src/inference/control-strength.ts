/**
 * How strongly a control variate is used: the multiple of it that makes the gradient of the logits shortest, learned from
 * earlier steps, so that it never depends on the draw it is used for. Next: `control-variate.ts`.
 */
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** How strongly the control variate is used, from earlier steps: -E[A·B]/E[B·B], drawn to 1 while little is known. */
export const strength = (state: Tensor): Tensor => {
  const [ab, bb, , , weight] = tf.unstack(state) as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const doubt = tf.mul(0.05, tf.divNoNan(tf.sub(1, weight), weight))
  const best = tf.neg(tf.divNoNan(ab, bb))
  const mixed = tf.div(tf.add(best, doubt), tf.add(1, doubt))
  return tf.where(tf.greater(bb, 0), tf.clipByValue(mixed, 0, 2), 1)
}

const kept = 0.99

/** The state after a step: averages that forget at a rate of 0.99, and their weight. */
export const carriedMoments = (state: Tensor, moments: readonly Tensor[]): Tensor => {
  const mean = tf.div(
    moments.reduce((a, b) => tf.add(a, b)),
    moments.length,
  )
  return stopGradient(tf.add(tf.mul(state, kept), tf.mul(tf.concat([mean, tf.ones([1])]), 1 - kept)))
}

/** The state before the first step. */
export const firstMoments = (): Tensor => tf.zeros([5])
