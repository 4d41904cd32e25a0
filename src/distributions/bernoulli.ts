/**
 * The Bernoulli distribution: 1 with probability p, else 0. Left out: its relaxations (`relaxed-bernoulli.ts`).
 * Next: `categorical.ts`.
 */
import { uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { log1p, logSigmoid, softplus } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { expectedLogRatio } from "./log-ratio.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { chosen, type ProbsOrLogits } from "./parameterization.js"
import type { Broadcast } from "./rank.js"
import { boolean, unit } from "./support.js"
import { logit } from "./support-vector.js"

/** A Bernoulli distribution; its draws are plain tensors, for an enumerated value has more axes than a drawn one. */
export type Bernoulli<P extends TensorLike> = Distribution<Tensor, "boolean", Broadcast<P>>

/** What one parameterization knows: the two log-probabilities, the log-mass at a value, and the entropy. */
interface Form {
  readonly probs: () => Tensor
  readonly logProbs: () => readonly [zero: Tensor, one: Tensor]
  readonly logMass: (x: Tensor) => Tensor
  readonly entropy: () => Tensor
}

/** log σ(±l) = -softplus(∓l): exact in both tails, and its slope is right even where l is 0 or infinite. */
const ofLogits = (logits: Tensor): Form => ({
  probs: () => tf.sigmoid(logits),
  logProbs: () => [logSigmoid(tf.neg(logits)), logSigmoid(logits)],
  logMass: (x) => tf.neg(softplus(tf.mul(tf.sub(1, tf.mul(x, 2)), logits))),
  entropy: () => {
    // beyond 200 the entropy is 0 in float32, and ∞·0 would be NaN
    const size = tf.clipByValue(tf.abs(logits), 0, 200)
    return tf.sub(tf.mul(size, tf.sigmoid(tf.neg(size))), logSigmoid(size))
  },
})

/** log p where `used`, elsewhere 0 with gradient 0: a logarithm that is not used must not send 0/0 back. */
const logWhere = (used: Tensor, p: Tensor): Tensor => tf.log(tf.where(used, p, 1))
const log1pWhere = (used: Tensor, p: Tensor): Tensor => log1p(tf.where(used, tf.neg(p), 0))

const ofProbs = (probs: Tensor): Form => {
  const possible = [tf.less(stopGradient(probs), 1), tf.greater(stopGradient(probs), 0)] as const
  const [zero, one] = [log1pWhere(possible[0], probs), logWhere(possible[1], probs)]
  return {
    probs: () => probs,
    logProbs: () => [
      tf.where(possible[0], zero, Number.NEGATIVE_INFINITY),
      tf.where(possible[1], one, Number.NEGATIVE_INFINITY),
    ],
    logMass: (x) => tf.add(logWhere(tf.equal(x, 1), probs), log1pWhere(tf.equal(x, 0), probs)),
    entropy: () => tf.neg(tf.add(tf.mul(probs, one), tf.mul(tf.sub(1, probs), zero))),
  }
}

const forms = new WeakMap<object, Form>()

const logDensity =
  ({ logMass }: Form) =>
  (value: Tensor): Tensor => {
    const x = tf.cast(value, "float32")
    return tf.where(boolean.contains(x), logMass(x), Number.NEGATIVE_INFINITY)
  }

/**
 * The Bernoulli distribution, log p(x) = x log p + (1 - x) log(1 - p), from `probs` p or `logits` log(p / (1 - p)).
 *
 * Both ends are legal (probs 0 and 1, logits ±Infinity). Draws are float32 zeros and ones; the gradient estimator is the
 * score function, and `enumerate()` gives [0, 1]. With logits the gradient is exactly x - σ(logits).
 * @throws DistributionError unless exactly one of `probs` in [0, 1] and `logits` (not NaN) is given.
 * @example bernoulli({ probs: 0.3 }).logProb(1)          // -1.2039728
 * @example bernoulli({ logits: [0, 100] }).mean          // [0.5, 1]
 */
export const bernoulli = <P extends TensorLike>(named: ProbsOrLogits<P>): Bernoulli<P> => {
  const name = chosen("bernoulli", named, "probs", "logits")
  const given = parameter("bernoulli", name, named[name] as P, name === "probs" ? unit : logit)
  const form = name === "probs" ? ofProbs(given) : ofLogits(given)
  const batchShape = broadcastBatch("bernoulli", [given, 0])
  const made = distribution<"boolean">({
    family: "bernoulli",
    parameters: { [name]: given },
    support: boolean,
    batchShape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => tf.cast(tf.less(uniform(key, shape), stopGradient(form.probs())), "float32"),
    logDensity: logDensity(form),
    mean: form.probs,
    variance: () => tf.mul(form.probs(), tf.exp(form.logProbs()[0])),
    mode: () => tf.cast(tf.greater(stopGradient(form.probs()), 0.5), "float32"),
    entropy: form.entropy,
    cdf: (x) => {
      const below = tf.cast(tf.greaterEqual(x, 0), "float32")
      const above = tf.cast(tf.greaterEqual(x, 1), "float32")
      const zero = tf.exp(form.logProbs()[0])
      return tf.add(tf.mul(below, zero), tf.mul(above, tf.sub(1, zero)))
    },
    enumerate: () => tf.tensor([0, 1], [2, ...batchShape.map(() => 1)]),
  })
  forms.set(made, form)
  return made as Bernoulli<P>
}

registerKl("bernoulli", "bernoulli", (p, q) => {
  const [left, right] = [forms.get(p)!, forms.get(q)!]
  const [p0, p1] = left.logProbs()
  const [q0, q1] = right.logProbs()
  return tf.add(expectedLogRatio(tf.exp(p0), p0, q0), expectedLogRatio(left.probs(), p1, q1))
})
