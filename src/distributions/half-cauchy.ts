/** The half-Cauchy distribution: the size of a Cauchy variable with median 0. Next: `student-t.ts`. */
import { uniform } from "../engine/random.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { log1pSquare, quotient } from "./quotient.js"
import { nonNegative, positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

/** tan(πp/2), from the nearer end: near 1 it is the reciprocal of the tangent of the rest. */
const quantile = (p: Tensor): Tensor =>
  tf.where(
    tf.less(p, 0.5),
    tf.tan(tf.mul(Math.PI / 2, tf.minimum(p, 0.5))),
    tf.reciprocal(tf.tan(tf.mul(Math.PI / 2, tf.sub(1, tf.maximum(p, 0.5))))),
  )

/**
 * The half-Cauchy distribution, log p(x) = -log(1 + (x/scale)²) - log scale + log(2/π) for x ≥ 0, the end included. It has
 * no finite mean.
 *
 * `scale` is the median, above 0; 1 where not given. Draws are pathwise.
 * @throws DistributionError where `scale` is not positive.
 * @example halfCauchy(5).logProb(0)                    // -2.0610206
 */
export function halfCauchy<S extends TensorLike = number>(scale?: S): Univariate<S, "positive">
export function halfCauchy<S extends TensorLike>(named: { readonly scale: S }): Univariate<S, "positive">
export function halfCauchy(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const { parameters, batchShape, over } = readParameters("halfCauchy", args, { scale: [positive, 1] })
  const { scale } = parameters
  const logDensity = (x: Tensor): Tensor =>
    tf.sub(tf.neg(log1pSquare(quotient(x, scale))), tf.add(tf.log(scale), Math.log(Math.PI / 2)))
  return distribution<"positive">({
    family: "halfCauchy",
    parameters,
    support: nonNegative,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.mul(scale, quantile(uniform(key, shape))),
    logDensity: within(nonNegative, 0, logDensity),
    mean: () => tf.fill([...batchShape], Number.POSITIVE_INFINITY),
    variance: () => tf.fill([...batchShape], Number.POSITIVE_INFINITY),
    mode: () => tf.zeros([...batchShape]),
    entropy: () => over(tf.add(tf.log(scale), Math.log(2 * Math.PI))),
    cdf: (x) => tf.mul(2 / Math.PI, tf.atan(quotient(tf.relu(x), scale))),
    icdf: (p) => tf.mul(scale, quantile(p)),
  })
}
