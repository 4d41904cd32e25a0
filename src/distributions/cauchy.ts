/** The Cauchy distribution. Next: `half-cauchy.ts`. */
import { uniform } from "../engine/random.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { log1pSquare, logQuotient, quotient, standardized } from "./quotient.js"
import { positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"

/** The standard quantile -1/tan πp: exact for small p, where tan(π(p - ½)) has no digits left. */
const quantile = (p: Tensor): Tensor => tf.neg(tf.reciprocal(tf.tan(tf.mul(Math.PI, p))))

const logDensity = (loc: Tensor, scale: Tensor) => (x: Tensor) =>
  tf.sub(tf.neg(log1pSquare(standardized(x, loc, scale))), tf.add(tf.log(scale), Math.log(Math.PI)))

/**
 * The Cauchy distribution, log p(x) = -log(1 + ((x - loc)/scale)²) - log scale - log π. It has no mean and no variance.
 *
 * `loc` is the median, `scale` half the width between the quartiles; 0 and 1 where not given. Draws are pathwise.
 * @throws DistributionError where `scale` is not positive or the shapes do not broadcast.
 * @example cauchy(0, 1).logProb(1e20)                    // -93.248131, far beyond where z² overflows
 */
export function cauchy<L extends TensorLike, S extends TensorLike>(
  loc: L,
  scale: S,
): Univariate<L | S, "real">
export function cauchy<L extends TensorLike = number, S extends TensorLike = number>(named: {
  readonly loc?: L
  readonly scale?: S
}): Univariate<L | S, "real">
export function cauchy(...args: readonly unknown[]): Distribution<Tensor, "real"> {
  const read = readParameters("cauchy", args, { loc: [real, 0], scale: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { loc, scale } = parameters
  return distribution<"real">({
    family: "cauchy",
    parameters,
    support: real,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.add(loc, tf.mul(scale, quantile(uniform(key, shape)))),
    logDensity: logDensity(loc, scale),
    mode: () => over(loc),
    entropy: () => over(tf.add(tf.log(scale), Math.log(4 * Math.PI))),
    cdf: (x) => tf.div(tf.atan2(tf.scalar(1), tf.neg(standardized(x, loc, scale))), Math.PI),
    icdf: (p) => tf.add(loc, tf.mul(scale, quantile(p))),
  })
}

/**
 * log((γ_p + γ_q)² + (x_p - x_q)²) - log 4γ_pγ_q. Source: Chyzak and Nielsen, "A closed-form formula for the
 * Kullback-Leibler divergence between Cauchy distributions" (2019).
 */
registerKl("cauchy", "cauchy", (p, q) => {
  const { loc, scale } = p.parameters as { loc: Tensor; scale: Tensor }
  const { loc: toLoc, scale: toScale } = q.parameters as { loc: Tensor; scale: Tensor }
  const sum = tf.add(scale, toScale)
  const apart = log1pSquare(quotient(tf.sub(loc, toLoc), sum))
  const widths = tf.add(logQuotient(sum, tf.mul(2, scale)), logQuotient(sum, tf.mul(2, toScale)))
  return tf.add(apart, widths)
})
