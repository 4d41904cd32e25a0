/**
 * The relaxed Bernoulli (binary concrete) distribution: a differentiable stand-in for a coin. Left out: its
 * straight-through form. Next: `continuous-bernoulli.ts`.
 */
import { uniform } from "../engine/random.js"
import { log1p } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { chosen, type ProbsOrLogits } from "./parameterization.js"
import { positive, real, type Support, unit } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const innermost = [2 ** -126, 1 - 2 ** -24] as const

const openUnit: Support<"unit"> = {
  ...unit,
  text: "(0, 1)",
  contains: (x) => tf.logicalAnd(tf.greater(x, 0), tf.less(x, 1)),
}

/** log τ + l + (τ-1)(log x + log(1-x)) - 2 log(x^τ + eˡ (1-x)^τ), in double precision, the ends included. */
const logDensity = fromFormula(
  "LatentlyRelaxedBernoulliLogDensity",
  3,
  (o, temperature, logits, x) => {
    const one = o.mul(temperature, o.log(x))
    const zero = o.add(logits, o.mul(temperature, o.log1p(o.neg(x))))
    const larger = o.max(one, zero)
    const both = o.add(larger, o.log1p(o.exp(o.sub(o.min(one, zero), larger))))
    const powers = o.add(o.xlogy(o.sub(temperature, 1), x), o.xlog1py(o.sub(temperature, 1), o.neg(x)))
    return o.sub(o.add(o.add(o.log(temperature), logits), powers), o.mul(2, both))
  },
  (dy, inputs) => {
    const [temperature, logits, x] = inputs as readonly [Tensor, Tensor, Tensor]
    return [
      () => tf.mul(dy, byTemperature(temperature, logits, x)),
      () => tf.mul(dy, byLogits(temperature, logits, x)),
      () => tf.mul(dy, byValue(temperature, logits, x)),
    ]
  },
)

/** tanh(½(τ log(x/(1-x)) - l)): how far the value leans towards 1 over what the logits expect. */
const byLogits = fromFormula("LatentlyRelaxedBernoulliByLogits", 3, (o, temperature, logits, x) => {
  const odds = o.sub(o.log(x), o.log1p(o.neg(x)))
  return o.tanh(o.mul(0.5, o.sub(o.mul(temperature, odds), logits)))
})

const byTemperature = fromFormula("LatentlyRelaxedBernoulliByTemperature", 3, (o, temperature, logits, x) => {
  const safe = o.whereLess(0, x, o.whereLess(x, 1, x, 0.5), 0.5)
  const odds = o.sub(o.log(safe), o.log1p(o.neg(safe)))
  const lean = o.tanh(o.mul(0.5, o.sub(o.mul(temperature, odds), logits)))
  return o.sub(o.div(1, temperature), o.mul(lean, odds))
})

/** ((2x - 1) - τ lean)/(x (1-x)); 0 at the ends. */
const byValue = fromFormula("LatentlyRelaxedBernoulliByValue", 3, (o, temperature, logits, x) => {
  const safe = o.whereLess(0, x, o.whereLess(x, 1, x, 0.5), 0.5)
  const odds = o.sub(o.log(safe), o.log1p(o.neg(safe)))
  const lean = o.tanh(o.mul(0.5, o.sub(o.mul(temperature, odds), logits)))
  const slope = o.div(o.sub(o.sub(o.mul(2, safe), 1), o.mul(temperature, lean)), o.mul(safe, o.sub(1, safe)))
  return o.whereLess(0, x, o.whereLess(x, 1, slope, 0), 0)
})

/**
 * The relaxed Bernoulli distribution: σ((l + L)/τ) of a logistic variable L, with l = `logits` (or those of `probs`) and
 * τ = `temperature`; as τ falls to 0 its draws fall to 0 and 1.
 *
 * log p(x) = log τ + l + (τ-1)(log x + log(1-x)) - 2 log(x^τ + eˡ (1-x)^τ) for 0 ≤ x ≤ 1. Draws are pathwise, kept inside
 * the open interval. Source: Maddison, Mnih, Teh, "The concrete distribution" (2017).
 * @throws DistributionError where `temperature` is not positive, or unless exactly one of `probs` (strictly between 0 and
 *   1) and `logits` is given.
 * @example relaxedBernoulli({ temperature: 0.5, logits: 0 }).logProb(0.5)                    // -0.6931472
 */
export const relaxedBernoulli = <T extends TensorLike, P extends TensorLike>(
  named: { readonly temperature: T } & ProbsOrLogits<P>,
): Univariate<T | P, "unit"> => {
  const name = chosen("relaxedBernoulli", named, "probs", "logits")
  const domains = { temperature: positive, [name]: name === "probs" ? openUnit : real }
  const read = readParameters(
    "relaxedBernoulli",
    [named],
    domains as Record<"temperature" | typeof name, Support>,
  )
  const { parameters, batchShape } = read
  const { temperature } = parameters
  const given = parameters[name]
  const logits = name === "logits" ? given : tf.sub(tf.log(given), log1p(tf.neg(given)))
  const made: Distribution<Tensor, "unit"> = distribution<"unit">({
    family: "relaxedBernoulli",
    parameters,
    support: unit,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => {
      const u = uniform(key, shape)
      const noisy = tf.add(logits, tf.sub(tf.log(u), log1p(tf.neg(u))))
      return tf.clipByValue(tf.sigmoid(tf.div(noisy, temperature)), ...innermost)
    },
    logDensity: within(unit, 0.5, (x) => logDensity(temperature, logits, x)),
    cdf: (x) => {
      const inside = tf.clipByValue(x, ...innermost)
      const odds = tf.sub(tf.log(inside), log1p(tf.neg(inside)))
      const share = tf.sigmoid(tf.sub(tf.mul(temperature, odds), logits))
      return tf.where(tf.lessEqual(x, 0), 0, tf.where(tf.greaterEqual(x, 1), 1, share))
    },
    icdf: (p) => tf.sigmoid(tf.div(tf.add(logits, tf.sub(tf.log(p), log1p(tf.neg(p)))), temperature)),
  })
  return made as Univariate<T | P, "unit">
}
