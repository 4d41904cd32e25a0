/**
 * The beta-binomial distribution: binomial counts whose chance is a beta draw. Left out: more than two classes
 * (`dirichlet-multinomial.ts`). Next: `binomial.ts`.
 */
import { fold, type Key, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { logStandardGamma } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { onSupport } from "./count-density.js"
import { binomialQuantile } from "./count-quantile.js"
import { compoundLogMass } from "./dirichlet-multinomial.js"
import { type Distribution, distribution } from "./distribution.js"
import { broadcastBatch, parameter } from "./parameter.js"
import type { Broadcast } from "./rank.js"
import { integerInterval, nonNegativeInteger, positive } from "./support.js"

/**
 * A beta-binomial distribution; its draws are plain tensors, for an enumerated value has more axes than a drawn one.
 */
export type BetaBinomial<P extends TensorLike> = Distribution<Tensor, "boundedInteger", Broadcast<P>>

/** A chance drawn from the beta distribution, without a gradient. */
const chance = (a: Tensor, b: Tensor, key: Key, shape: Shape): Tensor => {
  const one = logStandardGamma(fold(key, "one"), stopGradient(a), shape)
  const zero = logStandardGamma(fold(key, "zero"), stopGradient(b), shape)
  return tf.sigmoid(tf.sub(one, zero))
}

/** Two numbers an entry, on a new last axis. */
const paired = (one: Tensor, zero: Tensor): Tensor => {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(one.shape, zero.shape)
  const none = tf.zeros(shape)
  return tf.stack([tf.add(one, none), tf.add(zero, none)], shape.length)
}

/**
 * The beta-binomial distribution, log p(x) = log (n choose x) + log B(x + a, n - x + b) - log B(a, b) for x = 0 … n, with
 * n = `totalCount` (1 where not given), a = `concentration1` and b = `concentration0`.
 *
 * Draws are float32 counts; the estimator is the score function.
 * @throws DistributionError where a concentration is not positive or `totalCount` is not a whole number from 0 up.
 * @example betaBinomial({ concentration1: 1, concentration0: 1, totalCount: 4 }).logProb(2)   // -log 5
 */
export const betaBinomial = <
  A extends TensorLike,
  B extends TensorLike,
  N extends TensorLike = number,
>(named: {
  readonly concentration1: A
  readonly concentration0: B
  readonly totalCount?: N
}): BetaBinomial<A | B | N> => {
  const a = parameter("betaBinomial", "concentration1", named.concentration1, positive)
  const b = parameter("betaBinomial", "concentration0", named.concentration0, positive)
  const count = parameter("betaBinomial", "totalCount", named.totalCount ?? 1, nonNegativeInteger)
  const n = tf.cast(count, "float32")
  const batchShape = broadcastBatch("betaBinomial", [a, 0], [b, 0], [n, 0])
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape])
  const support = integerInterval(0, n)
  const total = tf.add(a, b)
  const mean = tf.mul(n, tf.div(a, total))
  return distribution<"boundedInteger">({
    family: "betaBinomial",
    parameters: { concentration1: a, concentration0: b, totalCount: count },
    support,
    batchShape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => binomialQuantile(uniform(fold(key, "count"), shape), n, chance(a, b, key, shape)),
    logDensity: onSupport(support, (x) => compoundLogMass(paired(x, tf.sub(n, x)), paired(a, b))),
    mean: () => over(mean),
    variance: () => {
      const spread = tf.div(tf.add(total, n), tf.add(total, 1))
      return over(tf.mul(tf.mul(mean, tf.div(b, total)), spread))
    },
  }) as BetaBinomial<A | B | N>
}
