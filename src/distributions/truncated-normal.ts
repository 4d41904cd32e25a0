/**
 * The normal distribution between two bounds. Left out: its mass and quantile in double precision
 * (`normal-interval.ts`). Next: `weibull.ts`.
 */
import { uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import {
  finiteProduct,
  intervalQuantile,
  intervalVariance,
  logIntervalMass,
  lowerHazard,
  upperHazard,
} from "./normal-interval.js"
import { parameter } from "./parameter.js"
import { standardized } from "./quotient.js"
import { interval, positive, real, type Support } from "./support.js"
import { aboveLow } from "./uniform.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

const bound: Support<"real"> = { ...real, text: "[-∞, ∞]", contains: (x) => tf.logicalNot(tf.isNaN(x)) }

interface Ends {
  readonly low: Tensor
  readonly high: Tensor
}

/** A bound in units of the scale; an infinite one stays as it is, and takes no part in the gradient. */
const standardBound = (end: Tensor, loc: Tensor, scale: Tensor): Tensor => {
  const finite = tf.isFinite(stopGradient(end))
  return tf.where(finite, standardized(tf.where(finite, end, loc), loc, scale), end)
}

const entropy = ({ low, high }: Ends, scale: Tensor): Tensor => {
  const slopes = tf.sub(
    finiteProduct(low, lowerHazard(low, high)),
    finiteProduct(high, upperHazard(low, high)),
  )
  const whole = tf.add(logIntervalMass(low, high), tf.log(scale))
  return tf.add(tf.add(whole, tf.mul(0.5, slopes)), halfLogTwoPi + 0.5)
}

/**
 * The truncated normal distribution: normal(loc, scale) given low ≤ x ≤ high, ends included;
 * log p(x) = -½z² - log scale - ½ log 2π - log(Φ(β) - Φ(α)), with α, β the standardized bounds.
 *
 * `scale` above 0, low < high; either bound may be infinite, and is where not given (`loc` 0, `scale` 1). Exact far into a
 * tail. Draws are pathwise by the quantile.
 * @throws DistributionError where `scale` is not positive, low ≥ high, or the shapes do not broadcast.
 * @example truncatedNormal({ loc: 0, scale: 1, low: 0 }).mean                    // 0.7978846
 */
export function truncatedNormal<
  L extends TensorLike,
  S extends TensorLike,
  A extends TensorLike,
  B extends TensorLike,
>(loc: L, scale: S, low: A, high: B): Univariate<L | S | A | B, "interval">
export function truncatedNormal<
  L extends TensorLike = number,
  S extends TensorLike = number,
  A extends TensorLike = number,
  B extends TensorLike = number,
>(named: {
  readonly loc?: L
  readonly scale?: S
  readonly low?: A
  readonly high?: B
}): Univariate<L | S | A | B, "interval">
export function truncatedNormal(...args: readonly unknown[]): Distribution<Tensor, "interval"> {
  const read = readParameters("truncatedNormal", args, {
    loc: [real, 0],
    scale: [positive, 1],
    low: [bound, Number.NEGATIVE_INFINITY],
    high: [bound, Number.POSITIVE_INFINITY],
  })
  const { parameters, batchShape, over } = read
  const { loc, scale, low, high } = parameters
  parameter("truncatedNormal", "high", over(high), aboveLow(over(low), true))
  const ends = { low: standardBound(low, loc, scale), high: standardBound(high, loc, scale) }
  const support = interval(low, high)
  const inBounds = (x: Tensor): Tensor => tf.minimum(tf.maximum(x, low), high)
  const unstandardized = (z: Tensor): Tensor => inBounds(tf.add(loc, tf.mul(scale, z)))
  return distribution<"interval">({
    family: "truncatedNormal",
    parameters,
    support,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => unstandardized(intervalQuantile(ends.low, ends.high, uniform(key, shape))),
    logDensity: within(support, loc, (x) => {
      const z = standardized(x, loc, scale)
      const normalizer = tf.add(tf.add(tf.log(scale), halfLogTwoPi), logIntervalMass(ends.low, ends.high))
      return tf.sub(tf.mul(tf.square(z), -0.5), normalizer)
    }),
    mean: () =>
      over(
        tf.add(
          loc,
          tf.mul(scale, tf.sub(lowerHazard(ends.low, ends.high), upperHazard(ends.low, ends.high))),
        ),
      ),
    variance: () => over(tf.mul(tf.square(scale), intervalVariance(ends.low, ends.high))),
    mode: () => over(inBounds(loc)),
    entropy: () => over(entropy(ends, scale)),
    cdf: (x) => {
      const z = standardBound(inBounds(x), loc, scale)
      return tf.exp(tf.sub(logIntervalMass(ends.low, z), logIntervalMass(ends.low, ends.high)))
    },
    icdf: (p) => unstandardized(intervalQuantile(ends.low, ends.high, p)),
  })
}
