/**
 * The points at which a distribution's density is summed: a grid for a discrete family, its list of values for a finite
 * one, and double-exponential (tanh-sinh) quadrature between quantiles of a pilot sample for a continuous one. The
 * quadrature takes infinite ends and integrable singularities at the ends of the support (Takahasi and Mori, 1974).
 * Left out: multivariate continuous families (they are tested through projections). Next: `fit.ts`.
 */
import type { Distribution } from "../../../src/distributions/distribution.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"

/** Points with weights, cut into bins. */
export interface Nodes {
  /** Shape [count, ...event]. */
  readonly points: Tensor
  /** What a density is multiplied with to give mass. */
  readonly weights: Float64Array
  readonly bins: Int32Array
  readonly binCount: number
  /** The bin of each draw (axes [draws, ...event]). */
  binOf(draws: Tensor): Int32Array
}

const binCount = 40
const step = 0.125
const reach = 25

interface Weighted {
  readonly x: number
  readonly weight: number
}

/** Nodes on (0, 1) as distances from both ends, so that neither end loses digits. */
const unitNodes = Array.from({ length: 2 * reach + 1 }, (_, i) => {
  const t = (i - reach) * step
  const s = (Math.PI / 2) * Math.sinh(t)
  const fromLow = 1 / (1 + Math.exp(-2 * s))
  const fromHigh = 1 / (1 + Math.exp(2 * s))
  return { fromLow, fromHigh, weight: step * Math.PI * Math.cosh(t) * fromLow * fromHigh }
})

const finite = (low: number, high: number): Weighted[] =>
  unitNodes.map(({ fromLow, fromHigh, weight }) => ({
    x: fromLow < 0.5 ? low + (high - low) * fromLow : high - (high - low) * fromHigh,
    weight: weight * (high - low),
  }))

/** From `end` out to infinity in the direction of `sign`, at the pilot's own scale. */
const outward = (end: number, scale: number, sign: number): Weighted[] =>
  unitNodes.map(({ fromLow, fromHigh, weight }) => ({
    x: end + (sign * scale * fromLow) / fromHigh,
    weight: (weight * scale) / (fromHigh * fromHigh),
  }))

const between = (low: number, high: number, scale: number): Weighted[] =>
  low === -Infinity
    ? outward(high, scale, -1)
    : high === Infinity
      ? outward(low, scale, 1)
      : finite(low, high)

const toNumber = (end: number | Tensor): number => (typeof end === "number" ? end : end.dataSync()[0]!)

/** The ends of a scalar support, infinite where it has none. */
export const endsOf = (dist: Distribution): readonly [number, number] => {
  const [low, high] = dist.support.ends ?? dist.support.bounds ?? [-Infinity, Infinity]
  return [toNumber(low), toNumber(high)]
}

const pilotOf = (dist: Distribution): Float32Array =>
  (dist.sample(987_654, [8192]).dataSync() as Float32Array).slice().sort()

const rank = (edges: readonly number[], x: number): number => {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

const scalarNodes = (groups: readonly Weighted[][], edges: readonly number[]): Nodes => ({
  points: tf.tensor1d(groups.flat().map(({ x }) => x)),
  weights: Float64Array.from(groups.flat(), ({ weight }) => weight),
  bins: Int32Array.from(groups.flatMap((group, bin) => group.map(() => bin))),
  binCount: groups.length,
  binOf: (draws) => Int32Array.from(draws.dataSync(), (x) => rank(edges, x)),
})

const continuousNodes = (dist: Distribution): Nodes => {
  const pilot = pilotOf(dist)
  const [low, high] = endsOf(dist)
  const quantile = (i: number): number => pilot[Math.floor((i * pilot.length) / binCount)]!
  const edges = [...new Set(Array.from({ length: binCount - 1 }, (_, i) => quantile(i + 1)))]
  const scale = quantile(Math.floor(binCount * 0.75)) - quantile(Math.floor(binCount * 0.25))
  const all = [low, ...edges.filter((edge) => edge > low && edge < high), high]
  const groups = all.slice(1).map((end, i) => between(all[i]!, end, scale))
  return scalarNodes(groups, all.slice(1, -1))
}

const gridNodes = (dist: Distribution): Nodes => {
  const pilot = pilotOf(dist)
  const [low, high] = endsOf(dist)
  const last = Math.min(high, 2 * pilot.at(-1)! + 60)
  const edges = [
    ...new Set(
      Array.from({ length: binCount - 1 }, (_, i) => pilot[Math.floor(((i + 1) * 8192) / 40)]! + 0.5),
    ),
  ].filter((edge) => edge < last)
  const groups: Weighted[][] = Array.from({ length: edges.length + 1 }, () => [])
  for (let x = low; x <= last; x++) groups[rank(edges, x)]!.push({ x, weight: 1 })
  return scalarNodes(groups, edges)
}

const rowsOf = (draws: Tensor): string[] => {
  const size = draws.size / draws.shape[0]!
  const values = draws.dataSync()
  return Array.from({ length: draws.shape[0]! }, (_, i) => values.slice(i * size, (i + 1) * size).join(" "))
}

const finiteNodes = (dist: Distribution): Nodes => {
  const points = dist.enumerate()
  const index = new Map(rowsOf(points).map((key, i) => [key, i]))
  return {
    points,
    weights: new Float64Array(index.size).fill(1),
    bins: Int32Array.from({ length: index.size }, (_, i) => i),
    binCount: index.size,
    binOf: (draws) => Int32Array.from(rowsOf(draws), (key) => index.get(key) ?? -1),
  }
}

/** The nodes of a distribution with an empty batch; undefined for a continuous or countable family of vectors. */
export const nodesOf = (dist: Distribution): Nodes | undefined => {
  if (dist.closed.has("enumerate")) return finiteNodes(dist)
  if (dist.eventShape.length > 0) return undefined
  return dist.support.discrete ? gridNodes(dist) : continuousNodes(dist)
}

/** The mass at each node: weight times density, 0 where the rounded node falls on a pole at the support's end. */
export const massAt = (dist: Distribution, nodes: Nodes): Float64Array => {
  const density = tf.tidy(() => dist.logProb(nodes.points).dataSync())
  return nodes.weights.map((weight, i) => {
    const mass = weight * Math.exp(density[i]!)
    return Number.isFinite(mass) ? mass : 0
  })
}

/** The expectation of numbers given at the nodes. */
export const expectation = (mass: Float64Array, at: ArrayLike<number>): number =>
  mass.reduce((sum, m, i) => (m === 0 ? sum : sum + m * at[i]!), 0)
