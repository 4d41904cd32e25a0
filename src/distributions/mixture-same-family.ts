/**
 * Mixtures whose components lie along the last batch axis of one distribution. Left out: components of different
 * families (`mixture.ts`).
 */
import { DistributionError } from "../engine/error.js"
import { fold, type Key } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { logSumExp } from "../engine/special/index.js"
import { type Shape, type Tensor, tf } from "../engine/tensor.js"
import { type ClassLaw, drawClass } from "./categorical.js"
import { type ClosedForm, type Distribution, distribution, type Family } from "./distribution.js"
import { type MixingWeights, mixingLaw } from "./mixing.js"
import { chosen } from "./parameterization.js"
import type { SupportKind } from "./support.js"

/**
 * The weights of a mixture, and its components (or `componentDistribution`) as one distribution of batch shape
 * [...batch, K].
 */
export type MixtureSameFamilyParameters<S extends SupportKind> = MixingWeights &
  (
    | { readonly components: Distribution<Tensor, S>; readonly componentDistribution?: undefined }
    | { readonly componentDistribution: Distribution<Tensor, S>; readonly components?: undefined }
  )

const family = "mixtureSameFamily"

const checkComponents = (law: ClassLaw, { batchShape, family: inner }: Distribution): void => {
  if (batchShape.at(-1) === law.classes) return
  throw new DistributionError(
    "shape-mismatch",
    `${family}: ${law.classes} weights need components of batch shape [..., ${law.classes}], but ${inner} has batch ` +
      `shape [${batchShape.join(", ")}]`,
  )
}

/** A value beside every component: a new axis in front of the event. */
const beside = (x: Tensor, eventRank: number): Tensor => tf.expandDims(x, x.rank - eventRank)

/** Weights [..., K] as factors of component values [..., K, ...event]. */
const asFactors = (x: Tensor, eventRank: number): Tensor =>
  tf.reshape(x, [...x.shape, ...Array.from({ length: eventRank }, () => 1)])

/** One draw from each component, and the chosen one's kept. */
const draw =
  (law: ClassLaw, components: Distribution) =>
  (key: Key, shape: Shape): Tensor => {
    const eventRank = components.eventShape.length
    const batch = shape.slice(0, shape.length - eventRank)
    const index = drawClass(law, fold(key, "component"), batch)
    const each = [...batch, law.classes, ...components.eventShape]
    const all = stopGradient(components.draw(fold(key, "value"), each))
    const chosen = asFactors(tf.cast(tf.oneHot(index, law.classes), "bool"), eventRank)
    return tf.sum(tf.where(chosen, all, tf.zerosLike(all)), batch.length)
  }

const closedForms = (
  law: ClassLaw,
  components: Distribution,
  batchShape: Shape,
): Partial<Pick<Family<SupportKind>, ClosedForm>> => {
  const eventRank = components.eventShape.length
  const average = (values: Tensor): Tensor => {
    const shares = tf.mul(asFactors(law.probs(), eventRank), values)
    return tf.sum(shares, shares.rank - 1 - eventRank)
  }
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape, ...components.eventShape])
  const mean = (): Tensor => average(components.mean)
  const variance = (): Tensor => {
    const apart = tf.sub(components.mean, beside(mean(), eventRank))
    return average(tf.add(components.variance, tf.square(apart)))
  }
  const { closed } = components
  return {
    ...(closed.has("mean") ? { mean: () => over(mean()) } : {}),
    ...(closed.has("mean") && closed.has("variance") ? { variance: () => over(variance()) } : {}),
    ...(closed.has("cdf")
      ? { cdf: (x: Tensor) => tf.sum(tf.mul(law.probs(), components.cdf(beside(x, 0))), -1) }
      : {}),
  }
}

/**
 * A mixture of K distributions of one family, log p(x) = log Σ_k w_k p_k(x): `components` is one distribution of batch
 * shape [...batch, K], the weights `probs` or `logits` are [...batch, K] (or a categorical, `mixingDistribution`).
 *
 * A draw takes one draw from each component and keeps one, without a gradient: the estimator is the score function.
 * @throws DistributionError where the last batch axis of the components is not as long as the weights.
 * @example mixtureSameFamily({ probs: [0.3, 0.7], components: normal([-1, 1], 1) }).mean   // 0.4
 */
export const mixtureSameFamily = <S extends SupportKind>(
  named: MixtureSameFamilyParameters<S>,
): Distribution<Tensor, S> => {
  const law = mixingLaw(family, named)
  const components = named[chosen(family, named, "components", "componentDistribution")]!
  checkComponents(law, components)
  const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(
    [...law.batchShape],
    components.batchShape.slice(0, -1),
  )
  const eventRank = components.eventShape.length
  return distribution<S>({
    family,
    parameters: { ...components.parameters, [law.name]: law.given },
    support: components.support,
    batchShape,
    eventShape: components.eventShape,
    gradient: "score",
    draw: draw(law, components),
    logDensity: (x) => logSumExp(tf.add(components.logDensity(beside(x, eventRank)), law.logProbs()), -1),
    ...closedForms(law, components, batchShape),
  })
}
