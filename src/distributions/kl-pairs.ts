/**
 * Divergences between different families that need only what both already know: KL(p ‖ q) = -H(p) - E_p[log q], where log q
 * is a polynomial of a value, so that its expectation takes p's mean and variance. Left out: pairs of one family (in the
 * family's own file). `normal.ts` and `exponential.ts` register them. Next: `kl.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import type { Distribution } from "./distribution.js"
import { quotient, standardized } from "./quotient.js"

/** Families with an entropy, a mean and a variance in closed form, infinite where the integral is. */
export const withMoments = [
  "logistic",
  "gumbel",
  "uniform",
  "beta",
  "kumaraswamy",
  "continuousBernoulli",
  "truncatedNormal",
  "exponential",
  "gamma",
  "chi2",
  "inverseGamma",
  "weibull",
  "pareto",
  "halfNormal",
  "logNormal",
] as const

/** Those of them whose values are never negative. */
export const neverNegative = [
  "beta",
  "kumaraswamy",
  "continuousBernoulli",
  "inverseGamma",
  "weibull",
  "pareto",
  "halfNormal",
  "logNormal",
] as const

/** KL(p ‖ normal) = -H(p) + log σ + ½ log 2π + ½ ((mean_p - μ)² + variance_p)/σ². */
export const divergenceToNormal = (p: Distribution, q: Distribution): Tensor => {
  const { loc, scale } = q.parameters as { loc: Tensor; scale: Tensor }
  const square = tf.square(standardized(p.mean, loc, scale))
  const spread = quotient(quotient(p.variance, scale), scale)
  const cross = tf.add(tf.mul(0.5, tf.add(square, spread)), tf.log(scale))
  return tf.add(tf.sub(cross, p.entropy()), 0.5 * Math.log(2 * Math.PI))
}

/** KL(p ‖ exponential) = -H(p) - log λ + λ mean_p. */
export const divergenceToExponential = (p: Distribution, q: Distribution): Tensor => {
  const rate = q.parameters.rate!
  return tf.sub(tf.sub(tf.mul(rate, p.mean), tf.log(rate)), p.entropy())
}
