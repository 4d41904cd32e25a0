/** The normal distribution. The pattern for every family: parameters, formulas, one factory. Next: `kl.ts`. */
import { standardNormal } from "../engine/random.js"
import { ndtr, ndtri } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { broadcastBatch, isNamed, parameter } from "./parameter.js"
import type { Broadcast, Drawn } from "./rank.js"
import { positive, real } from "./support.js"

/** A normal distribution whose draws' rank follows from its parameters' types. */
export type Normal<P extends TensorLike> = Distribution<
  Drawn<Broadcast<P>, Broadcast<P>>,
  "real",
  Broadcast<P>
>

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

const logDensity = (loc: Tensor, scale: Tensor) => (x: Tensor) => {
  const z = tf.div(tf.sub(x, loc), scale)
  return tf.sub(tf.mul(tf.square(z), -0.5), tf.add(tf.log(scale), halfLogTwoPi))
}

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
export function normal(
  first: TensorLike | { loc: TensorLike; scale: TensorLike },
  second?: TensorLike,
): Distribution<Tensor, "real"> {
  const named = isNamed(first) ? first : { loc: first, scale: second! }
  const loc = parameter("normal", "loc", named.loc, real)
  const scale = parameter("normal", "scale", named.scale, positive)
  const batchShape = broadcastBatch("normal", [loc, 0], [scale, 0])
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape])
  return distribution<"real">({
    family: "normal",
    parameters: { loc, scale },
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
    cdf: (x) => ndtr(tf.div(tf.sub(x, loc), scale)),
    icdf: (p) => tf.add(loc, tf.mul(scale, ndtri(p))),
  })
}
