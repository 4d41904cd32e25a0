/**
 * The negative binomial distribution: counts more spread than Poisson's. Left out: `geometric.ts`, its case of one
 * failure. Next: `zero-inflated.ts`.
 */
import { fold, type Key, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { betainc, logStandardGamma } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { onSupport } from "./count-density.js"
import { poissonQuantile } from "./count-quantile.js"
import { type Distribution, distribution } from "./distribution.js"
import { massOfLogits, massOfMean, massOfProbs } from "./negative-binomial-mass.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { chosen } from "./parameterization.js"
import type { Broadcast } from "./rank.js"
import { nonNegativeInteger, positive, real, type Support, unit } from "./support.js"

/** A negative binomial distribution. */
export type NegativeBinomial<P extends TensorLike> = Distribution<Tensor, "integer", Broadcast<P>>

/** The ways of giving one: by failures awaited and the chance of success, or by mean and concentration. */
export type NegativeBinomialParameters<A extends TensorLike, B extends TensorLike> =
  | { readonly totalCount: A; readonly probs: B }
  | { readonly totalCount: A; readonly logits: B }
  | { readonly mean: A; readonly concentration: B }

const belowOne: Support<"unit"> = {
  ...unit,
  text: "[0, 1)",
  contains: (x) => tf.logicalAnd(tf.greaterEqual(x, 0), tf.less(x, 1)),
}

/** One parameterization: its parameters by name, and what the formulas need of them. */
interface Form {
  readonly parameters: Readonly<Record<string, Tensor>>
  /** Failures awaited, the dispersion: the shape of the gamma that mixes Poissons. */
  readonly count: Tensor
  /** p / (1 - p): the scale of that gamma. */
  readonly odds: () => Tensor
  /** 1 - p. */
  readonly failure: () => Tensor
  readonly logMass: (x: Tensor) => Tensor
}

const family = "negativeBinomial"

const byMean = (named: { mean: TensorLike; concentration: TensorLike }): Form => {
  const mean = parameter(family, "mean", named.mean, positive)
  const concentration = parameter(family, "concentration", named.concentration, positive)
  return {
    parameters: { mean, concentration },
    count: concentration,
    odds: () => tf.div(mean, concentration),
    failure: () => tf.div(concentration, tf.add(concentration, mean)),
    logMass: (x) => massOfMean(x, concentration, mean),
  }
}

const byChance = (named: { totalCount: TensorLike; probs?: TensorLike; logits?: TensorLike }): Form => {
  const name = chosen(family, named, "probs", "logits")
  const count = parameter(family, "totalCount", named.totalCount, positive)
  const given = parameter(family, name, named[name]!, name === "probs" ? belowOne : real)
  const ofProbs = name === "probs"
  return {
    parameters: { totalCount: count, [name]: given },
    count,
    odds: () => (ofProbs ? tf.div(given, tf.sub(1, given)) : tf.exp(given)),
    failure: () => (ofProbs ? tf.sub(1, given) : tf.sigmoid(tf.neg(given))),
    logMass: (x) => (ofProbs ? massOfProbs : massOfLogits)(x, count, given),
  }
}

/** A Poisson draw whose rate is a gamma draw. */
const draw =
  ({ count, odds }: Form) =>
  (key: Key, shape: Shape): Tensor => {
    const rate = tf.mul(
      tf.exp(logStandardGamma(fold(key, "rate"), stopGradient(count), shape)),
      stopGradient(odds()),
    )
    return poissonQuantile(uniform(fold(key, "count"), shape), rate)
  }

/**
 * The negative binomial distribution, log p(x) = log Γ(x + r) - log Γ(r) - log x! + r log(1 - p) + x log p: the number
 * x = 0, 1, … of successes of chance p (`probs`, or `logits`) before the r-th failure (`totalCount`, any positive
 * number); or
 * by its `mean` m and `concentration` r, with variance m + m²/r, which tends to Poisson as r grows.
 *
 * Draws are float32 counts; the estimator is the score function.
 * @throws DistributionError where a parameter lies outside its domain or neither pair is complete.
 * @example negativeBinomial({ mean: 3, concentration: 2 }).variance             // 7.5
 * @example negativeBinomial({ totalCount: 2, probs: 0.6 }).logProb(3)            // -1.978764
 */
export const negativeBinomial = <A extends TensorLike, B extends TensorLike>(
  named: NegativeBinomialParameters<A, B>,
): NegativeBinomial<A | B> => {
  const way = chosen(family, named, "totalCount", "mean")
  const form = way === "mean" ? byMean(named as never) : byChance(named as never)
  const batchShape = broadcastBatch(
    family,
    ...Object.values(form.parameters).map((tensor) => [tensor, 0] as const),
  )
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape])
  const mean = (): Tensor => tf.mul(form.count, form.odds())
  return distribution<"integer">({
    family,
    parameters: form.parameters,
    support: nonNegativeInteger,
    batchShape,
    eventShape: [],
    gradient: "score",
    draw: draw(form),
    logDensity: onSupport(nonNegativeInteger, form.logMass),
    mean: () => over(form.parameters.mean ?? mean()),
    variance: () => tf.div(mean(), form.failure()),
    mode: () => over(tf.floor(tf.maximum(tf.mul(tf.sub(form.count, 1), form.odds()), 0))),
    cdf: (x) => {
      const count = tf.add(tf.floor(tf.maximum(x, 0)), 1)
      return tf.where(tf.less(x, 0), 0, betainc(form.count, count, form.failure()))
    },
  }) as NegativeBinomial<A | B>
}
