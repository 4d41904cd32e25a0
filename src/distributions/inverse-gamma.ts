/** The inverse gamma distribution: one over a gamma variable. Next: `chi2.ts`. */
import { logStandardGamma } from "../engine/special/gamma-sample.js"
import { digamma, gammaincc, lgamma } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { gammaDivergence } from "./gamma.js"
import { registerKl } from "./kl.js"
import { quotient } from "./quotient.js"
import { positive } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { guarded, within } from "./within.js"

const largest = 3.4e38

/** a log b - (a+1) log x - b/x - log Γ(a) for x > 0, in double precision. */
const logDensity = fromFormula(
  "LatentlyInverseGammaLogDensity",
  3,
  (o, a, b, x) => {
    const powers = o.sub(o.mul(a, o.log(b)), o.mul(o.add(a, 1), o.log(x)))
    return o.sub(o.sub(powers, o.div(b, x)), o.lgamma(a))
  },
  (dy, inputs) => {
    const [a, b, x] = inputs as readonly [Tensor, Tensor, Tensor]
    return [
      () => tf.mul(dy, tf.sub(tf.sub(tf.log(b), tf.log(x)), digamma(a))),
      () => tf.mul(dy, tf.sub(tf.div(a, b), tf.reciprocal(x))),
      () => tf.mul(dy, tf.div(tf.sub(tf.div(b, x), tf.add(a, 1)), x)),
    ]
  },
)

const mean = (a: Tensor, b: Tensor): Tensor =>
  guarded(tf.greater(a, 1), a, 2, (c) => tf.div(b, tf.sub(c, 1)), Number.POSITIVE_INFINITY)

const variance = (a: Tensor, b: Tensor): Tensor =>
  guarded(
    tf.greater(a, 2),
    a,
    3,
    (c) => tf.div(tf.square(tf.div(b, tf.sub(c, 1))), tf.sub(c, 2)),
    Number.POSITIVE_INFINITY,
  )

/** a + log b + log Γ(a) - (1+a) ψ(a). */
const entropy = (a: Tensor, b: Tensor): Tensor =>
  tf.sub(tf.add(tf.add(a, tf.log(b)), lgamma(a)), tf.mul(tf.add(1, a), digamma(a)))

/**
 * The inverse gamma distribution, log p(x) = a log b - (a+1) log x - b/x - log Γ(a) with a = `concentration`, b = `rate`
 * (the scale of x), for x > 0.
 *
 * Both above 0; `rate` is 1 where not given. Draws are pathwise, by implicit differentiation.
 * @throws DistributionError where a parameter is not positive or the shapes do not broadcast.
 * @example inverseGamma({ concentration: 3, rate: 4 }).mean                    // 2
 */
export function inverseGamma<C extends TensorLike, R extends TensorLike>(
  concentration: C,
  rate: R,
): Univariate<C | R, "positive">
export function inverseGamma<C extends TensorLike, R extends TensorLike = number>(named: {
  readonly concentration: C
  readonly rate?: R
}): Univariate<C | R, "positive">
export function inverseGamma(...args: readonly unknown[]): Distribution<Tensor, "positive"> {
  const read = readParameters("inverseGamma", args, { concentration: positive, rate: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { concentration, rate } = parameters
  return distribution<"positive">({
    family: "inverseGamma",
    parameters,
    support: positive,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) =>
      tf.minimum(tf.exp(tf.sub(tf.log(rate), logStandardGamma(key, concentration, shape))), largest),
    logDensity: within(positive, 1, (x) => logDensity(concentration, rate, x)),
    mean: () => over(mean(concentration, rate)),
    variance: () => over(variance(concentration, rate)),
    mode: () => over(tf.div(rate, tf.add(concentration, 1))),
    entropy: () => over(entropy(concentration, rate)),
    cdf: (x) =>
      guarded(tf.greater(x, 0), x, 1, (inside) => gammaincc(concentration, quotient(rate, inside)), 0),
  })
}

/** That of the two gamma distributions: one over x is the same change on both sides. */
registerKl("inverseGamma", "inverseGamma", (p, q) =>
  gammaDivergence(
    p.parameters.concentration!,
    p.parameters.rate!,
    q.parameters.concentration!,
    q.parameters.rate!,
  ),
)
