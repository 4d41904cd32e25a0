/**
 * Which component of a Gaussian mixture a point belongs to, for colouring, and how components of two fits correspond.
 * Double precision, any dimension; fitting itself is in `../models`. Next: `plots/mixtureEllipses.ts`.
 */
import { LatentlyError } from "../engine/error.js"
import type { Matrix } from "./ellipse.js"

/** A fitted mixture of K Gaussians in D dimensions: weights [K], means [K, D], covariances [K, D, D]. */
export interface MixtureFit {
  readonly label: string
  readonly weights: ArrayLike<number>
  readonly means: Matrix
  readonly covariances: readonly Matrix[]
}

/**
 * The posterior probability of each component at each point, r = softmax over k of log w + log N(x; mean, covariance).
 * Shape [N, K].
 *
 * @throws LatentlyError `covariance` when a component's covariance is not positive definite.
 * @example responsibilities([[0, 0]], { label: "em", weights: [1], means: [[0, 0]], covariances: [[[1, 0], [0, 1]]] }) // [[1]]
 */
export const responsibilities = (points: Matrix, fit: MixtureFit): number[][] => {
  const scores = fit.covariances.map((covariance, index) => {
    const factor = cholesky(covariance, `component ${index} of '${fit.label}'`)
    const logWeight = Math.log(fit.weights[index]!)
    return (point: ArrayLike<number>) => logWeight + logDensity(point, fit.means[index]!, factor)
  })
  return points.map((point) => softmax(scores.map((score) => score(point))))
}

/** The log-density of a Gaussian up to the constant that all components share, by forward substitution. */
const logDensity = (point: ArrayLike<number>, mean: ArrayLike<number>, factor: number[][]): number => {
  const solved: number[] = []
  let [square, logDeterminant] = [0, 0]
  factor.forEach((row, index) => {
    let rest = point[index]! - mean[index]!
    for (let earlier = 0; earlier < index; earlier++) rest -= row[earlier]! * solved[earlier]!
    solved.push(rest / row[index]!)
    square += solved[index]! ** 2
    logDeterminant += Math.log(row[index]!)
  })
  return -0.5 * square - logDeterminant
}

const softmax = (scores: readonly number[]): number[] => {
  const highest = Math.max(...scores)
  const shares = scores.map((score) => Math.exp(score - highest))
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.map((share) => share / sum)
}

const cholesky = (matrix: Matrix, owner: string): number[][] => {
  const factor: number[][] = []
  for (let row = 0; row < matrix.length; row++) {
    factor.push([])
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row]![column]!
      for (let k = 0; k < column; k++) rest -= factor[row]![k]! * factor[column]![k]!
      if (row === column && !(rest > 0))
        throw new LatentlyError("covariance", `the covariance of ${owner} is not positive definite`)
      factor[row]!.push(row === column ? Math.sqrt(rest) : rest / factor[column]![column]!)
    }
  }
  return factor
}

/**
 * The components of `fit` in the order of `reference`'s, nearest means first, so that two fits of one mixture colour the
 * same cluster alike: labels of components carry no meaning of their own. Distances are in units of the spread of the
 * reference's means; fits with different K are returned as they are.
 *
 * @example matchComponents(variational, exact).means[0] // the mean nearest to exact.means[0]
 */
export const matchComponents = <F extends MixtureFit>(fit: F, reference: MixtureFit): F => {
  const count = reference.means.length
  if (fit.means.length !== count) return fit
  const scale = spreads(reference.means)
  const pairs = reference.means.flatMap((target, to) =>
    fit.means.map((mean, from) => ({ to, from, distance: distance(mean, target, scale) })),
  )
  const order: number[] = new Array(count).fill(-1)
  const taken = new Set<number>()
  for (const { to, from } of pairs.sort((a, b) => a.distance - b.distance)) {
    if (order[to] !== -1 || taken.has(from)) continue
    order[to] = from
    taken.add(from)
  }
  return {
    ...fit,
    weights: order.map((from) => fit.weights[from]!),
    means: order.map((from) => fit.means[from]!),
    covariances: order.map((from) => fit.covariances[from]!),
  }
}

const spreads = (means: Matrix): number[] =>
  Array.from({ length: means[0]!.length }, (_, dimension) => {
    const values = means.map((mean) => mean[dimension]!)
    return Math.max(...values) - Math.min(...values) || 1
  })

const distance = (a: ArrayLike<number>, b: ArrayLike<number>, scale: readonly number[]): number =>
  Math.hypot(...scale.map((unit, dimension) => (a[dimension]! - b[dimension]!) / unit))
