/** The continuous Bernoulli distribution: a density on [0, 1] for grey values. Next: `relaxed-bernoulli.ts`. */
import { uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { log1p } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { registerKl } from "./kl.js"
import { chosen, type ProbsOrLogits } from "./parameterization.js"
import { interval, real, type Support } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { within } from "./within.js"

const unitInterval: Support<"unit"> = { ...interval(0, 1), kind: "unit" }

/** Probabilities strictly between 0 and 1: at the ends the density is a point. */
const openUnit: Support<"unit"> = {
  ...unitInterval,
  text: "(0, 1)",
  contains: (x) => tf.logicalAnd(tf.greater(x, 0), tf.less(x, 1)),
}

/** Below this |l| a series in l replaces differences that cancel. */
const small = 0.02

/** log((eˡ - 1)/l), the logarithm of the normalizer of e^(lx) on [0, 1]. */
const logNormalizer = fromFormula(
  "LatentlyContinuousBernoulliNormalizer",
  1,
  (o, l) => {
    const size = o.abs(l)
    const safe = o.max(size, small)
    // log((eˢ - 1)/s) = s + log((1 - e⁻ˢ)/s), and the function of -s is that of s less s
    const large = o.add(safe, o.log(o.div(o.neg(o.expm1(o.neg(safe))), safe)))
    const square = o.square(size)
    const even = o.mul(square, o.sub(1 / 24, o.mul(square, 1 / 2880)))
    const positive = o.whereLess(size, small, o.add(o.mul(0.5, size), even), large)
    return o.whereLess(l, 0, o.sub(positive, size), positive)
  },
  (dy, [l]) => [() => tf.mul(dy, meanOf(l!))],
)

/** 1/(1 - e⁻ˡ) - 1/l, the mean. */
const meanOf = fromFormula(
  "LatentlyContinuousBernoulliMean",
  1,
  (o, l) => {
    const size = o.abs(l)
    const safe = o.max(size, small)
    const large = o.sub(o.div(-1, o.expm1(o.neg(safe))), o.div(1, safe))
    const series = o.add(0.5, o.mul(size, o.sub(1 / 12, o.mul(o.square(size), 1 / 720))))
    const positive = o.whereLess(size, small, series, large)
    return o.whereLess(l, 0, o.sub(1, positive), positive)
  },
  (dy, [l]) => [() => tf.mul(dy, varianceOf(l!))],
)

/** 1/l² - 1/(4 sinh²(l/2)), the variance. */
const varianceOf = fromFormula("LatentlyContinuousBernoulliVariance", 1, (o, l) => {
  const size = o.min(o.abs(l), 1000)
  const safe = o.max(size, 0.2)
  const large = o.sub(o.div(1, o.square(safe)), o.div(0.25, o.square(o.sinh(o.mul(0.5, safe)))))
  const square = o.square(size)
  const series = o.sub(
    1 / 12,
    o.mul(square, o.sub(1 / 240, o.mul(square, o.sub(1 / 6048, o.mul(square, 1 / 172800))))),
  )
  return o.whereLess(size, 0.2, series, large)
})

/** The quantile log(1 + u (eˡ - 1))/l; its derivative by l is implicit. */
const quantile = fromFormula(
  "LatentlyContinuousBernoulliQuantile",
  2,
  (o, l, u) => {
    // by symmetry from -|l|, where nothing overflows: x(l, u) = 1 - x(-l, 1 - u)
    const size = o.abs(l)
    const safe = o.max(size, 1e-7)
    const level = o.whereLess(l, 0, u, o.sub(1, u))
    const low = o.neg(o.div(o.log1p(o.mul(level, o.expm1(o.neg(safe)))), safe))
    return o.whereLess(l, 0, low, o.sub(1, low))
  },
  (dy, [l, u], x) => [
    () => tf.mul(dy, quantileByLogit(l!, u!)),
    () => tf.mul(dy, tf.exp(tf.sub(logNormalizer(l!), tf.mul(l!, x)))),
  ],
)

/** dx/dl at fixed u: (u eˡ/(1 + u(eˡ - 1)) - x)/l, and u(1-u)(1 + l(1-2u)/3)/2 near l = 0. */
const quantileByLogit = fromFormula("LatentlyContinuousBernoulliQuantileSlope", 2, (o, l, u) => {
  const size = o.abs(l)
  const safe = o.max(size, 1e-4)
  const level = o.whereLess(l, 0, u, o.sub(1, u))
  const shrink = o.expm1(o.neg(safe))
  const low = o.neg(o.div(o.log1p(o.mul(level, shrink)), safe))
  const kept = o.div(o.mul(level, o.exp(o.neg(safe))), o.add(1, o.mul(level, shrink)))
  const large = o.div(o.sub(low, kept), safe)
  const series = o.mul(o.mul(0.5, o.mul(u, o.sub(1, u))), o.add(1, o.mul(o.div(l, 3), o.sub(1, o.mul(2, u)))))
  return o.whereLess(size, 1e-4, series, large)
})

const cdf = (l: Tensor, x: Tensor): Tensor => {
  const inside = tf.clipByValue(x, 0, 1)
  const share = tf.exp(tf.sub(logNormalizer(tf.mul(l, inside)), logNormalizer(l)))
  return tf.mul(inside, share)
}

/**
 * The continuous Bernoulli distribution, log p(x) = x l - log((eˡ - 1)/l) for 0 ≤ x ≤ 1 with l = `logits`, or
 * l = log(probs / (1 - probs)): the normalized density that grey values under a Bernoulli likelihood ought to have.
 *
 * `probs` strictly between 0 and 1; it is not the mean. Draws are pathwise by the quantile. Source: Loaiza-Ganem and
 * Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders" (2019).
 * @throws DistributionError unless exactly one of `probs` and `logits` is given, inside its domain.
 * @example continuousBernoulli({ logits: 0 }).logProb(0.3)                    // 0
 */
export const continuousBernoulli = <P extends TensorLike>(named: ProbsOrLogits<P>): Univariate<P, "unit"> => {
  const name = chosen("continuousBernoulli", named, "probs", "logits")
  const domain = name === "probs" ? openUnit : real
  const read = readParameters("continuousBernoulli", [named], { [name]: domain } as Record<
    typeof name,
    typeof domain
  >)
  const { parameters, batchShape, over } = read
  const given = parameters[name]
  const l = name === "logits" ? given : tf.sub(tf.log(given), log1p(tf.neg(given)))
  const made = distribution<"unit">({
    family: "continuousBernoulli",
    parameters,
    support: unitInterval,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => quantile(l, uniform(key, shape)),
    logDensity: within(unitInterval, 0.5, (x) => tf.sub(tf.mul(x, l), logNormalizer(l))),
    mean: () => over(meanOf(l)),
    variance: () => over(varianceOf(l)),
    mode: () => over(tf.cast(tf.greater(stopGradient(l), 0), "float32")),
    entropy: () => over(tf.sub(logNormalizer(l), tf.mul(l, meanOf(l)))),
    cdf: (x) => cdf(l, x),
    icdf: (p) => quantile(l, p),
  })
  logitsOf.set(made, l)
  return made as Univariate<P, "unit">
}

const logitsOf = new WeakMap<object, Tensor>()

/** (l_p - l_q) mean_p - A(l_p) + A(l_q), as in any exponential family. */
registerKl("continuousBernoulli", "continuousBernoulli", (p, q) => {
  const [l, to] = [logitsOf.get(p)!, logitsOf.get(q)!]
  return tf.add(tf.mul(tf.sub(l, to), meanOf(l)), tf.sub(logNormalizer(to), logNormalizer(l)))
})
