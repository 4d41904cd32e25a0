/** The Kumaraswamy distribution: like the beta, with a distribution function in closed form. Next: `truncated-normal.ts`. */
import { uniform } from "../engine/random.js"
import { digamma, expm1, lbeta, log1mexp, log1p } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { quotient } from "./quotient.js"
import { positive, unit } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const eulerGamma = 0.5772156649015329
const innermost = [2 ** -126, 1 - 2 ** -24] as const

/** log ab + (a-1) log x + (b-1) log(1 - xᵃ) for 0 ≤ x ≤ 1, in double precision. */
const logDensity = fromFormula(
  "LatentlyKumaraswamyLogDensity",
  3,
  (o, a, b, x) => {
    const rest = o.neg(o.expm1(o.xlogy(a, x)))
    return o.add(o.add(o.log(a), o.log(b)), o.add(o.xlogy(o.sub(a, 1), x), o.xlogy(o.sub(b, 1), rest)))
  },
  (dy, inputs) => {
    const [a, b, x] = inputs as readonly [Tensor, Tensor, Tensor]
    return [
      () => tf.mul(dy, byConcentration1(a, b, x)),
      () => tf.mul(dy, byConcentration0(a, b, x)),
      () => tf.mul(dy, byValue(a, b, x)),
    ]
  },
)

/** 1/a + log x (1 - (b-1) xᵃ / (1 - xᵃ)); at the ends what is finite of it. */
const byConcentration1 = fromFormula("LatentlyKumaraswamyBy1", 3, (o, a, b, x) => {
  const safe = o.whereLess(0, x, o.whereLess(x, 1, x, 0.5), 0.5)
  const power = o.exp(o.mul(a, o.log(safe)))
  const odds = o.div(o.mul(o.sub(b, 1), power), o.neg(o.expm1(o.mul(a, o.log(safe)))))
  const slope = o.add(o.div(1, a), o.mul(o.log(safe), o.sub(1, odds)))
  // towards x = 1 the product log x · xᵃ / (1 - xᵃ) tends to -1/a
  const atOne = o.div(b, a)
  return o.whereLess(0, x, o.whereLess(x, 1, slope, atOne), o.div(1, a))
})

/** 1/b + log(1 - xᵃ), and 1/b at x = 1. */
const byConcentration0 = fromFormula("LatentlyKumaraswamyBy0", 3, (o, a, b, x) => {
  const safe = o.whereLess(x, 1, x, 0.5)
  const log = o.log(o.neg(o.expm1(o.mul(a, o.log(safe)))))
  return o.add(o.div(1, b), o.whereLess(x, 1, log, 0))
})

/** (a-1)/x - (b-1) a x^(a-1) / (1 - xᵃ); at an end, only the other end's part. */
const byValue = fromFormula("LatentlyKumaraswamyByValue", 3, (o, a, b, x) => {
  const low = o.whereLess(0, x, x, 0.5)
  const high = o.whereLess(x, 1, x, 0.5)
  const left = o.whereLess(0, x, o.div(o.sub(a, 1), low), 0)
  const power = o.mul(a, o.pow(high, o.sub(a, 1)))
  const right = o.div(power, o.neg(o.expm1(o.mul(a, o.log(high)))))
  const weighted = o.whereLess(0, o.abs(o.sub(b, 1)), o.mul(o.sub(b, 1), right), 0)
  return o.sub(left, o.whereLess(x, 1, weighted, 0))
})

/** E[xⁿ] = b B(1 + n/a, b). */
const moment = (a: Tensor, b: Tensor, n: number): Tensor =>
  tf.mul(b, tf.exp(lbeta(tf.add(1, tf.div(n, a)), b)))

/** (1 - 1/a) (ψ(b+1) + γ) + 1 - 1/b - log ab, the harmonic number of b in the brackets. */
const entropy = (a: Tensor, b: Tensor): Tensor => {
  const harmonic = tf.add(digamma(tf.add(b, 1)), eulerGamma)
  const shapes = tf.add(tf.mul(tf.sub(1, tf.div(1, a)), harmonic), tf.sub(1, tf.div(1, b)))
  return tf.sub(shapes, tf.add(tf.log(a), tf.log(b)))
}

/** (1 - (1-p)^(1/b))^(1/a). */
const quantile = (a: Tensor, b: Tensor, logRest: Tensor): Tensor =>
  tf.exp(quotient(log1mexp(quotient(logRest, b)), a))

/** ((a-1)/(ab-1))^(1/a) where both are at least 1 and one is above, else an end. */
const mode = (a: Tensor, b: Tensor): Tensor => {
  const interior = tf.logicalAnd(tf.greater(a, 1), tf.greaterEqual(b, 1))
  const safe = tf.where(interior, a, 2)
  const peak = tf.pow(
    tf.div(tf.sub(safe, 1), tf.sub(tf.mul(safe, tf.where(interior, b, 1)), 1)),
    tf.div(1, safe),
  )
  return tf.where(interior, peak, tf.cast(tf.logicalAnd(tf.greaterEqual(a, 1), tf.less(b, 1)), "float32"))
}

/**
 * The Kumaraswamy distribution, log p(x) = log ab + (a-1) log x + (b-1) log(1 - xᵃ) with a = `concentration1`,
 * b = `concentration0`, for 0 ≤ x ≤ 1.
 *
 * Both above 0. Draws are pathwise by the quantile, kept inside the open interval. Source: Kumaraswamy (1980).
 * @throws DistributionError where a parameter is not positive or the shapes do not broadcast.
 * @example kumaraswamy({ concentration1: 2, concentration0: 3 }).cdf(0.5)                    // 0.578125
 */
export function kumaraswamy<A extends TensorLike, B extends TensorLike>(
  concentration1: A,
  concentration0: B,
): Univariate<A | B, "unit">
export function kumaraswamy<A extends TensorLike, B extends TensorLike>(named: {
  readonly concentration1: A
  readonly concentration0: B
}): Univariate<A | B, "unit">
export function kumaraswamy(...args: readonly unknown[]): Distribution<Tensor, "unit"> {
  const read = readParameters("kumaraswamy", args, { concentration1: positive, concentration0: positive })
  const { parameters, batchShape, over } = read
  const { concentration1: a, concentration0: b } = parameters
  const logPower = (x: Tensor): Tensor => tf.mul(a, tf.log(tf.clipByValue(x, ...innermost)))
  return distribution<"unit">({
    family: "kumaraswamy",
    parameters,
    support: unit,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => tf.clipByValue(quantile(a, b, tf.log(uniform(key, shape))), ...innermost),
    logDensity: within(unit, 0.5, (x) => logDensity(a, b, x)),
    mean: () => over(moment(a, b, 1)),
    variance: () => over(tf.sub(moment(a, b, 2), tf.square(moment(a, b, 1)))),
    mode: () => over(mode(a, b)),
    entropy: () => over(entropy(a, b)),
    cdf: (x) => {
      const inside = tf.neg(expm1(tf.mul(b, log1mexp(logPower(x)))))
      return tf.where(tf.lessEqual(x, 0), 0, tf.where(tf.greaterEqual(x, 1), 1, inside))
    },
    icdf: (p) => quantile(a, b, log1p(tf.neg(p))),
  })
}
