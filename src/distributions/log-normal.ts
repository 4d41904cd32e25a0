/** The log-normal distribution: the exponential of a normal variable. Next: `half-normal.ts`. */
import { standardNormal } from "../engine/random.js"
import { expm1, ndtr, ndtri } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { kl, registerKl } from "./kl.js"
import { normal } from "./normal.js"
import { standardized } from "./quotient.js"
import { positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

const logDensity = (loc: Tensor, scale: Tensor) => (x: Tensor) => {
  const logX = tf.log(x)
  const z = standardized(logX, loc, scale)
  return tf.sub(tf.sub(tf.mul(tf.square(z), -0.5), tf.add(tf.log(scale), halfLogTwoPi)), logX)
}

/** log x, and -Infinity at and below 0. */
const logOrNever = (x: Tensor): Tensor => tf.log(tf.relu(x))

/**
 * The log-normal distribution, log p(x) = -½((log x - loc)/scale)² - log x - log scale - ½ log 2π for x > 0.
 *
 * `loc` and `scale` are the mean and standard deviation of log x; 0 and 1 where not given. Draws are pathwise.
 * @throws DistributionError where `scale` is not positive or the shapes do not broadcast.
 * @example logNormal(0, 1).mean                    // 1.6487213
 */
export function logNormal<L extends TensorLike, S extends TensorLike>(
  loc: L,
  scale: S,
): Univariate<L | S, "positive">
export function logNormal<L extends TensorLike = number, S extends TensorLike = number>(named: {
  readonly loc?: L
  readonly scale?: S
}): Univariate<L | S, "positive">
export function logNormal(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const read = readParameters("logNormal", args, { loc: [real, 0], scale: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { loc, scale } = parameters
  const square = (): Tensor => tf.square(scale)
  return distribution<"positive">({
    family: "logNormal",
    parameters,
    support: positive,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.exp(tf.add(loc, tf.mul(scale, standardNormal(key, shape)))),
    logDensity: within(positive, 1, logDensity(loc, scale)),
    mean: () => over(tf.exp(tf.add(loc, tf.mul(0.5, square())))),
    variance: () => over(tf.mul(expm1(square()), tf.exp(tf.add(tf.mul(2, loc), square())))),
    mode: () => over(tf.exp(tf.sub(loc, square()))),
    entropy: () => over(tf.add(tf.add(tf.log(scale), loc), halfLogTwoPi + 0.5)),
    cdf: (x) => ndtr(standardized(logOrNever(x), loc, scale)),
    icdf: (p) => tf.exp(tf.add(loc, tf.mul(scale, ndtri(p)))),
  })
}

const normalOf = ({ parameters }: Distribution): Distribution =>
  normal(parameters as { readonly loc: Tensor; readonly scale: Tensor })

registerKl("logNormal", "logNormal", (p, q) => kl(normalOf(p), normalOf(q)))
