/** The logistic distribution. Next: `gumbel.ts`. */
import { uniform } from "../engine/random.js"
import { log1p, softplus } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { standardized } from "./quotient.js"
import { positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"

/** -z - 2 log(1 + e⁻ᶻ), written evenly in z; derivative -tanh(z/2). Also used by `relaxed-bernoulli.ts`. */
export const standardLogisticDensity = fromFormula(
  "LatentlyLogisticLogDensity",
  1,
  (o, z) => {
    const size = o.abs(z)
    return o.neg(o.add(size, o.mul(2, o.log1p(o.exp(o.neg(size))))))
  },
  (dy, [z]) => [() => tf.neg(tf.mul(dy, tf.tanh(tf.mul(0.5, z!))))],
)

/** log p - log(1 - p). */
const quantile = (p: Tensor): Tensor => tf.sub(tf.log(p), log1p(tf.neg(p)))

/**
 * The logistic distribution, log p(x) = -z - 2 log(1 + e⁻ᶻ) - log scale with z = (x - loc)/scale.
 *
 * `loc` is the mean; the standard deviation is scale·π/√3; 0 and 1 where not given. Draws are pathwise.
 * @throws DistributionError where `scale` is not positive or the shapes do not broadcast.
 * @example logistic(0, 1).cdf(2)                    // 0.8807971
 */
export function logistic<L extends TensorLike, S extends TensorLike>(
  loc: L,
  scale: S,
): Univariate<L | S, "real">
export function logistic<L extends TensorLike = number, S extends TensorLike = number>(named: {
  readonly loc?: L
  readonly scale?: S
}): Univariate<L | S, "real">
export function logistic(...args: readonly unknown[]): Distribution<Tensor, "real"> {
  const read = readParameters("logistic", args, { loc: [real, 0], scale: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { loc, scale } = parameters
  return distribution<"real">({
    family: "logistic",
    parameters,
    support: real,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.add(loc, tf.mul(scale, quantile(uniform(key, shape)))),
    logDensity: (x) => tf.sub(standardLogisticDensity(standardized(x, loc, scale)), tf.log(scale)),
    mean: () => over(loc),
    variance: () => over(tf.mul(Math.PI ** 2 / 3, tf.square(scale))),
    mode: () => over(loc),
    entropy: () => over(tf.add(tf.log(scale), 2)),
    cdf: (x) => tf.exp(tf.neg(softplus(tf.neg(standardized(x, loc, scale))))),
    icdf: (p) => tf.add(loc, tf.mul(scale, quantile(p))),
  })
}
