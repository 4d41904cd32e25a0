/**
 * Mixtures of Gaussians as a program, p(x) = Σ_k w_k N(x; mean_k, covariance_k), so that exact EM, variational EM and amortized
 * inference fit one and the same model from one and the same start. Left out: guides (`mixture-guides.ts`, read next) and
 * exact EM itself (`exact/gaussian-mixture.ts`).
 */
import { categorical } from "../distributions/categorical.js"
import type { Distribution } from "../distributions/distribution.js"
import { inUnits } from "../distributions/in-units.js"
import { multivariateNormal } from "../distributions/multivariate-normal.js"
import { normal } from "../distributions/normal.js"
import { positive, real, simplex } from "../distributions/support.js"
import { lowerCholesky } from "../distributions/support-structured.js"
import { plate } from "../dsl/plate.js"
import { observe, param, sample } from "../dsl/primitives.js"
import { model } from "../dsl/program.js"
import type { Site } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import type { Body, Program, Run } from "../dsl/types.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { offerClosedForm } from "../inference/closed-form.js"
import type { CovarianceStructure } from "./exact/mixture-layout.js"
import { mixtureClosedForm } from "./mixture-em.js"
import {
  firstMixture,
  type MixtureBeginning,
  type MixtureStartOption,
  mixtureBeginning,
} from "./mixture-start.js"

/** Options of `gaussianMixture`. */
export interface GaussianMixtureModelOptions {
  /** K. */
  readonly components: number
  /** `"full"` (the default), `"tied"`: one for all, `"diagonal"`, or `"spherical"`: one variance a component. */
  readonly covariance?: CovarianceStructure
  /** Where fits begin: a k-means++ start by seed and number (0 and 0 by default), or a mixture in data units. */
  readonly start?: MixtureStartOption
}

/** The options with nothing left out. */
export type GaussianMixtureSettings = Required<GaussianMixtureModelOptions>

/** The sites of the model; `scaleTril` where covariances are full or tied, `scale` else. */
export type MixtureSites =
  | Site<"weights", tf.Tensor1D, "simplex", "param">
  | Site<"means", tf.Tensor2D, "real", "param">
  | Site<"scaleTril", Tensor, "lowerCholesky", "param">
  | Site<"scale", Tensor, "positive", "param">
  | Site<"component", Tensor, "boundedInteger", "latent">
  | Site<"x", Tensor, "real", "observed">

/** A mixture as a model of points [N, D]. */
export type GaussianMixtureModel = Program<[points: tf.Tensor2D], MixtureSites, void>

/** What a mixture was made of, and where it begins on given data. */
export interface MixtureMaking {
  readonly settings: GaussianMixtureSettings
  readonly beginningOf: (points: Tensor) => MixtureBeginning
}

const made = new WeakMap<GaussianMixtureModel, MixtureMaking>()

/** What a mixture was made of, for its guides. Throws a `ModelError` for another program. */
export const makingOf = (mixture: GaussianMixtureModel): MixtureMaking => {
  const making = made.get(mixture)
  if (making !== undefined) return making
  throw programError(
    "not-a-mixture",
    "this program was not made by gaussianMixture(…)",
    "pass the model itself, not one that a handler changed",
  )
}

const settle = (options: GaussianMixtureModelOptions): GaussianMixtureSettings => {
  const { components } = options
  if (!Number.isInteger(components) || components < 1)
    throw programError("bad-option", `components is ${components}`, "give a whole number above 0")
  return { covariance: "full", start: {}, ...options }
}

/** Takes the entries of a component from a table [K, ...]. */
const takenAt = (table: Tensor, component: Tensor): Tensor => tf.gather(table, tf.cast(component, "int32"))

const lastAxes = (x: Tensor, count: number): Tensor => tf.reshape(x, [...x.shape, ...Array(count).fill(1)])

/** p(x | component) for a component of any shape: [...component, event D]. */
const pointGiven = (
  component: Tensor,
  means: Tensor,
  scale: Tensor,
  covariance: CovarianceStructure,
): Distribution<Tensor, "real"> => {
  const loc = takenAt(means, component)
  if (covariance === "tied") return multivariateNormal({ loc, scaleTril: scale })
  const own = takenAt(scale, component)
  if (covariance === "full") return multivariateNormal({ loc, scaleTril: own })
  return normal(loc, covariance === "spherical" ? lastAxes(own, 1) : own).toEvent(1)
}

/** Numbers of the data, read when first asked for, once a tensor. */
const beginnings = (settings: GaussianMixtureSettings): ((x: Tensor) => MixtureBeginning) => {
  const known = new WeakMap<Tensor, MixtureBeginning>()
  return (x) => {
    const before = known.get(x)
    if (before !== undefined) return before
    const begin = mixtureBeginning(x, settings.components, settings.covariance, settings.start)
    known.set(x, begin)
    return begin
  }
}

function* scaleParam(begin: () => MixtureBeginning, covariance: CovarianceStructure): Run<any, Tensor> {
  const first = (): Tensor => firstMixture(begin(), covariance).scale
  if (covariance === "full" || covariance === "tied") {
    const units = () => ({ scale: begin().scale.map((unit) => [unit]) })
    return yield* param("scaleTril", first, inUnits(lowerCholesky, units))
  }
  return yield* param("scale", first, positive)
}

/**
 * A mixture of K Gaussians over points [N, D]: params "weights" [K], "means" [K, D] and "scaleTril" [K, D, D] ([D, D] tied)
 * or "scale" ([K, D] diagonal, [K] spherical), the latent "component" and the data "x" in the plate "points".
 *
 * Params are in data units and move in units of the columns' standard deviations, so that no rescaling of data is needed.
 * `em(mixture, [points])` is exact EM in double precision from the model's start. The likelihood of a mixture with free
 * covariances has no maximum where a component closes in on one point; exact EM names such an end.
 * @throws ModelError for a number of components that is not a whole number above 0; LatentlyError `rows-*` and
 * `mixture-start` at the first run, where the data allow no start.
 * @example
 * const mixture = gaussianMixture({ components: 2 })
 * const fitted = await fit(mixture, responsibilities(mixture), [points], { steps: 500 })
 */
export const gaussianMixture = (options: GaussianMixtureModelOptions): GaussianMixtureModel => {
  const settings = settle(options)
  const { components, covariance } = settings
  const beginningOf = beginnings(settings)
  const mixture = model(function* (points: tf.Tensor2D): Body<any, void> {
    const begin = (): MixtureBeginning => beginningOf(points)
    const first = () => firstMixture(begin(), covariance)
    const weights = yield* param("weights", () => first().weights, simplex)
    const means = yield* param("means", () => first().means, inUnits(real, begin))
    const scale = yield* scaleParam(begin, covariance)
    yield* plate("points", points, function* (x): Body<any, void> {
      const component = yield* sample("component", categorical({ probs: weights }))
      yield* observe("x", pointGiven(component, means, scale, covariance), x)
    })
  }) as GaussianMixtureModel
  made.set(mixture, { settings, beginningOf })
  offerClosedForm(mixture, mixtureClosedForm(components, covariance, beginningOf))
  return mixture
}
