/**
 * Probabilistic principal component analysis as a program: x = W z + mean + noise, z ~ N(0, I) (Tipping and Bishop 1999), with a
 * linear guide that holds the exact posterior, so that the bound can be tight and the closed form tells whether it is. Left
 * out: the closed form itself (`exact/ppca.ts`).
 */
import { inUnits } from "../distributions/in-units.js"
import { multivariateNormal } from "../distributions/multivariate-normal.js"
import { normal } from "../distributions/normal.js"
import { positive, real } from "../distributions/support.js"
import { lowerCholesky } from "../distributions/support-structured.js"
import { scope } from "../dsl/handlers.js"
import { plate } from "../dsl/plate.js"
import { observe, param, sample } from "../dsl/primitives.js"
import { guide, model } from "../dsl/program.js"
import type { Site } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import type { Body, Program } from "../dsl/types.js"
import { fold, type Key, standardNormal } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { PpcaParameters } from "./exact/ppca-score.js"

/** Options of `ppca`. */
export interface PpcaModelOptions {
  /** D, the columns of the data. */
  readonly dimension: number
  /** q, the numbers in a latent: at least 1, less than D. */
  readonly latents: number
}

/** The sites of the model. */
export type PpcaSites =
  | Site<"loadings", tf.Tensor2D, "real", "param">
  | Site<"mean", tf.Tensor1D, "real", "param">
  | Site<"noise", tf.Scalar, "positive", "param">
  | Site<"z", Tensor, "real", "latent">
  | Site<"x", Tensor, "real", "observed">

/** The sites of the linear guide. */
export type LinearGuideSites =
  | Site<`guide/${string}`, Tensor, "real" | "lowerCholesky" | "positive", "param">
  | Site<"z", Tensor, "real", "latent">

/** PPCA as a model of rows [N, D]. */
export type PpcaModel = Program<[rows: tf.Tensor2D], PpcaSites, void>

const made = new WeakMap<PpcaModel, PpcaModelOptions>()

const check = ({ dimension, latents }: PpcaModelOptions): void => {
  const whole = Number.isInteger(dimension) && Number.isInteger(latents)
  if (!whole || latents < 1 || latents >= dimension)
    throw programError(
      "bad-option",
      `ppca was given dimension ${dimension} and latents ${latents}`,
      "give whole numbers: at least 1 latent, and fewer latents than columns",
    )
}

/** The root mean square of all columns about their means: the one unit of loadings and noise. */
const spreadOf = (rows: Tensor): number =>
  tf.tidy(() => Math.sqrt(tf.mean(tf.moments(rows, 0).variance).dataSync()[0]!))

/** The spread of each data set, read when first asked for. */
const spreads = (): ((rows: Tensor) => number) => {
  const known = new WeakMap<Tensor, number>()
  return (rows) => {
    const spread = known.get(rows) ?? spreadOf(rows)
    known.set(rows, spread)
    return spread
  }
}

const columnMeans = (rows: Tensor): tf.Tensor1D => tf.mean(rows, 0) as tf.Tensor1D

/** Loadings that begin as noise, half the data's spread in size, so that no direction is preferred. */
const firstLoadings =
  ({ dimension, latents }: PpcaModelOptions, spread: () => number) =>
  (key: Key): tf.Tensor2D =>
    tf.mul(standardNormal(fold(key, "loadings"), [dimension, latents]), spread() / 2)

/**
 * PPCA over rows [N, D]: params "loadings" [D, q], "mean" [D] and "noise" (a standard deviation), the latent "z" and the data
 * "x" in the plate "rows". Its log-likelihood is that of N(mean, W Wᵀ + noise² I).
 *
 * Params are in data units and move in units of the data's spread. Loadings are determined up to a rotation of the latents.
 * @throws ModelError unless 1 ≤ latents < dimension.
 * @example
 * const table = ppca({ dimension: 4, latents: 2 })
 * const fitted = await fit(table, linearGuide(table), [rows], { steps: 2000 })
 */
export const ppca = (options: PpcaModelOptions): PpcaModel => {
  check(options)
  const spreadAt = spreads()
  const program = model(function* (rows: tf.Tensor2D): Body<any, void> {
    const spread = (): number => spreadAt(rows)
    const units = () => ({ scale: spread() })
    const loadings = yield* param("loadings", firstLoadings(options, spread), inUnits(real, units))
    const mean = yield* param("mean", () => columnMeans(rows), inUnits(real, units))
    const noise = yield* param("noise", () => tf.scalar(spread() / 2), positive)
    yield* plate("rows", rows, function* (x): Body<any, void> {
      const z = yield* sample("z", normal(tf.zeros([options.latents]), 1).toEvent(1))
      const centre = tf.add(tf.matMul(z as tf.Tensor2D, loadings, false, true), mean)
      yield* observe("x", normal(centre, noise).toEvent(1), x)
    })
  }) as PpcaModel
  made.set(program, options)
  return program
}

const optionsOf = (program: PpcaModel): PpcaModelOptions => {
  const options = made.get(program)
  if (options !== undefined) return options
  throw programError(
    "not-ppca",
    "this program was not made by ppca(…)",
    "pass the model itself, not one that a handler changed",
  )
}

/**
 * The amortized guide q(z | x) = N(A (x - centre) + b, L Lᵀ), one L for all rows. The exact posterior has this form with
 * A = M⁻¹ Wᵀ and L Lᵀ = noise² M⁻¹, M = Wᵀ W + noise² I, so at the optimum the ELBO is the log-likelihood.
 *
 * The centre is the data's mean at the first run and stays.
 * @throws ModelError for a model that `ppca` did not make.
 */
export const linearGuide = (program: PpcaModel): Program<[rows: tf.Tensor2D], LinearGuideSites, void> => {
  const { dimension, latents } = optionsOf(program)
  const spreadAt = spreads()
  return guide(program, function* (rows): Body<any, void> {
    const { weights, bias, centre, scaleTril } = yield* scope("guide", function* (): Body<any, any> {
      const units = inUnits(real, () => ({ scale: 1 / spreadAt(rows) }))
      return {
        weights: yield* param("weights", () => tf.zeros([dimension, latents]), units),
        bias: yield* param("bias", () => tf.zeros([latents])),
        centre: stopGradient(yield* param("centre", () => columnMeans(rows))),
        scaleTril: yield* param("scaleTril", () => tf.eye(latents), lowerCholesky),
      }
    })
    yield* plate("rows", rows, function* (x): Body<any, void> {
      const loc = tf.add(tf.matMul(tf.sub(x, centre) as tf.Tensor2D, weights), bias)
      yield* sample("z", multivariateNormal({ loc, scaleTril }))
    })
  }) as Program<[rows: tf.Tensor2D], LinearGuideSites, void>
}

/**
 * PPCA as a model's params describe it, in plain numbers: for `scorePpca`, which gives its log-likelihood exactly.
 * @example scorePpca(rows, ppcaOf(fitted.params)).logLikelihood
 */
export const ppcaOf = (params: Readonly<Record<string, Tensor>>): PpcaParameters => {
  const loadings = params.loadings as Tensor
  const [dimension, components] = loadings.shape as [number, number]
  return {
    components,
    dimension,
    loadings: Float64Array.from(loadings.dataSync()),
    mean: Float64Array.from((params.mean as Tensor).dataSync()),
    noiseVariance: (params.noise as Tensor).dataSync()[0]! ** 2,
  }
}
