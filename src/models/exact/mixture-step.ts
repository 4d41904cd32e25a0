/**
 * The M-step of a mixture of Gaussians and the way back to the E-step: moments become weights, means and covariances,
 * and those become the packed parameters of a sweep, unless a component is empty or its covariance singular.
 * Everything here is in standard coordinates. Left out: the loop (`mixture-em.ts`).
 */
import { cholesky, halfLogDeterminant, invertLower, packSymmetric, unpackSymmetric } from "./cholesky.js"
import { symmetricEigen } from "./eigen.js"
import type { CovarianceStructure, MixtureLayout } from "./mixture-layout.js"

/** Weights (K), means (K by D) and the kept entries of the covariances (K by P), in standard coordinates. */
export interface MixtureState {
  readonly weights: Float64Array
  readonly means: Float64Array
  readonly covariances: Float64Array
}

/** What an M-step needs beside the moments. */
export interface MixtureFamily {
  readonly layout: MixtureLayout
  readonly covariance: CovarianceStructure
  /** The units of the columns, and the smallest variance allowed in data units (0: none). */
  readonly scale: Float64Array
  readonly floor: number
  /** The variance below which a column of a component counts as rounding. */
  readonly noise: Float64Array
}

/** Why a component cannot go on. */
export interface Breakdown {
  readonly status: "empty" | "collapsed"
  readonly component: number
}

/** A component whose rows add up to less than this is empty. */
const emptyBelow = 1e-6

/** S / n - d d' about the new mean, d the step of the mean. */
const centralMoments = (moments: Float64Array, start: number, { pairs, dimension }: MixtureLayout) => {
  const size = moments[start]!
  const step = moments.subarray(start + 1, start + 1 + dimension).map((sum) => sum / size)
  return {
    step,
    covariance: pairs.map(([i, j], at) => moments[start + 1 + dimension + at]! / size - step[i]! * step[j]!),
  }
}

/** The state that the moments (about `means`) ask for with free covariances, or the first component without rows. */
const freeState = (
  moments: Float64Array,
  means: Float64Array,
  layout: MixtureLayout,
): MixtureState | Breakdown => {
  const { components, dimension, pairs, stride } = layout
  const sizes = Float64Array.from({ length: components }, (_, k) => moments[k * stride]!)
  const component = sizes.findIndex((size) => !(size > emptyBelow))
  if (component >= 0) return { status: "empty", component }
  const count = sizes.reduce((sum, size) => sum + size, 0)
  const state = {
    weights: sizes.map((size) => size / count),
    means: means.slice(),
    covariances: new Float64Array(components * pairs.length),
  }
  for (let k = 0; k < components; k++) {
    const { step, covariance } = centralMoments(moments, k * stride, layout)
    for (let j = 0; j < dimension; j++) state.means[k * dimension + j]! += step[j]!
    state.covariances.set(covariance, k * pairs.length)
  }
  return state
}

/** One covariance for all: the mean of the components', weighted by their rows. */
const pool = ({ weights, covariances }: MixtureState): Float64Array => {
  const size = covariances.length / weights.length
  return covariances.map((_, at) =>
    weights.reduce((sum, weight, k) => sum + weight * covariances[k * size + (at % size)]!, 0),
  )
}

/** One variance a component: the mean over its columns. */
const average = (covariances: Float64Array, dimension: number): Float64Array =>
  covariances.map((_, at) => {
    const start = at - (at % dimension)
    return covariances.subarray(start, start + dimension).reduce((sum, value) => sum + value, 0) / dimension
  })

/** Raises the eigenvalues of one covariance, taken in data units, to the floor: the exact M-step under that bound. */
const raiseEigenvalues = (packed: Float64Array, { scale, floor, layout }: MixtureFamily): Float64Array => {
  const n = layout.dimension
  const inUnits = unpackSymmetric(packed, n).map((v, at) => v * scale[Math.floor(at / n)]! * scale[at % n]!)
  const { values, vectors } = symmetricEigen(inUnits, n)
  if (values[n - 1]! >= floor) return packed
  const raised = inUnits.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    const sum = values.reduce(
      (total, value, v) => total + Math.max(value, floor) * vectors[v * n + i]! * vectors[v * n + j]!,
      0,
    )
    return sum / (scale[i]! * scale[j]!)
  })
  return packSymmetric(raised, n)
}

const applyFloor = (covariances: Float64Array, family: MixtureFamily): Float64Array => {
  const { floor, scale, layout } = family
  const size = layout.pairs.length
  if (floor === 0) return covariances
  if (size === layout.dimension)
    return covariances.map((value, at) => Math.max(value, floor / scale[at % size]! ** 2))
  const raised = covariances.slice()
  for (let k = 0; k < layout.components; k++)
    raised.set(raiseEigenvalues(covariances.subarray(k * size, (k + 1) * size), family), k * size)
  return raised
}

/** The M-step: the likeliest state for the moments about `means`, or the component that is empty. */
export const maximize = (
  moments: Float64Array,
  means: Float64Array,
  family: MixtureFamily,
): MixtureState | Breakdown => {
  const free = freeState(moments, means, family.layout)
  if ("status" in free) return free
  return { ...free, covariances: applyFloor(restrict(free, family), family) }
}

const restrict = (state: MixtureState, { covariance, layout }: MixtureFamily): Float64Array => {
  if (covariance === "tied") return pool(state)
  return covariance === "spherical" ? average(state.covariances, layout.dimension) : state.covariances
}

/** The lower factor of one covariance's entries, or undefined where it is singular. */
const factorOf = (entries: Float64Array, family: MixtureFamily): Float64Array | undefined => {
  const { layout, floor, noise } = family
  const bounds = floor > 0 ? undefined : noise
  if (entries.length > layout.dimension || layout.dimension === 1) {
    const result = cholesky(entries, layout.dimension, 1e-12, bounds)
    return result.status === "factored" ? result.factor : undefined
  }
  return entries.every((value, j) => value > (bounds?.[j] ?? 0)) ? entries.map(Math.sqrt) : undefined
}

/** Writes the parameters of a sweep for a state; the first component with a singular covariance stops it. */
export const pack = (
  state: MixtureState,
  family: MixtureFamily,
  parameters: Float64Array,
): Breakdown | undefined => {
  const { components, dimension, pairs, stride } = family.layout
  const triangular = pairs.length > dimension
  for (let k = 0; k < components; k++) {
    const factor = factorOf(state.covariances.subarray(k * pairs.length, (k + 1) * pairs.length), family)
    if (factor === undefined) return { status: "collapsed", component: k }
    const halfLog = triangular
      ? halfLogDeterminant(factor, dimension)
      : factor.reduce((sum, deviation) => sum + Math.log(deviation), 0)
    const whitener = triangular ? invertLower(factor, dimension) : factor.map((deviation) => 1 / deviation)
    parameters[k * stride] = Math.log(state.weights[k]!) - (dimension / 2) * Math.log(2 * Math.PI) - halfLog
    parameters.set(state.means.subarray(k * dimension, (k + 1) * dimension), k * stride + 1)
    // with the half of the exponent inside, a sweep has only to square and add
    parameters.set(
      whitener.map((value) => value * Math.SQRT1_2),
      k * stride + 1 + dimension,
    )
  }
  return undefined
}
