/** The von Mises distribution of angles. Left out: its sampler (`von-mises-draw.ts`). Next: `improper-uniform.ts`. */
import { i0e, i1e, logI0 } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { registerKl } from "./kl.js"
import { angle, positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { vonMisesDraw } from "./von-mises-draw.js"
import { within } from "./within.js"

const logTwoPi = Math.log(2 * Math.PI)

/** κ (cos d - 1) = -2κ sin²(d/2), in double precision. */
const fall = fromFormula(
  "LatentlyVonMisesFall",
  2,
  (o, kappa, d) => o.mul(o.mul(-2, kappa), o.square(o.sin(o.mul(0.5, d)))),
  (dy, [kappa, d]) => [
    () => tf.mul(dy, tf.mul(-2, tf.square(tf.sin(tf.mul(0.5, d!))))),
    () => tf.neg(tf.mul(dy, tf.mul(kappa!, tf.sin(d!)))),
  ],
)

/** A(κ) = I₁(κ)/I₀(κ), the mean of cos(x - loc). */
const meanCosine = (kappa: Tensor): Tensor => tf.div(i1e(kappa), i0e(kappa))

/**
 * The von Mises distribution, log p(x) = κ cos(x - loc) - log I₀(κ) - log 2π with κ = `concentration`, for angles
 * -π ≤ x ≤ π.
 *
 * `loc` is the mean direction, any angle; κ above 0. `mean` is the mean direction inside [-π, π], `variance` the circular
 * variance 1 - I₁(κ)/I₀(κ). Draws are pathwise, by implicit differentiation.
 * @throws DistributionError where `concentration` is not positive or the shapes do not broadcast.
 * @example vonMises({ loc: 0, concentration: 4 }).logProb(0)                    // -0.2628525
 */
export function vonMises<L extends TensorLike, C extends TensorLike>(
  loc: L,
  concentration: C,
): Univariate<L | C, "angle">
export function vonMises<L extends TensorLike, C extends TensorLike>(named: {
  readonly loc: L
  readonly concentration: C
}): Univariate<L | C, "angle">
export function vonMises(...args: readonly unknown[]): Distribution<Tensor, "angle"> {
  const read = readParameters("vonMises", args, { loc: real, concentration: positive })
  const { parameters, batchShape, over } = read
  const { loc, concentration: kappa } = parameters
  const peak = (): Tensor => tf.neg(tf.add(tf.log(i0e(kappa)), logTwoPi))
  const direction = (): Tensor => over(tf.atan2(tf.sin(loc), tf.cos(loc)))
  return distribution<"angle">({
    family: "vonMises",
    parameters,
    support: angle,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => vonMisesDraw(key, loc, kappa, shape),
    logDensity: within(angle, 0, (x) => tf.add(fall(kappa, tf.sub(x, loc)), peak())),
    mean: direction,
    variance: () => over(tf.sub(1, meanCosine(kappa))),
    mode: direction,
    entropy: () => over(tf.sub(tf.add(logI0(kappa), logTwoPi), tf.mul(kappa, meanCosine(kappa)))),
  })
}

/** log I₀(κ_q) - log I₀(κ_p) + A(κ_p) (κ_p - κ_q cos(μ_p - μ_q)). */
registerKl("vonMises", "vonMises", (p, q) => {
  const { loc, concentration } = p.parameters as { loc: Tensor; concentration: Tensor }
  const { loc: toLoc, concentration: to } = q.parameters as { loc: Tensor; concentration: Tensor }
  const pull = tf.sub(concentration, tf.mul(to, tf.cos(tf.sub(loc, toLoc))))
  return tf.add(tf.sub(logI0(to), logI0(concentration)), tf.mul(meanCosine(concentration), pull))
})
