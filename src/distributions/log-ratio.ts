/** The terms of a Kullback-Leibler divergence between discrete distributions. Next: `kl.ts`. */
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"

/**
 * p (log p - log q), elementwise, from p and the two logarithms: 0 where p is 0 (never 0·∞), +Infinity where q is 0 and p
 * is not. The gradient is 0 where p is 0.
 */
export const expectedLogRatio = (p: Tensor, logP: Tensor, logQ: Tensor): Tensor => {
  const ratio = tf.sub(logP, logQ)
  const possible = tf.broadcastTo(tf.greater(stopGradient(p), 0), ratio.shape)
  return tf.mul(p, tf.where(possible, ratio, tf.zerosLike(ratio)))
}
