/** The geometric distribution: failures before the first success. Next: `negative-binomial.ts`. */
import { standardExponential } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { expm1, log1p, logSigmoid, xlog1py } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { bernoulli } from "./bernoulli.js"
import { onSupport } from "./count-density.js"
import { type Distribution, distribution } from "./distribution.js"
import { kl, registerKl } from "./kl.js"
import { parameter } from "./parameter.js"
import { chosen, type ProbsOrLogits } from "./parameterization.js"
import type { Broadcast } from "./rank.js"
import { nonNegativeInteger, type Support, unit } from "./support.js"
import { logit } from "./support-vector.js"

/** A geometric distribution. */
export type Geometric<P extends TensorLike> = Distribution<Tensor, "integer", Broadcast<P>>

const aboveZero: Support<"unit"> = {
  ...unit,
  text: "(0, 1]",
  contains: (x) => tf.logicalAnd(tf.greater(x, 0), tf.lessEqual(x, 1)),
}

const aboveMinusInfinity: Support<"real"> = {
  ...logit,
  text: "(-∞, ∞]",
  contains: (x) => tf.greater(x, Number.NEGATIVE_INFINITY),
}

/** x log σ(-l), 0 where x is 0 also for a certain success. */
const repeated = (x: Tensor, logits: Tensor): Tensor =>
  tf.mul(x, logSigmoid(tf.neg(tf.where(tf.equal(x, 0), 0, logits))))

const trials = new WeakMap<object, Distribution>()

/**
 * The geometric distribution, log p(x) = x log(1 - p) + log p for x = 0, 1, 2, … failures before the first success, from
 * `probs` p or `logits`. Draws are float32 counts; the estimator is the score function.
 * @throws DistributionError unless exactly one of `probs` in (0, 1] and `logits` is given.
 * @example geometric({ probs: 0.25 }).logProb(2)   // -1.9616585
 */
export const geometric = <P extends TensorLike>(named: ProbsOrLogits<P>): Geometric<P> => {
  const name = chosen("geometric", named, "probs", "logits")
  const isProbs = name === "probs"
  const given = parameter("geometric", name, named[name] as P, isProbs ? aboveZero : aboveMinusInfinity)
  const probs = isProbs ? given : tf.sigmoid(given)
  const logSuccess = isProbs ? tf.log(given) : logSigmoid(given)
  const logFailure = isProbs ? log1p(tf.neg(given)) : logSigmoid(tf.neg(given))
  const odds = isProbs ? tf.div(tf.sub(1, given), given) : tf.exp(tf.neg(given))
  const trial = bernoulli({ [name]: given } as unknown as ProbsOrLogits<Tensor>)
  const made = distribution<"integer">({
    family: "geometric",
    parameters: { [name]: given },
    support: nonNegativeInteger,
    batchShape: given.shape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => tf.floor(tf.div(standardExponential(key, shape), stopGradient(tf.neg(logFailure)))),
    logDensity: onSupport(nonNegativeInteger, (x) =>
      tf.add(isProbs ? xlog1py(x, tf.neg(given)) : repeated(x, given), logSuccess),
    ),
    mean: () => odds,
    variance: () => tf.div(odds, probs),
    mode: () => tf.zeros(given.shape),
    entropy: () => tf.div(trial.entropy(), probs),
    cdf: (x) => {
      const trialsSeen = tf.add(tf.floor(tf.maximum(x, 0)), 1)
      return tf.where(tf.less(x, 0), 0, tf.neg(expm1(tf.mul(trialsSeen, logFailure))))
    },
    icdf: (p) => tf.maximum(tf.sub(tf.ceil(tf.div(log1p(tf.neg(p)), logFailure)), 1), 0),
  })
  trials.set(made, trial)
  return made as Geometric<P>
}

/** One trial's divergence for each of the 1/p trials expected. */
registerKl("geometric", "geometric", (p, q) => tf.mul(kl(trials.get(p)!, trials.get(q)!), tf.add(p.mean, 1)))
