/** The half-normal distribution: the size of a normal variable with mean 0. Next: `cauchy.ts`. */
import { standardNormal } from "../engine/random.js"
import { erf, erfinv } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { logQuotient, quotient } from "./quotient.js"
import { nonNegative, positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const halfLogHalfPi = 0.5 * Math.log(Math.PI / 2)

/**
 * The half-normal distribution, log p(x) = -½(x/scale)² - log scale + ½ log(2/π) for x ≥ 0, the end included.
 *
 * `scale` is that of the normal variable, above 0; 1 where not given. Draws are pathwise: scale·|ε|.
 * @throws DistributionError where `scale` is not positive.
 * @example halfNormal(2).mean                    // 1.5957691
 */
export function halfNormal<S extends TensorLike = number>(scale?: S): Univariate<S, "positive">
export function halfNormal<S extends TensorLike>(named: { readonly scale: S }): Univariate<S, "positive">
export function halfNormal(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const { parameters, batchShape, over } = readParameters("halfNormal", args, { scale: [positive, 1] })
  const { scale } = parameters
  const logDensity = (x: Tensor): Tensor =>
    tf.sub(tf.mul(tf.square(quotient(x, scale)), -0.5), tf.add(tf.log(scale), halfLogHalfPi))
  return distribution<"positive">({
    family: "halfNormal",
    parameters,
    support: nonNegative,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.mul(scale, tf.abs(standardNormal(key, shape))),
    logDensity: within(nonNegative, 0, logDensity),
    mean: () => over(tf.mul(scale, Math.sqrt(2 / Math.PI))),
    variance: () => over(tf.mul(tf.square(scale), 1 - 2 / Math.PI)),
    mode: () => tf.zeros([...batchShape]),
    entropy: () => over(tf.add(tf.log(scale), halfLogHalfPi + 0.5)),
    cdf: (x) => erf(tf.mul(Math.SQRT1_2, quotient(tf.relu(x), scale))),
    icdf: (p) => tf.mul(tf.mul(scale, Math.SQRT2), erfinv(p)),
  })
}

/** ½(r² - 1) - log r with r = σ_p/σ_q. */
registerKl("halfNormal", "halfNormal", (p, q) => {
  const [from, to] = [p.parameters.scale!, q.parameters.scale!]
  const excess = quotient(tf.sub(from, to), to)
  return tf.sub(tf.mul(tf.mul(excess, 0.5), tf.add(excess, 2)), logQuotient(from, to))
})
