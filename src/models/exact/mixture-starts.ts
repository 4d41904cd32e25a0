/**
 * Where EM for a mixture begins: from k-means clusters with their own covariances, or broad, from k-means++ centres with
 * one covariance for all, in turn; or at a state the caller gives. Next: `mixture-em.ts`.
 */
import type { Clusters } from "./k-means.js"
import { kMeans, nearest, spreadCentres } from "./k-means.js"
import type { Breakdown, MixtureFamily, MixtureState } from "./mixture-step.js"
import { maximize } from "./mixture-step.js"
import type { Table } from "./rows.js"
import type { Standardized } from "./standardize.js"

/** The moments of rows that belong wholly to their clusters, about the clusters' centres. */
const clusterMoments = (table: Table, { centres, labels }: Clusters, { layout }: MixtureFamily) => {
  const { pairs, dimension, stride, components } = layout
  const moments = new Float64Array(components * stride)
  for (let row = 0; row < table.count; row++) {
    const label = labels[row]!
    const centred = (j: number) => table.data[row * dimension + j]! - centres[label * dimension + j]!
    moments[label * stride]! += 1
    for (let j = 0; j < dimension; j++) moments[label * stride + 1 + j]! += centred(j)
    for (let at = 0; at < pairs.length; at++)
      moments[label * stride + 1 + dimension + at]! += centred(pairs[at]![0]) * centred(pairs[at]![1])
  }
  return moments
}

/** The state a start begins at, and the cluster of each row where there is one. */
export interface MixtureStart {
  readonly state: MixtureState | Breakdown
  readonly labels: Int32Array
}

/**
 * Start number `start` of a seed: even ones from k-means with each cluster's own covariance, odd ones broad. Undefined
 * where fewer rows than components differ.
 */
export const mixtureStart = (
  table: Standardized,
  family: MixtureFamily,
  seed: number,
  start: number,
): MixtureStart | undefined => {
  const centres = spreadCentres(table, family.layout.components, seed, start)
  if (centres === undefined) return undefined
  const broad = start % 2 === 1
  const clusters = broad ? { centres, labels: nearest(table, centres) } : kMeans(table, centres)
  const moments = clusterMoments(table, clusters, family)
  const pooled = broad && family.covariance !== "spherical" ? "tied" : family.covariance
  const state = maximize(moments, clusters.centres, { ...family, covariance: pooled })
  return { state, labels: clusters.labels }
}

/** A state a caller gives, in data units. */
export interface InitialMixture {
  /** K weights; equal ones if left out. They are divided by their sum. */
  readonly weights?: ArrayLike<number>
  /** K times D means, component after component. */
  readonly means: ArrayLike<number>
  /** K times D times D covariances; the covariance of all rows for each if left out. */
  readonly covariances?: ArrayLike<number>
}

/** The covariance of all rows in standard coordinates, kept entries only. */
const overallCovariance = (table: Standardized, { layout }: MixtureFamily): Float64Array => {
  const clusters = { centres: new Float64Array(layout.dimension), labels: new Int32Array(table.count) }
  const moments = clusterMoments(table, clusters, { layout: { ...layout, components: 1 } } as MixtureFamily)
  return moments.slice(1 + layout.dimension).map((sum) => sum / table.count)
}

/** The given state in standard coordinates. */
export const givenStart = (
  table: Standardized,
  family: MixtureFamily,
  initial: InitialMixture,
): MixtureState => {
  const { components, dimension: d, pairs } = family.layout
  const { location, scale } = table
  const weights = Float64Array.from({ length: components }, (_, k) => initial.weights?.[k] ?? 1)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const overall = overallCovariance(table, family)
  const given = initial.covariances
  return {
    weights: weights.map((weight) => weight / sum),
    means: Float64Array.from(initial.means, (mean, at) => (mean - location[at % d]!) / scale[at % d]!),
    covariances: Float64Array.from({ length: components * pairs.length }, (_, at) => {
      const [k, [i, j]] = [Math.floor(at / pairs.length), pairs[at % pairs.length]!]
      return given === undefined
        ? overall[at % pairs.length]!
        : given[(k * d + i) * d + j]! / (scale[i]! * scale[j]!)
    }),
  }
}
