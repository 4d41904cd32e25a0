/** The continuous uniform distribution. Next: `truncated-normal.ts`. */
import { uniform as standardUniform } from "../engine/random.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { parameter } from "./parameter.js"
import { logQuotient } from "./quotient.js"
import { interval, real, type Support } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

/** The domain of an upper bound: numbers above the lower one, Infinity among them where `unbounded`. */
export const aboveLow = (low: Tensor, unbounded = false): Support<"real"> => ({
  ...real,
  text: unbounded ? "(low, ∞]" : "(low, ∞)",
  contains: (x) =>
    tf.logicalAnd(tf.greater(x, low), unbounded ? tf.greater(x, Number.NEGATIVE_INFINITY) : tf.isFinite(x)),
})

/**
 * The uniform distribution, log p(x) = -log(high - low) for low ≤ x ≤ high, both ends included.
 *
 * 0 and 1 where not given. Draws are pathwise: low + (high - low)·u.
 * @throws DistributionError unless low < high, both finite, or where the shapes do not broadcast.
 * @example uniform({ low: -1, high: 3 }).logProb(3)                    // -1.3862944
 */
export function uniform<L extends TensorLike, H extends TensorLike>(
  low: L,
  high: H,
): Univariate<L | H, "interval">
export function uniform<L extends TensorLike = number, H extends TensorLike = number>(named: {
  readonly low?: L
  readonly high?: H
}): Univariate<L | H, "interval">
export function uniform(...args: readonly unknown[]): Distribution<Tensor, "interval"> {
  const read = readParameters("uniform", args, { low: [real, 0], high: [real, 1] })
  const { parameters, batchShape, over } = read
  const { low, high } = parameters
  parameter("uniform", "high", over(high), aboveLow(over(low)))
  const width = tf.sub(high, low)
  const support = interval(low, high)
  const share = (x: Tensor): Tensor => tf.div(tf.sub(x, low), width)
  return distribution<"interval">({
    family: "uniform",
    parameters,
    support,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => {
      const u = standardUniform(key, shape)
      return tf.add(tf.mul(tf.sub(1, u), low), tf.mul(u, high))
    },
    logDensity: within(support, low, (x) => tf.sub(tf.zerosLike(x), tf.log(width))),
    mean: () => over(tf.add(tf.mul(0.5, low), tf.mul(0.5, high))),
    variance: () => over(tf.div(tf.square(width), 12)),
    mode: () => over(tf.add(tf.mul(0.5, low), tf.mul(0.5, high))),
    entropy: () => over(tf.log(width)),
    cdf: (x) => tf.clipByValue(share(x), 0, 1),
    icdf: (p) => tf.add(low, tf.mul(width, p)),
  })
}

/** log of the ratio of the widths where q covers p, else Infinity. */
registerKl("uniform", "uniform", (p, q) => {
  const { low, high } = p.parameters as { low: Tensor; high: Tensor }
  const { low: toLow, high: toHigh } = q.parameters as { low: Tensor; high: Tensor }
  const covered = tf.logicalAnd(tf.lessEqual(toLow, low), tf.greaterEqual(toHigh, high))
  const ratio = logQuotient(tf.sub(toHigh, toLow), tf.sub(high, low))
  return tf.where(covered, ratio, Number.POSITIVE_INFINITY)
})
