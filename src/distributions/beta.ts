/** The beta distribution. Next: `kumaraswamy.ts`. */
import { fold } from "../engine/random.js"
import { logStandardGamma } from "../engine/special/gamma-sample.js"
import { betainc, digamma, digammaDifference, lbeta, log1p } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { registerKl } from "./kl.js"
import { positive, unit } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

/** The last float32 numbers inside (0, 1). */
const innermost = [2 ** -126, 1 - 2 ** -24] as const

const open = (x: Tensor): Tensor => tf.logicalAnd(tf.greater(x, 0), tf.less(x, 1))

/** `x` inside (0, 1), and ½ at the ends, where the powers have no slope to give. */
const inner = (x: Tensor): Tensor => tf.where(open(x), x, 0.5)

/** (a-1) log x + (b-1) log(1-x) - log B(a, b) for 0 ≤ x ≤ 1, in double precision. */
const logDensity = fromFormula(
  "LatentlyBetaLogDensity",
  3,
  (o, a, b, x) => {
    const powers = o.add(o.xlogy(o.sub(a, 1), x), o.xlog1py(o.sub(b, 1), o.neg(x)))
    return o.add(o.sub(powers, o.add(o.lgamma(a), o.lgamma(b))), o.lgamma(o.add(a, b)))
  },
  (dy, inputs) => {
    const [a, b, x] = inputs as readonly [Tensor, Tensor, Tensor]
    const zeroAtEnds = (y: Tensor): Tensor => tf.where(open(x), y, 0)
    const byEnd = (): Tensor => {
      // at an end only the other end's power has a slope
      const left = tf.where(tf.greater(x, 0), tf.div(tf.sub(a, 1), tf.where(tf.greater(x, 0), x, 1)), 0)
      const rest = tf.sub(1, x)
      return tf.sub(
        left,
        tf.where(tf.greater(rest, 0), tf.div(tf.sub(b, 1), tf.where(tf.greater(rest, 0), rest, 1)), 0),
      )
    }
    return [
      () => tf.mul(dy, tf.add(zeroAtEnds(tf.log(inner(x))), digammaDifference(a, b))),
      () => tf.mul(dy, tf.add(zeroAtEnds(log1p(tf.neg(inner(x)))), digammaDifference(b, a))),
      () => tf.mul(dy, byEnd()),
    ]
  },
)

const mode = (a: Tensor, b: Tensor): Tensor => {
  const interior = tf.logicalAnd(tf.greater(a, 1), tf.greater(b, 1))
  const sum = tf.where(interior, tf.sub(tf.add(a, b), 2), 1)
  return tf.where(interior, tf.div(tf.sub(a, 1), sum), tf.cast(tf.greater(a, b), "float32"))
}

/** log B(a, b) - (a-1) (ψ(a) - ψ(a+b)) - (b-1) (ψ(b) - ψ(a+b)). */
const entropy = (a: Tensor, b: Tensor): Tensor => {
  const first = tf.mul(tf.sub(a, 1), digammaDifference(a, b))
  const second = tf.mul(tf.sub(b, 1), digammaDifference(b, a))
  return tf.add(lbeta(a, b), tf.add(first, second))
}

/**
 * The beta distribution, log p(x) = (a-1) log x + (b-1) log(1-x) - log B(a, b) with a = `concentration1`,
 * b = `concentration0`, for 0 ≤ x ≤ 1.
 *
 * Both above 0; the first draws towards 1, the other towards 0. Draws are pathwise, by implicit differentiation of the
 * two gamma draws they are made of, and kept inside the open interval.
 * @throws DistributionError where a parameter is not positive or the shapes do not broadcast.
 * @example beta({ concentration1: 2, concentration0: 3 }).mean                    // 0.4
 */
export function beta<A extends TensorLike, B extends TensorLike>(
  concentration1: A,
  concentration0: B,
): Univariate<A | B, "unit">
export function beta<A extends TensorLike, B extends TensorLike>(named: {
  readonly concentration1: A
  readonly concentration0: B
}): Univariate<A | B, "unit">
export function beta(...args: readonly unknown[]): Distribution<Tensor, "unit"> {
  const read = readParameters("beta", args, { concentration1: positive, concentration0: positive })
  const { parameters, batchShape, over } = read
  const { concentration1: a, concentration0: b } = parameters
  const sum = tf.add(a, b)
  return distribution<"unit">({
    family: "beta",
    parameters,
    support: unit,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => {
      const ones = logStandardGamma(fold(key, "ones"), a, shape)
      const zeros = logStandardGamma(fold(key, "zeros"), b, shape)
      return tf.clipByValue(tf.sigmoid(tf.sub(ones, zeros)), ...innermost)
    },
    logDensity: within(unit, 0.5, (x) => logDensity(a, b, x)),
    mean: () => over(tf.div(a, sum)),
    variance: () => over(tf.div(tf.mul(tf.div(a, sum), tf.div(b, sum)), tf.add(sum, 1))),
    mode: () => over(mode(a, b)),
    entropy: () => over(entropy(a, b)),
    cdf: (x) => betainc(a, b, tf.clipByValue(x, 0, 1)),
  })
}

/** log B_q - log B_p + (a_p - a_q) ψ(a_p) + (b_p - b_q) ψ(b_p) + (a_q - a_p + b_q - b_p) ψ(a_p + b_p). */
registerKl("beta", "beta", (p, q) => {
  const { concentration1: a, concentration0: b } = p.parameters as Record<string, Tensor>
  const { concentration1: toA, concentration0: toB } = q.parameters as Record<string, Tensor>
  const [moreA, moreB] = [tf.sub(a!, toA!), tf.sub(b!, toB!)]
  const slopes = tf.add(tf.mul(moreA, digamma(a!)), tf.mul(moreB, digamma(b!)))
  const both = tf.mul(tf.add(moreA, moreB), digamma(tf.add(a!, b!)))
  return tf.add(tf.sub(lbeta(toA!, toB!), lbeta(a!, b!)), tf.sub(slopes, both))
})
