/**
 * Clusters to start a mixture from: k-means++ centres (Arthur & Vassilvitskii 2007), moved by Lloyd's iterations.
 * Draws are keyed (Philox), so that a seed and a start's number give the same centres everywhere.
 * Next: `mixture-starts.ts`.
 */
import { philoxBits } from "../../engine/philox.js"
import type { Table } from "./rows.js"

/** Centres (components by columns) and the number of the nearest one for every row. */
export interface Clusters {
  readonly centres: Float64Array
  readonly labels: Int32Array
}

/** `size` doubles in [0, 1) of 53 bits, from the stream of a seed and a number. */
const uniforms = (seed: number, stream: number, size: number): number[] => {
  const bits = philoxBits(seed, stream, 2 * size)
  return Array.from(
    { length: size },
    (_, at) => ((bits[2 * at]! >>> 5) * 2 ** 26 + (bits[2 * at + 1]! >>> 6)) * 2 ** -53,
  )
}

const squaredDistance = (
  { data, dimension }: Table,
  row: number,
  centres: Float64Array,
  k: number,
): number => {
  let sum = 0
  for (let j = 0; j < dimension; j++) {
    const difference = data[row * dimension + j]! - centres[k * dimension + j]!
    sum += difference * difference
  }
  return sum
}

/** The row at which the running sum of weights passes `share` of their total; never one of weight 0. */
const pick = (weights: Float64Array, share: number): number => {
  let left = share * weights.reduce((sum, weight) => sum + weight, 0)
  let last = 0
  for (let row = 0; row < weights.length; row++) {
    if (weights[row]! === 0) continue
    last = row
    left -= weights[row]!
    if (left < 0) break
  }
  return last
}

/**
 * k-means++ centres: the first row at random, each further one with probability proportional to its squared distance
 * from the centres so far. Undefined where fewer rows than `components` differ.
 */
export const spreadCentres = (
  table: Table,
  components: number,
  seed: number,
  start: number,
): Float64Array | undefined => {
  const { data, count, dimension } = table
  const centres = new Float64Array(components * dimension)
  const weights = new Float64Array(count).fill(1)
  for (const [k, share] of uniforms(seed, start, components).entries()) {
    if (weights.every((weight) => weight === 0)) return undefined
    const row = pick(weights, share)
    centres.set(data.subarray(row * dimension, (row + 1) * dimension), k * dimension)
    for (let other = 0; other < count; other++) {
      const distance = squaredDistance(table, other, centres, k)
      weights[other] = k === 0 ? distance : Math.min(weights[other]!, distance)
    }
  }
  return centres
}

/** The number of the nearest centre for every row. */
export const nearest = (table: Table, centres: Float64Array): Int32Array =>
  Int32Array.from({ length: table.count }, (_, row) => {
    let [best, label] = [Infinity, 0]
    for (let k = 0; k < centres.length / table.dimension; k++) {
      const distance = squaredDistance(table, row, centres, k)
      if (distance < best) [best, label] = [distance, k]
    }
    return label
  })

/** Every centre moved to the mean of its rows; one without rows stays. */
const recentre = ({ data, count, dimension }: Table, { centres, labels }: Clusters): Float64Array => {
  const sums = new Float64Array(centres.length)
  const sizes = new Float64Array(centres.length / dimension)
  for (let row = 0; row < count; row++) {
    const label = labels[row]!
    sizes[label]! += 1
    for (let j = 0; j < dimension; j++) sums[label * dimension + j]! += data[row * dimension + j]!
  }
  return sums.map((sum, at) => {
    const size = sizes[Math.floor(at / dimension)]!
    return size === 0 ? centres[at]! : sum / size
  })
}

/** Lloyd's iterations from given centres until no row changes its cluster, 30 at most. */
export const kMeans = (table: Table, start: Float64Array): Clusters => {
  let clusters: Clusters = { centres: start, labels: nearest(table, start) }
  for (let iteration = 0; iteration < 30; iteration++) {
    const centres = recentre(table, clusters)
    const labels = nearest(table, centres)
    const settled = labels.every((label, row) => label === clusters.labels[row])
    clusters = { centres, labels }
    if (settled) break
  }
  return clusters
}
