/** The Weibull distribution. Next: `pareto.ts`. */
import { standardExponential } from "../engine/random.js"
import { expm1, lgamma, log1p } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { registerKl } from "./kl.js"
import { logQuotient, quotient } from "./quotient.js"
import { nonNegative, positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const eulerGamma = 0.5772156649015329

/** log k - log λ + (k-1) log(x/λ) - (x/λ)^k for x ≥ 0, in double precision. */
const logDensity = fromFormula(
  "LatentlyWeibullLogDensity",
  3,
  (o, scale, k, x) => {
    const ratio = o.div(x, scale)
    return o.sub(o.add(o.sub(o.log(k), o.log(scale)), o.xlogy(o.sub(k, 1), ratio)), o.pow(ratio, k))
  },
  (dy, inputs) => {
    const [scale, k, x] = inputs as readonly [Tensor, Tensor, Tensor]
    return [
      () => tf.mul(dy, byScale(scale, k, x)),
      () => tf.mul(dy, byConcentration(scale, k, x)),
      () => tf.mul(dy, byValue(scale, k, x)),
    ]
  },
)

/** (k/λ) ((x/λ)^k - 1). */
const byScale = fromFormula("LatentlyWeibullByScale", 3, (o, scale, k, x) =>
  o.mul(o.div(k, scale), o.sub(o.pow(o.div(x, scale), k), 1)),
)

/** 1/k + log(x/λ) (1 - (x/λ)^k), and 1/k at x = 0. */
const byConcentration = fromFormula("LatentlyWeibullByConcentration", 3, (o, scale, k, x) => {
  const ratio = o.div(o.whereLess(0, x, x, scale), scale)
  return o.add(o.div(1, k), o.mul(o.log(ratio), o.sub(1, o.pow(ratio, k))))
})

/** (k-1)/x - (k/λ) (x/λ)^(k-1); at x = 0 only what is finite there: -1/λ for k = 1, else 0. */
const byValue = fromFormula("LatentlyWeibullByValue", 3, (o, scale, k, x) => {
  const safe = o.whereLess(0, x, x, scale)
  const power = o.mul(o.div(k, scale), o.pow(o.div(safe, scale), o.sub(k, 1)))
  const inside = o.sub(o.div(o.sub(k, 1), safe), power)
  const atZero = o.whereLess(0, o.abs(o.sub(k, 1)), 0, o.neg(o.div(1, scale)))
  return o.whereLess(0, x, inside, atZero)
})

/** Γ(1 + n/k). */
const moment = (k: Tensor, n: number): Tensor => tf.exp(lgamma(tf.add(1, tf.div(n, k))))

/** λ² (Γ(1+2/k) - Γ(1+1/k)²), as a product that keeps its digits for large k. */
const variance = (scale: Tensor, k: Tensor): Tensor => {
  const first = lgamma(tf.add(1, tf.div(1, k)))
  const excess = expm1(tf.sub(lgamma(tf.add(1, tf.div(2, k))), tf.mul(2, first)))
  return tf.mul(tf.square(tf.mul(scale, tf.exp(first))), excess)
}

const mode = (scale: Tensor, k: Tensor): Tensor => {
  const peaked = tf.greater(k, 1)
  const safe = tf.where(peaked, k, 2)
  return tf.where(peaked, tf.mul(scale, tf.exp(tf.div(log1p(tf.neg(tf.div(1, safe))), safe))), 0)
}

/** γ (1 - 1/k) + log(λ/k) + 1. */
const entropy = (scale: Tensor, k: Tensor): Tensor =>
  tf.add(tf.add(tf.mul(eulerGamma, tf.sub(1, tf.div(1, k))), logQuotient(scale, k)), 1)

/**
 * The Weibull distribution, log p(x) = log k - log λ + (k-1) log(x/λ) - (x/λ)^k with λ = `scale`, k = `concentration`,
 * for x ≥ 0.
 *
 * Both above 0. Draws are pathwise: λ·E^(1/k) of a standard exponential E.
 * @throws DistributionError where a parameter is not positive or the shapes do not broadcast.
 * @example weibull({ scale: 2, concentration: 1 }).logProb(0)                    // -0.6931472
 */
export function weibull<S extends TensorLike, C extends TensorLike>(
  scale: S,
  concentration: C,
): Univariate<S | C, "positive">
export function weibull<S extends TensorLike, C extends TensorLike>(named: {
  readonly scale: S
  readonly concentration: C
}): Univariate<S | C, "positive">
export function weibull(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const read = readParameters("weibull", args, { scale: positive, concentration: positive })
  const { parameters, batchShape, over } = read
  const { scale, concentration: k } = parameters
  const power = (x: Tensor): Tensor =>
    tf.where(tf.greater(x, 0), tf.exp(tf.mul(k, logQuotient(tf.where(tf.greater(x, 0), x, scale), scale))), 0)
  const stretch = (e: Tensor): Tensor => tf.mul(scale, tf.exp(quotient(tf.log(e), k)))
  return distribution<"positive">({
    family: "weibull",
    parameters,
    support: nonNegative,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => stretch(standardExponential(key, shape)),
    logDensity: within(nonNegative, scale, (x) => logDensity(scale, k, x)),
    mean: () => over(tf.mul(scale, moment(k, 1))),
    variance: () => over(variance(scale, k)),
    mode: () => over(mode(scale, k)),
    entropy: () => over(entropy(scale, k)),
    cdf: (x) => tf.neg(expm1(tf.neg(power(x)))),
    icdf: (p) => stretch(tf.neg(log1p(tf.neg(p)))),
  })
}

/** Source: Bauckhage, "Computing the Kullback-Leibler divergence between two Weibull distributions" (2013). */
registerKl("weibull", "weibull", (p, q) => {
  const { scale, concentration: k } = p.parameters as { scale: Tensor; concentration: Tensor }
  const { scale: toScale, concentration: toK } = q.parameters as { scale: Tensor; concentration: Tensor }
  const ratio = quotient(toK, k)
  const gap = tf.mul(toK, logQuotient(scale, toScale))
  const power = tf.exp(tf.add(gap, lgamma(tf.add(ratio, 1))))
  const shapes = tf.sub(tf.mul(eulerGamma, tf.sub(ratio, 1)), gap)
  return tf.sub(tf.add(tf.add(shapes, power), logQuotient(k, toK)), 1)
})
