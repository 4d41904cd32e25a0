/**
 * The binomial distribution: successes in a fixed number of trials. Left out: `beta-binomial.ts`. Next:
 * `multinomial.ts`.
 */
import { checksEnabled } from "../engine/checks.js"
import { DistributionError } from "../engine/error.js"
import { uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { betainc, digammaDifference, log1p, logSigmoid } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { bernoulli } from "./bernoulli.js"
import { onSupport, slopeOfLog } from "./count-density.js"
import { binomialQuantile } from "./count-quantile.js"
import { type Distribution, distribution } from "./distribution.js"
import { type Arithmetic, fromFormula } from "./formula.js"
import { kl, registerKl } from "./kl.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { chosen, type ProbsOrLogits } from "./parameterization.js"
import type { Broadcast } from "./rank.js"
import { integerInterval, nonNegativeInteger, unit } from "./support.js"
import { logit } from "./support-vector.js"

/** A binomial distribution; its draws are plain tensors, for an enumerated value has more axes than a drawn one. */
export type Binomial<P extends TensorLike> = Distribution<Tensor, "boundedInteger", Broadcast<P>>

/** log (n choose x). */
const choices = <V>(o: Arithmetic<V>, n: V, x: V): V => {
  const factorial = (y: V): V => o.lgamma(o.add(y, 1))
  return o.sub(o.sub(factorial(n), factorial(x)), factorial(o.sub(n, x)))
}

/** log σ(l), kept above -1e300 so that no success of no chance is 0 and not 0·∞. */
const logChance = <V>(o: Arithmetic<V>, l: V): V =>
  o.max(o.sub(o.min(l, 0), o.log1p(o.exp(o.neg(o.abs(l))))), -1e300)

/** The log-mass of x successes in n trials of probability p. */
const massOfProbs = fromFormula(
  "LatentlyBinomialLogMass",
  3,
  (o, x, n, p) => {
    const chances = o.add(o.xlogy(x, p), o.xlog1py(o.sub(n, x), o.neg(p)))
    return o.add(choices(o, n, x), chances)
  },
  (dy, [x, n, p]) => {
    const rest = tf.sub(n!, x!)
    const grown = (): Tensor => digammaDifference(tf.add(rest, 1), x!)
    return [
      () => tf.zerosLike(dy),
      () => tf.mul(dy, tf.add(grown(), log1p(tf.neg(p!)))),
      () => tf.mul(dy, tf.sub(slopeOfLog(x!, p!), slopeOfLog(rest, tf.sub(1, p!)))),
    ]
  },
)

/** The same for log-odds. */
const massOfLogits = fromFormula(
  "LatentlyBinomialLogitLogMass",
  3,
  (o, x, n, l) => {
    const chances = o.add(o.mul(x, logChance(o, l)), o.mul(o.sub(n, x), logChance(o, o.neg(l))))
    return o.add(choices(o, n, x), chances)
  },
  (dy, [x, n, l]) => {
    const rest = tf.sub(n!, x!)
    const grown = (): Tensor => digammaDifference(tf.add(rest, 1), x!)
    return [
      () => tf.zerosLike(dy),
      () => tf.mul(dy, tf.add(grown(), logSigmoid(tf.neg(l!)))),
      () => tf.mul(dy, tf.sub(tf.mul(x!, tf.sigmoid(tf.neg(l!))), tf.mul(rest, tf.sigmoid(l!)))),
    ]
  },
)

const cdf = (n: Tensor, p: Tensor, x: Tensor): Tensor => {
  const count = tf.floor(tf.maximum(x, 0))
  const left = tf.maximum(tf.sub(n, count), 1)
  const within = betainc(left, tf.add(count, 1), tf.sub(1, p))
  return tf.where(tf.less(x, 0), 0, tf.where(tf.greaterEqual(count, n), 1, within))
}

const counts = (last: number, batchRank: number): Tensor =>
  tf.reshape(tf.range(0, last + 1), [last + 1, ...Array.from({ length: batchRank }, () => 1)])

/** One trial of each binomial, which knows the divergence. */
const trials = new WeakMap<object, Distribution>()

/**
 * The binomial distribution, log p(x) = log (n choose x) + x log p + (n - x) log(1 - p) for x = 0 … n, n =
 * `totalCount` (1 where not given).
 *
 * Draws are float32 counts; the estimator is the score function. `enumerate()` is there where
 * `totalCount` is given as a plain number.
 * @throws DistributionError unless `totalCount` is a whole number from 0 up and exactly one of `probs` and `logits` is
 * given.
 * @example binomial({ totalCount: 10, probs: 0.3 }).logProb(3)   // -1.3211513
 */
export const binomial = <P extends TensorLike, N extends TensorLike = number>(
  named: { readonly totalCount?: N } & ProbsOrLogits<P>,
): Binomial<N | P> => {
  const totalCount = named.totalCount ?? 1
  const name = chosen("binomial", named, "probs", "logits")
  const given = parameter("binomial", name, named[name] as P, name === "probs" ? unit : logit)
  const count = parameter("binomial", "totalCount", totalCount, nonNegativeInteger)
  const n = tf.cast(count, "float32")
  const batchShape = broadcastBatch("binomial", [n, 0], [given, 0])
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape])
  const probs = (): Tensor => (name === "probs" ? given : tf.sigmoid(given))
  const trial = bernoulli({ [name]: given } as unknown as ProbsOrLogits<Tensor>)
  const logMass = name === "probs" ? massOfProbs : massOfLogits
  const support = integerInterval(0, n)
  const made = distribution<"boundedInteger">({
    family: "binomial",
    parameters: { totalCount: count, [name]: given },
    support,
    batchShape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => binomialQuantile(uniform(key, shape), n, stopGradient(probs())),
    logDensity: onSupport(support, (x) => logMass(x, n, given)),
    mean: () => tf.mul(n, probs()),
    variance: () => tf.mul(n, trial.variance),
    mode: () => over(tf.minimum(tf.floor(tf.mul(tf.add(n, 1), probs())), n)),
    cdf: (x) => cdf(n, probs(), x),
    ...(typeof totalCount === "number" ? { enumerate: () => counts(totalCount, batchShape.length) } : {}),
  })
  trials.set(made, trial)
  return made as Binomial<N | P>
}

registerKl("binomial", "binomial", (p, q) => {
  const [n, m] = [p.parameters.totalCount!, q.parameters.totalCount!]
  if (checksEnabled() && tf.tidy(() => tf.any(tf.notEqual(n, m)).dataSync()[0]))
    throw new DistributionError(
      "no-closed-form",
      "KL(binomial || binomial) needs the same totalCount in both",
    )
  return tf.mul(n, kl(trials.get(p)!, trials.get(q)!))
})
