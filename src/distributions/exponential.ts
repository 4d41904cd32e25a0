/** The exponential distribution. Next: `gamma.ts`. */
import { standardExponential } from "../engine/random.js"
import { expm1, log1p } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { divergenceToExponential, neverNegative } from "./kl-pairs.js"
import { logQuotient, quotient } from "./quotient.js"
import { nonNegative, positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

/**
 * The exponential distribution, log p(x) = log rate - rate·x for x ≥ 0, the end included.
 *
 * `rate` is one over the mean, above 0; 1 where not given. Draws are pathwise.
 * @throws DistributionError where `rate` is not positive.
 * @example exponential(2).logProb(0)                    // 0.6931472
 */
export function exponential<R extends TensorLike = number>(rate?: R): Univariate<R, "positive">
export function exponential<R extends TensorLike>(named: { readonly rate: R }): Univariate<R, "positive">
export function exponential(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const { parameters, batchShape, over } = readParameters("exponential", args, { rate: [positive, 1] })
  const { rate } = parameters
  const one = tf.onesLike(rate)
  return distribution<"positive">({
    family: "exponential",
    parameters,
    support: nonNegative,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => quotient(standardExponential(key, shape), rate),
    logDensity: within(nonNegative, 0, (x) => tf.sub(tf.log(rate), tf.mul(rate, x))),
    mean: () => over(quotient(one, rate)),
    variance: () => over(tf.square(quotient(one, rate))),
    mode: () => tf.zeros([...batchShape]),
    entropy: () => over(tf.sub(1, tf.log(rate))),
    cdf: (x) => tf.neg(expm1(tf.neg(tf.mul(rate, tf.relu(x))))),
    icdf: (p) => quotient(tf.neg(log1p(tf.neg(p))), rate),
  })
}

/** r - 1 - log r with r = λ_q/λ_p. */
registerKl("exponential", "exponential", (p, q) => {
  const [from, to] = [p.parameters.rate!, q.parameters.rate!]
  return tf.sub(quotient(tf.sub(to, from), from), logQuotient(to, from))
})

for (const family of neverNegative) registerKl(family, "exponential", divergenceToExponential)
