/**
 * The Dirichlet-multinomial distribution: multinomial counts whose probabilities are a Dirichlet draw. Next:
 * `multinomial.ts`.
 */
import { fold } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { rowKernel } from "../engine/row-kernel.js"
import { lgamma, lgammaDifference } from "../engine/special/double/gamma.js"
import { nativeLgammaDifference } from "../engine/special/gamma.js"
import { digamma, digammaDifference, logStandardGamma } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { drawCounts, onCounts } from "./multinomial.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { nonNegativeInteger } from "./support.js"
import { positiveVector } from "./support-vector.js"

const summed = (x: Tensor): Tensor => tf.sum(x, -1, true)

/**
 * The log-mass of counts [..., K] for concentrations [..., K]: rising factorials of each against that of their sum.
 */
export const compoundLogMass = rowKernel({
  name: "LatentlyDirichletMultinomialLogMass",
  term: (x, a) => lgammaDifference(a, x) - lgamma(x + 1),
  nativeTerm: (ops, x, a) => ops.sub(nativeLgammaDifference(ops, [a, x]), ops.call("Lgamma", ops.add(x, 1))),
  total: (n, a) => lgamma(n + 1) - lgammaDifference(a, n),
  nativeTotal: (ops, n, a) => ops.sub(ops.call("Lgamma", ops.add(n, 1)), nativeLgammaDifference(ops, [a, n])),
  gradient: (dy, x, a) => [
    () => {
      const [n, total] = [summed(x), summed(a)]
      const own = tf.sub(digamma(tf.add(a, x)), digamma(tf.add(x, 1)))
      return tf.mul(dy, tf.add(own, tf.sub(digamma(tf.add(n, 1)), digamma(tf.add(total, n)))))
    },
    () => tf.mul(dy, tf.sub(digammaDifference(a, x), digammaDifference(summed(a), summed(x)))),
  ],
})

/**
 * The Dirichlet-multinomial distribution, log p(x) = log n! + log Γ(A) - log Γ(n + A) + Σ (log Γ(x_k + a_k) - log
 * Γ(a_k) -
 * log x_k!), with a = `concentration` [...batch, K], A its sum, and n = `totalCount` (1 where not given).
 *
 * Draws are float32 counts; the estimator is the score function.
 * @throws DistributionError where a concentration is not positive or `totalCount` is not a whole number from 0 up.
 * @example dirichletMultinomial({ concentration: [1, 1, 1], totalCount: 2 }).logProb([1, 1, 0])   // -log 6
 */
export const dirichletMultinomial = (named: {
  readonly concentration: TensorLike
  readonly totalCount?: TensorLike
}): Distribution<Tensor, "boundedInteger"> => {
  const a = parameter("dirichletMultinomial", "concentration", named.concentration, positiveVector)
  const count = parameter("dirichletMultinomial", "totalCount", named.totalCount ?? 1, nonNegativeInteger)
  const n = tf.cast(count, "float32")
  const batchShape = broadcastBatch("dirichletMultinomial", [a, 1], [n, 0])
  const eventShape = a.shape.slice(-1)
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape, ...eventShape])
  const total = summed(a)
  const trials = tf.expandDims(n, -1)
  const mean = (): Tensor => tf.mul(trials, tf.div(a, total))
  return distribution<"boundedInteger">({
    family: "dirichletMultinomial",
    parameters: { concentration: a, totalCount: count },
    ...onCounts(n, (x) => compoundLogMass(x, a)),
    batchShape,
    eventShape,
    gradient: "score",
    draw: (key, shape) => {
      const logGammas = logStandardGamma(fold(key, "probs"), stopGradient(a), shape)
      return drawCounts(tf.softmax(logGammas), n, fold(key, "counts"), shape)
    },
    mean: () => over(mean()),
    variance: () => {
      const spread = tf.div(tf.add(total, trials), tf.add(total, 1))
      return over(tf.mul(tf.mul(mean(), tf.sub(1, tf.div(a, total))), spread))
    },
  })
}
