/**
 * Straight-through forms of discrete distributions: draws are exactly discrete, and their gradient is that of the
 * probabilities. Biased, cheap, and often good enough. Source: Bengio, Léonard, Courville, "Estimating or propagating
 * gradients through stochastic neurons" (2013). Left out: unbiased estimators (`../inference`). Next: `bernoulli.ts`.
 */
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Bernoulli, bernoulli } from "./bernoulli.js"
import { lawOf } from "./categorical.js"
import { type Distribution, distribution } from "./distribution.js"
import { kl, registerKl } from "./kl.js"
import { type OneHotCategorical, oneHotCategorical } from "./one-hot-categorical.js"
import type { ProbsOrLogits } from "./parameterization.js"

/** Beyond this log-odds a probability is 0 or 1 in float32; finite, so that a slope of 0·∞ cannot arise. */
const largestLogit = 104

const bounded = (logits: Tensor): Tensor => tf.clipByValue(logits, -largestLogit, largestLogit)

/** The value with the gradient of the probabilities: hard + (p - p), the second p held still. */
const withGradientOf = (hard: Tensor, probs: Tensor): Tensor =>
  tf.add(stopGradient(hard), tf.sub(probs, stopGradient(probs)))

/** 0, with the gradient `slope` by x. */
const slopeAlone = (x: Tensor, slope: Tensor): Tensor =>
  tf.mul(tf.sub(x, stopGradient(x)), stopGradient(slope))

/** The plain distribution behind a straight-through one. */
const plain = new WeakMap<object, Distribution>()

const remember = <D extends object>(made: D, base: Distribution): D => {
  plain.set(made, base)
  return made
}

const logOdds = ({ parameters }: Distribution): Tensor =>
  parameters.logits ?? tf.sub(tf.log(parameters.probs!), tf.log(tf.sub(1, parameters.probs!)))

/** Everything a straight-through form has from its plain one; its draws and its slope by the value are its own. */
const softened = <S extends "boolean" | "oneHot">(
  family: string,
  base: Distribution<Tensor, S>,
  slope: (x: Tensor) => Tensor,
): Distribution<Tensor, S> =>
  remember(
    distribution<S>({
      family,
      parameters: base.parameters,
      support: base.support,
      batchShape: base.batchShape,
      eventShape: base.eventShape,
      gradient: "pathwise",
      draw: (key, shape) => withGradientOf(base.draw(key, shape), base.mean),
      logDensity: (x) => tf.add(base.logDensity(stopGradient(x)), slope(x)),
      mean: () => base.mean,
      variance: () => base.variance,
      mode: () => base.mode,
      entropy: () => base.entropy(),
      enumerate: () => base.enumerate(),
    }),
    base,
  )

/**
 * The Bernoulli distribution with straight-through draws: zeros and ones whose gradient is that of `probs`. Scored at
 * such
 * a draw, the log-mass has the slope log p - log(1 - p) by the value. The gradient kind is `pathwise`, and it is biased.
 * @throws DistributionError unless exactly one of `probs` in [0, 1] and `logits` is given.
 * @example tf.grad((p) => straightThroughBernoulli({ probs: p }).sample(0))(tf.scalar(0.3))   // 1
 */
export const straightThroughBernoulli = <P extends TensorLike>(named: ProbsOrLogits<P>): Bernoulli<P> => {
  const base = bernoulli(named)
  const slope = (x: Tensor): Tensor => slopeAlone(x, bounded(logOdds(base)))
  return softened("straightThroughBernoulli", base, slope) as Bernoulli<P>
}

/**
 * The one-hot categorical distribution with straight-through draws: one-hot vectors whose gradient is that of the
 * probabilities. The gradient kind is `pathwise`, and it is biased.
 * @throws DistributionError unless exactly one of `probs` and `logits` is given.
 * @example straightThroughOneHot({ logits: [0, 1, 2] }).sample(0)   // a one-hot vector
 */
export const straightThroughOneHot = <P extends TensorLike>(
  named: ProbsOrLogits<P>,
): OneHotCategorical<P> => {
  const base = oneHotCategorical(named)
  const slope = (x: Tensor): Tensor => tf.sum(slopeAlone(x, bounded(lawOf(base).logProbs())), -1)
  return softened("straightThroughOneHot", base, slope) as OneHotCategorical<P>
}

const plainOf = (dist: Distribution): Distribution => plain.get(dist) ?? dist

const pairs = [
  ["straightThroughBernoulli", "bernoulli"],
  ["straightThroughOneHot", "oneHotCategorical"],
] as const
for (const [soft, hard] of pairs) {
  registerKl(soft, soft, (p, q) => kl(plainOf(p), plainOf(q)))
  registerKl(soft, hard, (p, q) => kl(plainOf(p), plainOf(q)))
  registerKl(hard, soft, (p, q) => kl(plainOf(p), plainOf(q)))
}
