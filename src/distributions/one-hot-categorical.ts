/**
 * The categorical distribution over one-hot vectors. Left out: its relaxations (`relaxed-one-hot-categorical.ts`).
 * Next: `multinomial.ts`.
 */
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type ClassLaw, classEntropy, classKl, classLaw, drawClass, lawOf, remember } from "./categorical.js"
import { type Distribution, distribution, type Family } from "./distribution.js"
import { registerKl } from "./kl.js"
import type { ProbsOrLogits } from "./parameterization.js"
import type { Minus, RankOf } from "./rank.js"
import { oneHot } from "./support-vector.js"

/** A one-hot categorical distribution. */
export type OneHotCategorical<P extends TensorLike> = Distribution<Tensor, "oneHot", Minus<RankOf<P>, 1>>

/** Int32 class numbers as float32 one-hot vectors. */
const toOneHot = (index: Tensor, classes: number): Tensor => tf.cast(tf.oneHot(index, classes), "float32")

const logDensity =
  (law: ClassLaw) =>
  (value: Tensor): Tensor => {
    const inside = oneHot.contains(value)
    return tf.where(inside, law.logMassAt(tf.argMax(value, -1), inside), Number.NEGATIVE_INFINITY)
  }

const oneHotFamily = (law: ClassLaw): Family<"oneHot"> => ({
  family: "oneHotCategorical",
  parameters: { [law.name]: law.given },
  support: oneHot,
  batchShape: law.batchShape,
  eventShape: [law.classes],
  gradient: "score",
  draw: (key, shape) => toOneHot(drawClass(law, key, shape.slice(0, -1)), law.classes),
  logDensity: logDensity(law),
  mean: law.probs,
  variance: () => tf.mul(law.probs(), tf.sub(1, law.probs())),
  mode: () => toOneHot(tf.argMax(law.given, -1), law.classes),
  entropy: () => classEntropy(law),
  enumerate: () =>
    tf.reshape(tf.eye(law.classes), [law.classes, ...law.batchShape.map(() => 1), law.classes]),
})

/**
 * The one-hot categorical distribution, log p(x) = Σ x_k log probs_k for vectors with a single 1, over the last axis of
 * `probs` or `logits` [...batch, K]. Otherwise as `categorical`; draws are float32 vectors.
 * @throws DistributionError unless exactly one of `probs` (summing to 1 within 1e-5) and `logits` (below ∞) is given.
 * @example oneHotCategorical({ probs: [0.2, 0.8] }).logProb([0, 1])   // -0.22314353
 */
export const oneHotCategorical = <P extends TensorLike>(named: ProbsOrLogits<P>): OneHotCategorical<P> => {
  const law = classLaw("oneHotCategorical", named)
  return remember(distribution(oneHotFamily(law)), law) as OneHotCategorical<P>
}

registerKl("oneHotCategorical", "oneHotCategorical", (p, q) => classKl(lawOf(p), lawOf(q)))
