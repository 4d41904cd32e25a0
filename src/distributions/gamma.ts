/** The gamma distribution. Next: `inverse-gamma.ts`, `chi2.ts`, which are made of it. */
import { logStandardGamma } from "../engine/special/gamma-sample.js"
import { digamma, gammainc, lgamma } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { gammaLogDensity } from "./gamma-density.js"
import { registerKl } from "./kl.js"
import { logQuotient, quotient } from "./quotient.js"
import { nonNegative, positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const smallest = 2 ** -126

/** a - log b + log Γ(a) + (1-a) ψ(a). */
export const gammaEntropy = (concentration: Tensor, rate: Tensor): Tensor =>
  tf.add(
    tf.add(tf.sub(concentration, tf.log(rate)), lgamma(concentration)),
    tf.mul(tf.sub(1, concentration), digamma(concentration)),
  )

/** Draws of a gamma distribution by their logarithms, so that none is 0; pathwise by implicit differentiation. */
export const gammaDraw = (
  key: Parameters<typeof logStandardGamma>[0],
  concentration: Tensor,
  rate: Tensor,
  shape: readonly number[],
): Tensor => tf.maximum(tf.exp(tf.sub(logStandardGamma(key, concentration, shape), tf.log(rate))), smallest)

/**
 * The gamma distribution, log p(x) = a log b + (a-1) log x - b x - log Γ(a) with a = `concentration`, b = `rate`, for
 * x ≥ 0; at 0 it is Infinity, log b or -Infinity as a is below, at or above 1.
 *
 * Both above 0; `rate` is 1 where not given. Draws are pathwise, by implicit differentiation (Figurnov et al. 2018).
 * @throws DistributionError where a parameter is not positive or the shapes do not broadcast.
 * @example gamma({ concentration: 2, rate: 3 }).mean                    // 0.6666667
 */
export function gamma<C extends TensorLike, R extends TensorLike>(
  concentration: C,
  rate: R,
): Univariate<C | R, "positive">
export function gamma<C extends TensorLike, R extends TensorLike = number>(named: {
  readonly concentration: C
  readonly rate?: R
}): Univariate<C | R, "positive">
export function gamma(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const read = readParameters("gamma", args, { concentration: positive, rate: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { concentration, rate } = parameters
  return distribution<"positive">({
    family: "gamma",
    parameters,
    support: nonNegative,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => gammaDraw(key, concentration, rate, shape),
    logDensity: within(nonNegative, 1, (x) => gammaLogDensity(concentration, rate, x)),
    mean: () => over(quotient(concentration, rate)),
    variance: () => over(quotient(quotient(concentration, rate), rate)),
    mode: () => over(quotient(tf.relu(tf.sub(concentration, 1)), rate)),
    entropy: () => over(gammaEntropy(concentration, rate)),
    cdf: (x) => gammainc(concentration, tf.mul(rate, tf.relu(x))),
  })
}

/** (a_p - a_q) ψ(a_p) - log Γ(a_p) + log Γ(a_q) + a_q log(b_p/b_q) + a_p (b_q/b_p - 1). */
export const gammaDivergence = (a: Tensor, b: Tensor, toA: Tensor, toB: Tensor): Tensor => {
  const shapes = tf.add(tf.mul(tf.sub(a, toA), digamma(a)), tf.sub(lgamma(toA), lgamma(a)))
  const rates = tf.add(tf.mul(toA, logQuotient(b, toB)), tf.mul(a, quotient(tf.sub(toB, b), b)))
  return tf.add(shapes, rates)
}

/** The concentration and rate of a distribution that is a gamma distribution by another name. */
const asGamma = ({ family, parameters }: Distribution): readonly [Tensor, Tensor] => {
  const { concentration, rate, df } = parameters
  if (family === "chi2") return [tf.mul(0.5, df!), tf.scalar(0.5)]
  return [concentration ?? tf.scalar(1), rate!]
}

const gammaFamilies = ["gamma", "exponential", "chi2"] as const

for (const p of gammaFamilies)
  for (const q of gammaFamilies)
    if (p !== "exponential" || q !== "exponential")
      registerKl(p, q, (from, to) => gammaDivergence(...asGamma(from), ...asGamma(to)))
