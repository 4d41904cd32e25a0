/**
 * The values of one latent that stand for all of them in an exact expectation: every value of a finite family, the first
 * counts of an infinite one, and for continuous ones the points of a trapezoidal rule on the unconstrained line, which
 * converges geometrically for such integrands (Trefethen and Weideman 2014). Next: `exact-gradient.ts`, which sums.
 */
import type { Distribution } from "../../distributions/distribution.js"
import { bijectionTo } from "../../distributions/transforms/index.js"
import { type Wrapped, wrapping } from "../../distributions/wrappers.js"
import { stopGradient } from "../../engine/repair/index.js"
import { sizeOf, type Tensor, tf } from "../../engine/tensor.js"

/** One value of a latent in every row, and the volume that its density is multiplied by to be a weight. */
export interface Node {
  readonly value: Tensor
  /** log volume, [...plates] or a scalar; undefined for a point, which has weight 1. */
  readonly logVolume: Tensor | undefined
}

/** All nodes of a latent whose distribution has been expanded to its plates. */
export interface Nodes {
  readonly count: number
  readonly kind: "values" | "quadrature" | "point"
  at(index: number): Node
}

/** Why a latent has no nodes. */
export interface NoNodes {
  readonly refused: string
}

/** More values than this of one latent are not summed. */
const mostValues = 1024

const spreadDraws = 256

/** Points along each unconstrained axis, how far from the centre they reach and how far apart they are, in standard deviations. */
interface Rule {
  readonly points: number
  readonly step: number
}

const rule = (points: number, reach: number): Rule => ({ points, step: (2 * reach) / (points - 1) })

/** Normal tails end at 8 standard deviations; others are exponential, and want steps that are short in themselves. */
const ruleOf = (together: number, isNormal: boolean, widest: number): Rule => {
  if (together > 1) return rule(21, isNormal ? 6.4 : 9)
  return isNormal ? rule(33, 8) : rule(Math.min(121, Math.max(33, Math.ceil(48 * widest) + 1)), 12)
}

const digitsOf = (index: number, base: number, count: number): number[] => {
  const digits: number[] = []
  for (let i = 0, rest = index; i < count; i++, rest = Math.floor(rest / base)) digits.push(rest % base)
  return digits
}

const inEveryRow = (values: readonly number[], dist: Distribution, dtype: Tensor["dtype"]): Tensor =>
  tf.broadcastTo(tf.reshape(tf.tensor1d([...values], dtype as "float32"), [...dist.eventShape]), [
    ...dist.batchShape,
    ...dist.eventShape,
  ])

/** The family inside `toEvent`, `expand` and `mask`. */
const bareFamily = (dist: Distribution): Distribution => {
  const wrapped: Wrapped | undefined = wrapping(dist)
  return wrapped === undefined ? dist : bareFamily(wrapped.inner)
}

/** Every value of a finite family, those of independent parts of one event taken together. */
const finiteNodes = (dist: Distribution, bare: Distribution): Nodes | NoNodes => {
  const values = bare.enumerate()
  const each = values.shape[0]!
  const parts = sizeOf(dist.eventShape) / sizeOf(bare.eventShape)
  const count = each ** parts
  if (count > mostValues) return { refused: `${dist.family} has ${count} values` }
  const table = tf.reshape(values, [each, -1]).arraySync() as number[][]
  return {
    count,
    kind: "values",
    at: (index) => ({
      value: inEveryRow(
        digitsOf(index, each, parts).flatMap((digit) => table[digit]!),
        dist,
        values.dtype,
      ),
      logVolume: tf.scalar(0),
    }),
  }
}

/** The counts from 0 to where the mass has run out. */
const countNodes = (dist: Distribution): Nodes | NoNodes => {
  const draws = dist.sample(0, [spreadDraws])
  const highest = tf.tidy(() => tf.max(draws).dataSync()[0]!)
  const count = Math.ceil(1.5 * highest + 10 * Math.sqrt(highest + 1)) + 10
  if (count > mostValues || sizeOf(dist.eventShape) > 1)
    return { refused: `${dist.family} has too many values that matter` }
  return {
    count,
    kind: "values",
    at: (index) => ({ value: inEveryRow([index], dist, draws.dtype), logVolume: tf.scalar(0) }),
  }
}

const momentsInside = (dist: Distribution, isNormal: boolean): { centre: Tensor; spread: Tensor } => {
  if (isNormal && dist.support.kind === "real") return { centre: dist.mean, spread: tf.sqrt(dist.variance) }
  const inside = bijectionTo(dist.support).inverse(dist.sample(0, [spreadDraws]))
  const { mean, variance } = tf.moments(inside, 0)
  return { centre: mean, spread: tf.sqrt(variance) }
}

/** How many unconstrained numbers a continuous latent has in a row; 0 for others. */
export const dimensionsOf = (dist: Distribution): number =>
  dist.support.discrete
    ? 0
    : sizeOf(bijectionTo(dist.support).inverseShape([...dist.batchShape, ...dist.eventShape])) /
      sizeOf(dist.batchShape)

const continuousNodes = (dist: Distribution, bare: Distribution, together: number): Nodes | NoNodes => {
  const bijection = bijectionTo(dist.support)
  const isNormal = bare.family === "normal"
  const shape = bijection.inverseShape([...dist.batchShape, ...dist.eventShape])
  const dimensions = dimensionsOf(dist)
  if (together > 2) return { refused: `it meets others in ${together} dimensions in all` }
  const moments = momentsInside(dist, isNormal)
  const [centres, spreads] = [moments.centre.dataSync(), moments.spread.dataSync()]
  const { points, step } = ruleOf(
    together,
    isNormal,
    (spreads as Float32Array).reduce((a, b) => Math.max(a, b), 0),
  )
  const own = shape.slice(dist.batchShape.length)
  return {
    count: points ** dimensions,
    kind: "quadrature",
    at: (index) => {
      const grid = digitsOf(index, points, dimensions).map((digit) => (digit - (points - 1) / 2) * step)
      const [centre, spread] = [tf.tensor(centres, [...shape]), tf.tensor(spreads, [...shape])]
      const inside = tf.add(centre, tf.mul(spread, tf.reshape(tf.tensor1d(grid), own)))
      const value = bijection.forward(inside)
      const axes = own.map((_, i) => dist.batchShape.length + i)
      const cell = tf.log(tf.mul(spread, step))
      const volume = axes.length === 0 ? cell : tf.sum(cell, axes)
      const stretch = bijection.logDetJacobian(inside, value)
      return { value, logVolume: stopGradient(tf.add(volume, stretch)) }
    },
  }
}

/** The nodes of a latent, or why it has none. `together`: the dimensions of all latents that it is integrated with, itself included. */
export const nodesOf = (dist: Distribution, together: number): Nodes | NoNodes => {
  const bare = bareFamily(dist)
  if (dist.gradient === "exact")
    return { count: 1, kind: "point", at: () => ({ value: dist.sample(0), logVolume: undefined }) }
  if (bare.closed.has("enumerate")) return finiteNodes(dist, bare)
  return dist.support.discrete ? countNodes(dist) : continuousNodes(dist, bare, together)
}
