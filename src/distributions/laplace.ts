/** The Laplace (double exponential) distribution. Next: `logistic.ts`. */
import { uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { erf } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { logQuotient, quotient, standardized } from "./quotient.js"
import { positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"

/** The standard quantile -sign(p - ½) log(1 - 2|p - ½|), from the nearer end. */
const quantile = (p: Tensor): Tensor => {
  const centred = tf.sub(p, 0.5)
  const nearer = tf.minimum(p, tf.sub(1, p))
  return tf.neg(tf.mul(tf.sign(centred), tf.add(tf.log(nearer), Math.LN2)))
}

/** |z| with derivative 0 at 0; that of TensorFlow.js's own is -1 there, and its sign on wasm takes 1e-30 for 0. */
const distance = (z: Tensor): Tensor => {
  const fixed = stopGradient(z)
  const sign = tf.sub(tf.cast(tf.greater(fixed, 0), "float32"), tf.cast(tf.less(fixed, 0), "float32"))
  return tf.mul(z, sign)
}

const cdf = (z: Tensor): Tensor => {
  const left = tf.less(stopGradient(z), 0)
  const tail = tf.mul(0.5, tf.exp(tf.where(left, z, tf.neg(z))))
  return tf.where(left, tail, tf.sub(1, tail))
}

/**
 * The Laplace distribution, log p(x) = -|x - loc|/scale - log 2·scale. The derivative at x = loc is 0.
 *
 * `loc` is the mean, `scale` the mean distance from it; 0 and 1 where not given. Draws are pathwise.
 * @throws DistributionError where `scale` is not positive or the shapes do not broadcast.
 * @example laplace(0, 1).logProb(0)                    // -0.6931472
 */
export function laplace<L extends TensorLike, S extends TensorLike>(
  loc: L,
  scale: S,
): Univariate<L | S, "real">
export function laplace<L extends TensorLike = number, S extends TensorLike = number>(named: {
  readonly loc?: L
  readonly scale?: S
}): Univariate<L | S, "real">
export function laplace(...args: readonly unknown[]): Distribution<Tensor, "real"> {
  const read = readParameters("laplace", args, { loc: [real, 0], scale: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { loc, scale } = parameters
  return distribution<"real">({
    family: "laplace",
    parameters,
    support: real,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.add(loc, tf.mul(scale, quantile(uniform(key, shape)))),
    logDensity: (x) => tf.sub(tf.neg(distance(standardized(x, loc, scale))), tf.add(tf.log(scale), Math.LN2)),
    mean: () => over(loc),
    variance: () => over(tf.mul(2, tf.square(scale))),
    mode: () => over(loc),
    entropy: () => over(tf.add(tf.log(scale), 1 + Math.LN2)),
    cdf: (x) => cdf(standardized(x, loc, scale)),
    icdf: (p) => tf.add(loc, tf.mul(scale, quantile(p))),
  })
}

/** d + r·exp(-d/r) - 1 - log r with r = b_p/b_q, d = |μ_p - μ_q|/b_q. */
registerKl("laplace", "laplace", (p, q) => {
  const { loc, scale } = p.parameters as { loc: Tensor; scale: Tensor }
  const { loc: toLoc, scale: toScale } = q.parameters as { loc: Tensor; scale: Tensor }
  const gap = distance(tf.sub(loc, toLoc))
  const decay = tf.mul(quotient(scale, toScale), tf.exp(tf.neg(quotient(gap, scale))))
  return tf.sub(tf.add(quotient(gap, toScale), tf.sub(decay, 1)), logQuotient(scale, toScale))
})

/** -entropy of the normal + log 2b + E|x - μ_q|/b, the mean of a folded normal. */
registerKl("normal", "laplace", (p, q) => {
  const { loc, scale } = p.parameters as { loc: Tensor; scale: Tensor }
  const { loc: toLoc, scale: toScale } = q.parameters as { loc: Tensor; scale: Tensor }
  const gap = standardized(loc, toLoc, scale)
  const folded = tf.add(
    tf.mul(Math.sqrt(2 / Math.PI), tf.exp(tf.mul(-0.5, tf.square(gap)))),
    tf.mul(gap, erf(tf.mul(Math.SQRT1_2, gap))),
  )
  const ratio = quotient(scale, toScale)
  return tf.sub(tf.sub(tf.mul(ratio, folded), logQuotient(scale, toScale)), 0.5 + 0.5 * Math.log(Math.PI / 2))
})

/** -entropy of the Laplace - E log q: the normal's terms at the Laplace's mean and variance 2b². */
registerKl("laplace", "normal", (p, q) => {
  const { loc, scale } = p.parameters as { loc: Tensor; scale: Tensor }
  const { loc: toLoc, scale: toScale } = q.parameters as { loc: Tensor; scale: Tensor }
  const spread = tf.add(
    tf.square(quotient(scale, toScale)),
    tf.mul(0.5, tf.square(standardized(loc, toLoc, toScale))),
  )
  return tf.sub(tf.add(spread, 0.5 * Math.log(Math.PI / 2) - 1), logQuotient(scale, toScale))
})
