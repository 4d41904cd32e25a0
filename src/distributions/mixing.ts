/**
 * The weights of a mixture: given as probabilities, as logits or as a categorical distribution. Next: `mixture.ts`.
 */
import { DistributionError } from "../engine/error.js"
import type { TensorLike } from "../engine/tensor.js"
import { type ClassLaw, classLaw, lawOf } from "./categorical.js"
import type { Distribution } from "./distribution.js"
import { chosen } from "./parameterization.js"

/** The weights of K components: `probs` or `logits` [...batch, K], or a `categorical` distribution. */
export type MixingWeights =
  | { readonly probs: TensorLike; readonly logits?: undefined; readonly mixingDistribution?: undefined }
  | { readonly logits: TensorLike; readonly probs?: undefined; readonly mixingDistribution?: undefined }
  | { readonly mixingDistribution: Distribution; readonly probs?: undefined; readonly logits?: undefined }

/**
 * The law that picks a component.
 * @throws DistributionError unless exactly one of the three is given, and `mixingDistribution` is a `categorical`.
 */
export const mixingLaw = (family: string, named: MixingWeights): ClassLaw => {
  const name = chosen(family, named, "probs", "logits", "mixingDistribution")
  if (name !== "mixingDistribution") return classLaw(family, { [name]: named[name] } as never)
  const law = lawOf(named.mixingDistribution!)
  if (law === undefined || named.mixingDistribution!.family !== "categorical")
    throw new DistributionError(
      "invalid-parameter",
      `${family}: parameter 'mixingDistribution' must be a categorical, but is a ${named.mixingDistribution!.family}`,
    )
  return law
}
