/**
 * The multinomial distribution: counts of K classes in a fixed number of trials. Left out:
 * `dirichlet-multinomial.ts`. Next: `categorical.ts`.
 */
import { fold, type Key, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { rowKernel } from "../engine/row-kernel.js"
import { lgamma } from "../engine/special/double/gamma.js"
import { digamma } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type ClassLaw, classLaw } from "./categorical.js"
import { slopeOfLog } from "./count-density.js"
import { binomialQuantile } from "./count-quantile.js"
import { type Distribution, distribution } from "./distribution.js"
import { broadcastBatch, parameter } from "./parameter.js"
import type { ProbsOrLogits } from "./parameterization.js"
import { nonNegativeInteger } from "./support.js"
import { countVector } from "./support-vector.js"

const byCounts = (x: Tensor): Tensor => tf.sub(digamma(tf.add(tf.sum(x, -1, true), 1)), digamma(tf.add(x, 1)))

/** log n! + Σ (x log p - log x!). */
const massOfProbs = rowKernel({
  name: "LatentlyMultinomialLogMass",
  term: (x, p) => (x === 0 ? 0 : x * Math.log(p)) - lgamma(x + 1),
  nativeTerm: (ops, x, p) => ops.sub(ops.call("Xlogy", x, p), ops.call("Lgamma", ops.add(x, 1))),
  total: (n) => lgamma(n + 1),
  nativeTotal: (ops, n) => ops.call("Lgamma", ops.add(n, 1)),
  gradient: (dy, x, p) => [
    () => tf.mul(dy, tf.add(byCounts(x), tf.log(p))),
    () => tf.mul(dy, slopeOfLog(x, p)),
  ],
})

/** The same of log p. */
const massOfLogProbs = rowKernel({
  name: "LatentlyMultinomialLogitLogMass",
  term: (x, logP) => (x === 0 ? 0 : x * logP) - lgamma(x + 1),
  nativeTerm: (ops, x, logP) => {
    // an impossible class that was not seen is 0, not 0·∞
    const bounded = ops.call("Maximum", logP, ops.constant(-1e300))
    return ops.sub(ops.mul(bounded, x), ops.call("Lgamma", ops.add(x, 1)))
  },
  total: (n) => lgamma(n + 1),
  nativeTotal: (ops, n) => ops.call("Lgamma", ops.add(n, 1)),
  gradient: (dy, x, logP) => [() => tf.mul(dy, tf.add(byCounts(x), logP)), () => tf.mul(dy, x)],
})

const entry = (x: Tensor, index: number): Tensor =>
  tf.squeeze(tf.slice(x, [...x.shape.slice(0, -1).map(() => 0), index], [...x.shape.slice(0, -1), 1]), [
    x.rank - 1,
  ])

/**
 * Counts of K classes in n trials, [...shape, K]: class after class, a binomial draw from the trials that are left
 * with the
 * class's share of the probability that is left. A fixed number of operations however many trials there are.
 */
export const drawCounts = (probs: Tensor, total: Tensor, key: Key, shape: Shape): Tensor => {
  const classes = shape[shape.length - 1]!
  const batch = shape.slice(0, -1)
  const fixed = stopGradient(probs)
  const ahead = tf.cumsum(fixed, fixed.rank - 1, false, true)
  const share = tf.clipByValue(tf.divNoNan(fixed, ahead), 0, 1)
  let left = tf.broadcastTo(total, [...batch])
  const counts: Tensor[] = []
  for (let k = 0; k < classes - 1; k++) {
    const count = binomialQuantile(uniform(fold(key, k), batch), left, entry(share, k))
    left = tf.sub(left, count)
    counts.push(count)
  }
  return tf.stack([...counts, left], batch.length)
}

/** The support and the log-mass on it, with a harmless stand-in where a value lies outside. */
export const onCounts = (total: Tensor, logMass: (x: Tensor) => Tensor) => {
  const support = countVector(total)
  const logDensity = (value: Tensor): Tensor => {
    const x = tf.cast(value, "float32")
    const inside = support.contains(stopGradient(x))
    return tf.where(inside, logMass(tf.where(tf.expandDims(inside, -1), x, 0)), Number.NEGATIVE_INFINITY)
  }
  return { support, logDensity }
}

const massOf = (law: ClassLaw): ((x: Tensor) => Tensor) =>
  law.name === "probs" ? (x) => massOfProbs(x, law.given) : (x) => massOfLogProbs(x, law.logProbs())

/**
 * The multinomial distribution, log p(x) = log n! + Σ (x_k log p_k - log x_k!) for counts x of K classes that sum to
 * n = `totalCount` (1 where not given), over the last axis of `probs` or `logits` [...batch, K].
 *
 * Draws are float32 counts; the estimator is the score function.
 * @throws DistributionError unless exactly one of `probs` and `logits` is given and `totalCount` is a whole number
 * from 0 up.
 * @example multinomial({ probs: [0.2, 0.3, 0.5], totalCount: 3 }).logProb([1, 1, 1])   // log 0.18
 */
export const multinomial = <P extends TensorLike>(
  named: { readonly totalCount?: TensorLike } & ProbsOrLogits<P>,
): Distribution<Tensor, "boundedInteger"> => {
  const law = classLaw("multinomial", named)
  const count = parameter("multinomial", "totalCount", named.totalCount ?? 1, nonNegativeInteger)
  const n = tf.cast(count, "float32")
  const batchShape = broadcastBatch("multinomial", [law.given, 1], [n, 0])
  const eventShape = [law.classes]
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape, ...eventShape])
  const mean = (): Tensor => tf.mul(tf.expandDims(n, -1), law.probs())
  return distribution<"boundedInteger">({
    family: "multinomial",
    parameters: { totalCount: count, [law.name]: law.given },
    ...onCounts(n, massOf(law)),
    batchShape,
    eventShape,
    gradient: "score",
    draw: (key, shape) => drawCounts(law.probs(), n, key, shape),
    mean: () => over(mean()),
    variance: () => over(tf.mul(mean(), tf.sub(1, law.probs()))),
  })
}
