/**
 * The relaxed one-hot categorical (Concrete, Gumbel-softmax) distribution. Left out: hard draws with soft gradients
 * (`straight-through.ts`). Next: `one-hot-categorical.ts`.
 */
import { standardGumbel } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { lgamma, logSumExp } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type ClassLaw, classLaw } from "./categorical.js"
import { type Distribution, distribution } from "./distribution.js"
import { broadcastBatch, parameter } from "./parameter.js"
import type { ProbsOrLogits } from "./parameterization.js"
import { positive, simplex } from "./support.js"

const family = "relaxedOneHotCategorical"

/** The smallest normal float32 number: a coordinate below it is taken as it. */
const tiny = 1.1754944e-38

const logDensity = (temperature: Tensor, law: ClassLaw) => (x: Tensor) => {
  const inside = simplex.contains(stopGradient(x))
  const logX = tf.log(tf.maximum(tf.where(tf.expandDims(inside, -1), x, 1), tiny))
  const tau = tf.expandDims(temperature, -1)
  const scores = tf.sub(law.logProbs(), tf.mul(tau, logX))
  const coordinates = tf.sum(tf.sub(scores, logX), -1)
  const total = tf.mul(law.classes, logSumExp(scores, -1))
  const constant = tf.add(lgamma(law.classes), tf.mul(law.classes - 1, tf.log(temperature)))
  return tf.where(inside, tf.add(constant, tf.sub(coordinates, total)), Number.NEGATIVE_INFINITY)
}

/**
 * The relaxed one-hot categorical distribution over the simplex: softmax((log p + g) / τ) with standard Gumbel g, whose
 * log-density is log Γ(K) + (K-1) log τ + Σ (log p_k - (τ+1) log x_k) - K log Σ p_k x_k^-τ; τ = `temperature`.
 *
 * As τ goes to 0 draws become one-hot. Draws are pathwise, and kept off 0 by the smallest float32 number.
 * @throws DistributionError where `temperature` is not positive, or not exactly one of `probs` and `logits` is given.
 * @example relaxedOneHotCategorical({ temperature: 0.5, logits: [0, 1, 2] }).sample(0)   // a point of the simplex
 */
export const relaxedOneHotCategorical = <P extends TensorLike>(
  named: { readonly temperature: TensorLike } & ProbsOrLogits<P>,
): Distribution<Tensor, "simplex"> => {
  const temperature = parameter(family, "temperature", named.temperature, positive)
  const law = classLaw(family, named)
  const batchShape = broadcastBatch(family, [temperature, 0], [law.given, 1])
  return distribution<"simplex">({
    family,
    parameters: { temperature, [law.name]: law.given },
    support: simplex,
    batchShape,
    eventShape: [law.classes],
    gradient: "pathwise",
    draw: (key, shape) => {
      const scores = tf.add(law.logProbs(), standardGumbel(key, shape))
      return tf.maximum(tf.softmax(tf.div(scores, tf.expandDims(temperature, -1))), tiny)
    },
    logDensity: logDensity(temperature, law),
  })
}
