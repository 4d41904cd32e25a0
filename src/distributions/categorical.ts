/**
 * The categorical distribution over 0 … K-1. Left out: the same over one-hot vectors (`one-hot-categorical.ts`).
 * Next: `mixture.ts`.
 */
import { logMassAt, takeLast } from "../engine/last-axis.js"
import { type Key, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { countBelow } from "../engine/sorted-search.js"
import { logSumExp } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { expectedLogRatio } from "./log-ratio.js"
import { parameter } from "./parameter.js"
import { chosen, type ProbsOrLogits } from "./parameterization.js"
import type { Minus, RankOf } from "./rank.js"
import { integerInterval, simplex } from "./support.js"
import { logitVector } from "./support-vector.js"

/** A categorical distribution; its draws are plain tensors, for an enumerated value has more axes than a drawn one. */
export type Categorical<P extends TensorLike> = Distribution<Tensor, "boundedInteger", Minus<RankOf<P>, 1>>

/** Class probabilities in either parameterization, [...batch, K]; shared by all families that pick one of K. */
export interface ClassLaw {
  readonly name: "probs" | "logits"
  readonly given: Tensor
  readonly classes: number
  readonly batchShape: Shape
  readonly probs: () => Tensor
  /** Normalized log-probabilities; -Infinity for an impossible class. */
  readonly logProbs: () => Tensor
  /** The log-probability of class `index` (int32) where `inside`, broadcast against the batch; finite elsewhere. */
  readonly logMassAt: (index: Tensor, inside: Tensor) => Tensor
}

/** log p, -Infinity with gradient 0 at p = 0. */
const logProbsOf = (probs: Tensor): Tensor => {
  const possible = tf.greater(stopGradient(probs), 0)
  return tf.where(possible, tf.log(tf.where(possible, probs, 1)), Number.NEGATIVE_INFINITY)
}

/** Reads `probs` or `logits` of a family that picks one of K classes. */
export const classLaw = <P extends TensorLike>(family: string, named: ProbsOrLogits<P>): ClassLaw => {
  const name = chosen(family, named, "probs", "logits")
  const given = parameter(family, name, named[name] as P, name === "probs" ? simplex : logitVector)
  const ofProbs = name === "probs"
  return {
    name,
    given,
    classes: given.shape[given.rank - 1]!,
    batchShape: given.shape.slice(0, -1),
    probs: () => (ofProbs ? given : tf.softmax(given)),
    logProbs: () => (ofProbs ? logProbsOf(given) : tf.sub(given, tf.expandDims(logSumExp(given, -1), -1))),
    logMassAt: (index, inside) =>
      ofProbs ? tf.log(tf.where(inside, takeLast(given, index), 1)) : logMassAt(given, index),
  }
}

/** Draws of class indices, int32: how many of the first K-1 cumulative probabilities a uniform draw lies above. */
export const drawClass = ({ probs, classes }: ClassLaw, key: Key, shape: Shape): Tensor => {
  if (classes === 1) return tf.zeros([...shape], "int32")
  const fixed = stopGradient(probs())
  const cumulative = tf.cumsum(fixed, fixed.rank - 1)
  const rows = cumulative.shape.slice(0, -1)
  const start = rows.map(() => 0)
  const total = tf.slice(cumulative, [...start, classes - 1], [...rows, 1])
  const below = tf.slice(cumulative, [...start, 0], [...rows, classes - 1])
  // counting the sums strictly below u·total never picks a class of probability 0, whatever rounding did to the sums
  return countBelow(below, tf.mul(uniform(key, shape), tf.squeeze(total, [total.rank - 1])))
}

const laws = new WeakMap<object, ClassLaw>()

/** The class law a categorical or one-hot distribution was made of. */
export const lawOf = (dist: Distribution): ClassLaw => laws.get(dist)!

/** Remembers the class law of a distribution, for its divergences. */
export const remember = <D extends object>(dist: D, law: ClassLaw): D => {
  laws.set(dist, law)
  return dist
}

/** Σ p_k (log p_k - log q_k) over the classes. */
export const classKl = (p: ClassLaw, q: ClassLaw): Tensor =>
  tf.sum(expectedLogRatio(p.probs(), p.logProbs(), q.logProbs()), -1)

/** -Σ p_k log p_k over the classes. */
export const classEntropy = (law: ClassLaw): Tensor =>
  tf.neg(tf.sum(expectedLogRatio(law.probs(), law.logProbs(), tf.zerosLike(law.given)), -1))

const logDensity =
  (law: ClassLaw) =>
  (value: Tensor): Tensor => {
    const inside = integerInterval(0, law.classes - 1).contains(value)
    const index = tf.cast(tf.where(inside, value, tf.zerosLike(value)), "int32")
    return tf.where(inside, law.logMassAt(index, inside), Number.NEGATIVE_INFINITY)
  }

const moment = (law: ClassLaw, power: number): Tensor =>
  tf.sum(tf.mul(law.probs(), tf.pow(tf.range(0, law.classes), power)), -1)

/**
 * The categorical distribution, log p(k) = log probs_k = logits_k - log Σ exp(logits), over the last axis of `probs` or
 * `logits` [...batch, K].
 *
 * Values and draws are class numbers 0 … K-1, int32 when drawn. A logit of -Infinity or a probability of 0 is an
 * impossible class. The estimator is the score function; `enumerate()` gives all classes, and a value of shape [K, 1]
 * is scored under N rows as [K, N]. `probs` are taken as they are, not divided by their sum.
 * @throws DistributionError unless exactly one of `probs` (summing to 1 within 1e-5) and `logits` (below ∞) is given.
 * @example categorical({ probs: [0.2, 0.8] }).logProb(1)     // -0.22314353
 * @example categorical({ logits: [0, 0, 0] }).enumerate()    // [0, 1, 2]
 */
export const categorical = <P extends TensorLike>(named: ProbsOrLogits<P>): Categorical<P> => {
  const law = classLaw("categorical", named)
  const mean = (): Tensor => moment(law, 1)
  const made = distribution<"boundedInteger">({
    family: "categorical",
    parameters: { [law.name]: law.given },
    support: integerInterval(0, law.classes - 1),
    batchShape: law.batchShape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => drawClass(law, key, shape),
    logDensity: logDensity(law),
    mean,
    variance: () => tf.sub(moment(law, 2), tf.square(mean())),
    mode: () => tf.argMax(stopGradient(law.given), -1),
    entropy: () => classEntropy(law),
    enumerate: () =>
      tf.reshape(tf.range(0, law.classes, 1, "int32"), [law.classes, ...law.batchShape.map(() => 1)]),
  })
  return remember(made, law) as Categorical<P>
}

registerKl("categorical", "categorical", (p, q) => classKl(lawOf(p), lawOf(q)))
