/** The Gumbel distribution of largest values. Next: `exponential.ts`. */
import { standardGumbel } from "../engine/random.js"
import { expm1, lgamma } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { logQuotient, quotient, standardized } from "./quotient.js"
import { positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

/** Euler's constant, the mean of the standard distribution. */
const eulerGamma = 0.5772156649015329

const logDensity = (loc: Tensor, scale: Tensor) => (x: Tensor) => {
  const z = standardized(x, loc, scale)
  return tf.neg(tf.add(tf.add(z, tf.exp(tf.neg(z))), tf.log(scale)))
}

const quantile = (p: Tensor): Tensor => tf.neg(tf.log(tf.neg(tf.log(p))))

/**
 * The Gumbel distribution, log p(x) = -z - e⁻ᶻ - log scale with z = (x - loc)/scale.
 *
 * `loc` is the mode; the mean is loc + 0.5772·scale; 0 and 1 where not given. Draws are pathwise.
 * @throws DistributionError where `scale` is not positive or the shapes do not broadcast.
 * @example gumbel(0, 1).logProb(0)                    // -1
 */
export function gumbel<L extends TensorLike, S extends TensorLike>(
  loc: L,
  scale: S,
): Univariate<L | S, "real">
export function gumbel<L extends TensorLike = number, S extends TensorLike = number>(named: {
  readonly loc?: L
  readonly scale?: S
}): Univariate<L | S, "real">
export function gumbel(...args: readonly unknown[]): Distribution<Tensor, "real"> {
  const read = readParameters("gumbel", args, { loc: [real, 0], scale: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { loc, scale } = parameters
  return distribution<"real">({
    family: "gumbel",
    parameters,
    support: real,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.add(loc, tf.mul(scale, standardGumbel(key, shape))),
    // at -∞ the two terms would be ∞ - ∞
    logDensity: within(real, loc, logDensity(loc, scale)),
    mean: () => over(tf.add(loc, tf.mul(scale, eulerGamma))),
    variance: () => over(tf.mul(Math.PI ** 2 / 6, tf.square(scale))),
    mode: () => over(loc),
    entropy: () => over(tf.add(tf.log(scale), 1 + eulerGamma)),
    cdf: (x) => tf.exp(tf.neg(tf.exp(tf.neg(standardized(x, loc, scale))))),
    icdf: (p) => tf.add(loc, tf.mul(scale, quantile(p))),
  })
}

/**
 * log(β_q/β_p) + γ(β_p/β_q - 1) + d + e⁻ᵈ Γ(1 + β_p/β_q) - 1 with d = (μ_p - μ_q)/β_q. Source: Bauckhage, "Computing the
 * Kullback-Leibler divergence between two Weibull distributions" (2013), by the logarithm of the variables.
 */
registerKl("gumbel", "gumbel", (p, q) => {
  const { loc, scale } = p.parameters as { loc: Tensor; scale: Tensor }
  const { loc: toLoc, scale: toScale } = q.parameters as { loc: Tensor; scale: Tensor }
  const gap = standardized(loc, toLoc, toScale)
  const moment = expm1(tf.sub(lgamma(tf.add(quotient(scale, toScale), 1)), gap))
  const mean = tf.add(tf.mul(eulerGamma, quotient(tf.sub(scale, toScale), toScale)), gap)
  return tf.sub(tf.add(mean, moment), logQuotient(scale, toScale))
})
