/**
 * `expectation`: the mean of a function of the latents under the posterior, by self-normalized importance sampling from a fit's
 * guide: Σ_s w_s f(z_s) / Σ_s w_s. The guide may be off; the weights make up for it as far as its draws reach. Next: `pareto.ts`.
 */
import { programError, showShape } from "../dsl/site-error.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { QuestionOptions } from "./evaluate.js"
import { type OfDraw, type WeightGroups, weightsOf } from "./importance.js"
import { effectiveDraws, paretoShape } from "./pareto.js"
import { type Fitted, keyOf, questionOf } from "./query.js"

/** A posterior mean, and how far off it may be by chance. */
export interface Expectation {
  /** Of the function's shape; the caller disposes both tensors. */
  readonly mean: Tensor
  /** Of each number of `mean`, by the delta method: √Σ_s w̃_s² (f(z_s) - mean)². */
  readonly standardError: Tensor
  /** The tail shape of the weights, the worst row's: above 0.7 do not trust the mean. */
  readonly kHat: number
  /** Effective draws, the worst row's. */
  readonly effectiveDraws: number
}

/** Weights that add up to 1. */
const normalized = (logWeights: Float64Array): Float64Array => {
  const top = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = logWeights.map((value) => Math.exp(value - top))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((value) => value / sum)
}

type Values = { readonly numbers: Float32Array[]; shape: number[] }

const joined = (a: Float32Array, b: Float32Array): Float32Array => {
  const both = new Float32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** Values of each draw in one array a draw, batches after one another. */
const collector = (values: Values) => (draw: number, value: Tensor) => {
  const [before, now] = [values.numbers[draw], value.dataSync() as Float32Array]
  if (draw === 0)
    values.shape = before ? [values.shape[0]! + value.shape[0]!, ...value.shape.slice(1)] : value.shape
  values.numbers[draw] = before ? joined(before, now) : now.slice()
}

const checkRows = (shape: readonly number[], groups: number, plate: string | undefined): void => {
  if (plate === undefined || shape[0] === groups) return
  throw programError(
    "expectation-shape",
    `the function gives shape ${showShape(shape)}, but each of the ${groups} rows of plate '${plate}' has weights of its own`,
    `give one value a row, shape [${groups}, ...]; a mean over rows is the mean of theirs`,
  )
}

/** The weighted mean of one number over draws, and its standard error. */
const momentsOf = (
  weights: Float64Array,
  numbers: readonly Float32Array[],
  i: number,
): [mean: number, error: number] => {
  const mean = weights.reduce((sum, weight, draw) => sum + weight * numbers[draw]![i]!, 0)
  const square = weights.reduce((sum, weight, draw) => sum + (weight * (numbers[draw]![i]! - mean)) ** 2, 0)
  return [mean, Math.sqrt(square)]
}

const weighed = ({ groups }: WeightGroups, { numbers, shape }: Values): Expectation => {
  const size = shape.reduce((a, b) => a * b, 1)
  const weights = groups.map(normalized)
  const moments = Array.from({ length: size }, (_, i) =>
    momentsOf(weights[Math.floor((i * groups.length) / size)]!, numbers, i),
  )
  return {
    mean: tf.keep(
      tf.tensor(
        Float32Array.from(moments, ([mean]) => mean),
        shape,
      ),
    ),
    standardError: tf.keep(
      tf.tensor(
        Float32Array.from(moments, ([, error]) => error),
        shape,
      ),
    ),
    kHat: groups.map(paretoShape).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    effectiveDraws: groups.map(effectiveDraws).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  }
}

/**
 * Estimates E[f(z) | x] of a fit. `of` is given one draw of the latents by name, with their plates' axes, and may look at shapes, not at
 * values; where the latents fall apart into rows of one plate, it gives one value, or one tensor, for each row.
 * @throws ModelError where rows have weights of their own and `of` gives something else than one value for each.
 * @example expectation(fitted, ({ z }) => tf.square(z)).mean
 */
export const expectation = (
  fitted: Fitted,
  of: OfDraw,
  args?: readonly any[],
  options: QuestionOptions = {},
): Expectation => {
  const question = questionOf(fitted, args, keyOf(options.seed), options.batch)
  const values: Values = { numbers: [], shape: [] }
  const weights = weightsOf(question, options, of, collector(values))
  checkRows(values.shape, weights.groups.length, question.plan.rows?.plate)
  return weighed(weights, values)
}
