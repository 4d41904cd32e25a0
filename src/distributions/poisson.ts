/**
 * The Poisson distribution of counts. Left out: `negative-binomial.ts`, for counts more spread than their mean.
 * Next: `count-quantile.ts`.
 */
import { uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { digamma, gammaincc, xlogy } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { onSupport } from "./count-density.js"
import { poissonQuantile } from "./count-quantile.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { registerKl } from "./kl.js"
import { isNamed, parameter } from "./parameter.js"
import type { Broadcast } from "./rank.js"
import { nonNegativeInteger, positive } from "./support.js"

/** A Poisson distribution. */
export type Poisson<R extends TensorLike> = Distribution<Tensor, "integer", Broadcast<R>>

/** x log r - r - log x!, in double precision: for large counts its terms cancel. */
const logMass = fromFormula(
  "LatentlyPoissonLogMass",
  2,
  (o, x, rate) => o.sub(o.sub(o.xlogy(x, rate), rate), o.lgamma(o.add(x, 1))),
  (dy, [x, rate]) => [
    () => tf.mul(dy, tf.sub(tf.log(rate!), digamma(tf.add(x!, 1)))),
    () => tf.mul(dy, tf.div(tf.sub(x!, rate!), rate!)),
  ],
)

/**
 * The Poisson distribution, log p(x) = x log rate - rate - log x! for x = 0, 1, 2, …
 *
 * `rate` is the mean, above 0. Draws are float32 counts, each the quantile of one uniform number, so that a tail of
 * probability below 1e-7 is never drawn; the estimator is the score function.
 * @throws DistributionError where `rate` is not positive.
 * @example poisson(3).logProb([0, 2, 0.5])   // [-3, -1.495923, -Infinity]
 */
export function poisson<R extends TensorLike>(rate: R): Poisson<R>
export function poisson<R extends TensorLike>(named: { readonly rate: R }): Poisson<R>
export function poisson(first: TensorLike | { rate: TensorLike }): Distribution<Tensor, "integer"> {
  const named = isNamed(first) ? first : { rate: first }
  const rate = parameter("poisson", "rate", named.rate, positive)
  return distribution<"integer">({
    family: "poisson",
    parameters: { rate },
    support: nonNegativeInteger,
    batchShape: rate.shape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => poissonQuantile(uniform(key, shape), stopGradient(rate)),
    logDensity: onSupport(nonNegativeInteger, (x) => logMass(x, rate)),
    mean: () => rate,
    variance: () => rate,
    mode: () => tf.floor(rate),
    cdf: (x) => {
      const count = tf.floor(tf.maximum(x, 0))
      return tf.where(tf.less(x, 0), 0, gammaincc(tf.add(count, 1), rate))
    },
  })
}

registerKl("poisson", "poisson", (p, q) => {
  const [a, b] = [p.parameters.rate!, q.parameters.rate!]
  return tf.add(xlogy(a, tf.div(a, b)), tf.sub(b, a))
})
