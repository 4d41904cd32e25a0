/** The Pareto distribution. Next: `von-mises.ts`. */
import { standardExponential } from "../engine/random.js"
import { expm1, log1p } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { logQuotient, quotient } from "./quotient.js"
import { atLeast, positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { guarded, within } from "./within.js"

const mean = (scale: Tensor, alpha: Tensor): Tensor =>
  guarded(
    tf.greater(alpha, 1),
    alpha,
    2,
    (a) => tf.mul(scale, tf.div(a, tf.sub(a, 1))),
    Number.POSITIVE_INFINITY,
  )

const variance = (scale: Tensor, alpha: Tensor): Tensor =>
  guarded(
    tf.greater(alpha, 2),
    alpha,
    3,
    (a) => tf.mul(tf.square(tf.div(scale, tf.sub(a, 1))), tf.div(a, tf.sub(a, 2))),
    Number.POSITIVE_INFINITY,
  )

/**
 * The Pareto distribution, log p(x) = log alpha - log x - alpha log(x/scale) for x ≥ scale, the end included.
 *
 * `scale` is the smallest value, `alpha` the exponent of the tail; both above 0. Draws are pathwise.
 * @throws DistributionError where a parameter is not positive or the shapes do not broadcast.
 * @example pareto({ scale: 1, alpha: 3 }).mean                    // 1.5
 */
export function pareto<S extends TensorLike, A extends TensorLike>(
  scale: S,
  alpha: A,
): Univariate<S | A, "positive">
export function pareto<S extends TensorLike, A extends TensorLike>(named: {
  readonly scale: S
  readonly alpha: A
}): Univariate<S | A, "positive">
export function pareto(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const read = readParameters("pareto", args, { scale: positive, alpha: positive })
  const { parameters, batchShape, over } = read
  const { scale, alpha } = parameters
  const support = atLeast(scale)
  const logDensity = (x: Tensor): Tensor =>
    tf.sub(tf.sub(tf.log(alpha), tf.log(x)), tf.mul(alpha, logQuotient(x, scale)))
  const stretch = (exponent: Tensor): Tensor => {
    const x = tf.mul(scale, tf.exp(exponent))
    // rounding must not carry a draw below the smallest value
    return tf.maximum(x, scale)
  }
  return distribution<"positive">({
    family: "pareto",
    parameters,
    support,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => stretch(quotient(standardExponential(key, shape), alpha)),
    logDensity: within(support, scale, logDensity),
    mean: () => over(mean(scale, alpha)),
    variance: () => over(variance(scale, alpha)),
    mode: () => over(scale),
    entropy: () => over(tf.add(logQuotient(scale, alpha), tf.add(1, tf.reciprocal(alpha)))),
    cdf: (x) => tf.neg(expm1(tf.neg(tf.mul(alpha, logQuotient(tf.maximum(x, scale), scale))))),
    icdf: (p) => stretch(quotient(tf.neg(log1p(tf.neg(p))), alpha)),
  })
}

/** log(α_p/α_q) + α_q log(x_p/x_q) + α_q/α_p - 1 where q reaches as far down, else Infinity. */
registerKl("pareto", "pareto", (p, q) => {
  const { scale, alpha } = p.parameters as { scale: Tensor; alpha: Tensor }
  const { scale: toScale, alpha: toAlpha } = q.parameters as { scale: Tensor; alpha: Tensor }
  const shape = tf.add(logQuotient(alpha, toAlpha), quotient(tf.sub(toAlpha, alpha), alpha))
  const value = tf.add(shape, tf.mul(toAlpha, logQuotient(scale, toScale)))
  return tf.where(tf.lessEqual(toScale, scale), value, Number.POSITIVE_INFINITY)
})
