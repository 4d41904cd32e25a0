/** The normal distribution. The pattern for every family: parameters, formulas, one factory. Next: `kl.ts`. */
import { standardNormal } from "../engine/random.js"
import { ndtr, ndtri } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { divergenceToNormal, withMoments } from "./kl-pairs.js"
import { logQuotient, quotient, standardized } from "./quotient.js"
import { positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"

/** A normal distribution whose draws' rank follows from its parameters' types. */
export type Normal<P extends TensorLike> = Univariate<P, "real">

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

const logDensity = (loc: Tensor, scale: Tensor) => (x: Tensor) =>
  tf.sub(tf.mul(tf.square(standardized(x, loc, scale)), -0.5), tf.add(tf.log(scale), halfLogTwoPi))

/**
 * The normal (Gaussian) distribution, log p(x) = -½((x - loc)/scale)² - log scale - ½ log 2π.
 *
 * `scale` is the standard deviation, above 0. Parameters broadcast; draws are pathwise: loc + scale·ε.
 * @throws DistributionError where `scale` is not positive or the shapes do not broadcast.
 * @example normal(0, 1).logProb(0)                    // -0.9189385
 * @example normal({ loc: [0, 10], scale: 2 }).mean    // [0, 10]
 */
export function normal<L extends TensorLike, S extends TensorLike>(loc: L, scale: S): Normal<L | S>
export function normal<L extends TensorLike, S extends TensorLike>(named: { loc: L; scale: S }): Normal<L | S>
export function normal(...args: readonly unknown[]): Distribution<Tensor, "real"> {
  const { parameters, batchShape, over } = readParameters("normal", args, { loc: real, scale: positive })
  const { loc, scale } = parameters
  return distribution<"real">({
    family: "normal",
    parameters,
    support: real,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.add(loc, tf.mul(scale, standardNormal(key, shape))),
    logDensity: logDensity(loc, scale),
    mean: () => over(loc),
    variance: () => over(tf.square(scale)),
    mode: () => over(loc),
    entropy: () => over(tf.add(tf.log(scale), halfLogTwoPi + 0.5)),
    cdf: (x) => ndtr(standardized(x, loc, scale)),
    icdf: (p) => tf.add(loc, tf.mul(scale, ndtri(p))),
  })
}

/** ½(r² - 1) - log r + ½((μ_p - μ_q)/σ_q)² with r = σ_p/σ_q. */
registerKl("normal", "normal", (p, q) => {
  const { loc, scale } = p.parameters as { loc: Tensor; scale: Tensor }
  const { loc: toLoc, scale: toScale } = q.parameters as { loc: Tensor; scale: Tensor }
  const ratio = quotient(tf.sub(scale, toScale), toScale)
  const spread = tf.sub(tf.mul(tf.mul(ratio, 0.5), tf.add(ratio, 2)), logQuotient(scale, toScale))
  return tf.add(spread, tf.mul(0.5, tf.square(standardized(loc, toLoc, toScale))))
})

for (const family of withMoments) registerKl(family, "normal", divergenceToNormal)
