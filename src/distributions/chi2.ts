/** The chi-squared distribution: a gamma distribution of concentration df/2 and rate ½. Next: `beta.ts`. */
import { gammainc } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { gammaDraw, gammaEntropy } from "./gamma.js"
import { gammaLogDensity } from "./gamma-density.js"
import { nonNegative, positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

/**
 * The chi-squared distribution, the sum of `df` squared standard normals:
 * log p(x) = (df/2 - 1) log x - x/2 - (df/2) log 2 - log Γ(df/2) for x ≥ 0.
 *
 * `df` is above 0 and need not be whole. Draws are pathwise, by implicit differentiation.
 * @throws DistributionError where `df` is not positive.
 * @example chi2(3).variance                    // 6
 */
export function chi2<D extends TensorLike>(df: D): Univariate<D, "positive">
export function chi2<D extends TensorLike>(named: { readonly df: D }): Univariate<D, "positive">
export function chi2(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const { parameters, batchShape, over } = readParameters("chi2", args, { df: positive })
  const { df } = parameters
  const concentration = tf.mul(0.5, df)
  const rate = tf.scalar(0.5)
  return distribution<"positive">({
    family: "chi2",
    parameters,
    support: nonNegative,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => gammaDraw(key, concentration, rate, shape),
    logDensity: within(nonNegative, 1, (x) => gammaLogDensity(concentration, rate, x)),
    mean: () => over(df),
    variance: () => over(tf.mul(2, df)),
    mode: () => over(tf.relu(tf.sub(df, 2))),
    entropy: () => over(gammaEntropy(concentration, rate)),
    cdf: (x) => gammainc(concentration, tf.mul(0.5, tf.relu(x))),
  })
}
