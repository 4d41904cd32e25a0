/**
 * Guides for a mixture's components: q(component | x) free for every row, or amortized, a network of x. Each can be summed
 * exactly or estimated by the score function. Next: `gaussian-mixture.ts`, the model.
 */
import { categorical } from "../distributions/categorical.js"
import { scope } from "../dsl/handlers.js"
import { type Activation, mlp } from "../dsl/mlp.js"
import { plate } from "../dsl/plate.js"
import { param, sample } from "../dsl/primitives.js"
import { guide } from "../dsl/program.js"
import type { Estimator, Site } from "../dsl/site.js"
import type { Body, Program, Run } from "../dsl/types.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { scoreGaussianMixture } from "./exact/mixture-score.js"
import { type GaussianMixtureModel, type MixtureMaking, makingOf } from "./gaussian-mixture.js"
import { mixtureOf, rowsOf } from "./mixture-em.js"
import { posteriorMap } from "./mixture-posterior.js"
import { firstMixture, type MixtureBeginning } from "./mixture-start.js"

/** Options of `responsibilities`. */
export interface ResponsibilityOptions {
  /**
   * `"rows"`: free logits for every row, as in variational EM. `"quadratic"` (the default): one linear map of 1, x and x xᵀ,
   * which holds the exact posterior of any mixture of Gaussians. `"linear"`: of 1 and x, exact where covariances are tied.
   * These begin at the posterior where the model begins. `"network"`: a multilayer perceptron of x, begun at random.
   */
  readonly of?: "rows" | "quadratic" | "linear" | "network"
  /** Hidden layers of a network; [32] by default. */
  readonly hidden?: readonly number[]
  readonly activation?: Activation
  /** How gradients pass through the component: "exact" sums over all (the default), "score" draws one. */
  readonly gradient?: Exclude<Estimator, "pathwise">
}

/** The sites of a guide of `responsibilities`. */
export type ResponsibilitySites =
  | Site<`guide/${string}`, Tensor, "real" | "positive", "param">
  | Site<"component", Tensor, "boundedInteger", "latent">

type Logits = (x: Tensor, indices: Tensor) => Tensor

/** The logarithms of p(component | x) where the model begins, no row quite certain: the first E-step. */
const firstLogits = (points: Tensor, { settings, beginningOf }: MixtureMaking): Tensor => {
  const first = firstMixture(beginningOf(points), settings.covariance)
  const name = first.scale.rank >= 2 && settings.covariance !== "diagonal" ? "scaleTril" : "scale"
  const mixture = mixtureOf({ weights: first.weights, means: first.means, [name]: first.scale })
  const { responsibilities } = scoreGaussianMixture(rowsOf(points), mixture)
  const logits = responsibilities.map((share) => Math.log(Math.max(share, 1e-4)))
  return tf.tensor2d(Float32Array.from(logits), [points.shape[0]!, settings.components])
}

function* freeLogits(points: Tensor, making: MixtureMaking): Run<any, Logits> {
  const all: Tensor = yield* param("logits", () => firstLogits(points, making))
  return (_, indices) => tf.gather(all, indices as tf.Tensor1D)
}

/** x in standard units; location and scale are those of the data first seen, kept with the params and never moved. */
function* standardized(begin: () => MixtureBeginning): Run<any, (x: Tensor) => Tensor> {
  const loc: Tensor = yield* param("features/loc", () => tf.tensor1d(begin().loc))
  const scale: Tensor = yield* param("features/scale", () => tf.tensor1d(begin().scale))
  return (x) => tf.div(tf.sub(x, stopGradient(loc)), stopGradient(scale))
}

/** z, or z and the products of every pair of its entries: [rows, D] or [rows, D + D²]. */
const featuresOf = (z: Tensor, of: "linear" | "quadratic"): Tensor => {
  if (of === "linear") return z
  const [rows, d] = z.shape as [number, number]
  const products = tf.mul(tf.expandDims(z, 2), tf.expandDims(z, 1))
  return tf.concat([z, tf.reshape(products, [rows, d * d])], 1)
}

/** A linear map of features that begins at the posterior where the model begins. */
function* linearLogits(
  begin: () => MixtureBeginning,
  of: "linear" | "quadratic",
): Run<any, (z: Tensor) => Tensor> {
  const first = () => posteriorMap(begin(), of)
  const weights: Tensor = yield* param("weights", () =>
    tf.reshape(tf.tensor1d(first().weights), [-1, first().bias.length]),
  )
  const bias: Tensor = yield* param("bias", () => tf.tensor1d(first().bias))
  return (z) => tf.add(tf.matMul(featuresOf(z, of) as tf.Tensor2D, weights as tf.Tensor2D), bias)
}

function* amortizedLogits(
  points: Tensor,
  { settings, beginningOf }: MixtureMaking,
  { of = "quadratic", hidden = [32], activation = "tanh" }: ResponsibilityOptions,
): Run<any, Logits> {
  const begin = (): MixtureBeginning => beginningOf(points)
  const standard = yield* standardized(begin)
  const map: (z: Tensor) => Tensor =
    of === "quadratic" || of === "linear"
      ? yield* linearLogits(begin, of)
      : yield* mlp([points.shape[1]!, ...hidden, settings.components], { activation })
  return (x) => map(standard(x))
}

/**
 * A guide q(component | x) for a mixture: its params are named "guide/…", its latent "component" stands in "points".
 * @throws ModelError for a model that `gaussianMixture` did not make.
 * @example await fit(mixture, responsibilities(mixture, { of: "quadratic" }), [points], { steps: 500 })
 */
export const responsibilities = (
  mixture: GaussianMixtureModel,
  options: ResponsibilityOptions = {},
): Program<[points: tf.Tensor2D], ResponsibilitySites, void> => {
  const making = makingOf(mixture)
  const { gradient = "exact" } = options
  return guide(mixture, function* (points): Body<any, void> {
    const logitsOf = yield* scope("guide", () =>
      options.of === "rows" ? freeLogits(points, making) : amortizedLogits(points, making, options),
    )
    yield* plate("points", points, function* (x, indices): Body<any, void> {
      yield* sample("component", categorical({ logits: logitsOf(x, indices) }), { gradient })
    })
  }) as Program<[points: tf.Tensor2D], ResponsibilitySites, void>
}
