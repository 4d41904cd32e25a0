/** Operations along axes, for random programs: sums, extremes, positions of extremes, segments. Next: `random-operations.ts`. */
import { tf } from "../../../src/engine/tensor.js"
import {
  axisIn,
  bools,
  exactFloats,
  integers,
  moved,
  on,
  ranked,
  rankedFloats,
  rounded,
} from "./random-choice.js"
import { positions } from "./random-positions.js"
import type { Chance, Value } from "./random-values.js"

/** Some axes of a value. */
const someAxes = (chance: Chance, { tensor }: Value): number[] =>
  chance.order(tensor.rank).slice(0, 1 + chance.below(tensor.rank))

export const reduce = on(rankedFloats, (chance, value) => {
  const axes = someAxes(chance, value)
  const keep = chance.happens(0.4)
  const count = axes.reduce((n, axis) => n * value.tensor.shape[axis]!, 1)
  const { tensor, bound, exact } = value
  const way = chance.below(5)
  if (way === 0 && bound * count < 100) return [rounded(tf.sum(tensor, axes, keep), bound * count)]
  if (way === 1 && exact) return moved(value, tf.max(tensor, axes, keep))
  if (way === 2 && exact) return moved(value, tf.min(tensor, axes, keep))
  if (way === 3) return [rounded(tf.logSumExp(tensor, axes, keep), bound + Math.log(count))]
  return [rounded(tf.mean(tensor, axes, keep), bound)]
})

export const reduceWhole = on(
  (values) => ranked([...integers(values), ...bools(values)]),
  (chance, value) => {
    const axes = someAxes(chance, value)
    const { tensor } = value
    if (tensor.dtype === "bool") return moved(value, chance.pick([tf.any, tf.all])(tensor, axes))
    return moved(
      { ...value, bound: value.bound * tensor.size },
      chance.pick([tf.sum, tf.max, tf.min])(tensor, axes),
    )
  },
)

export const position = on(
  (values) => ranked(exactFloats(values)),
  (chance, value) => [
    {
      tensor: chance.pick([tf.argMax, tf.argMin])(value.tensor, axisIn(chance, value)),
      bound: 6,
      exact: true,
    },
  ],
)

export const cumulate = on(rankedFloats, (chance, value) => {
  const axis = axisIn(chance, value)
  const size = value.tensor.shape[axis]!
  const tensor = tf.cumsum(value.tensor, axis, chance.happens(0.5), chance.happens(0.5))
  return [rounded(tf.mul(tensor, 1 / size), value.bound)]
})

export const alongLast = on(rankedFloats, (chance, { tensor, bound }) => {
  const softly = chance.happens(0.6)
  return [
    softly
      ? rounded(tf.softmax(tensor), 1)
      : rounded(tf.logSoftmax(tensor), 2 * bound + Math.log(tensor.size)),
  ]
})

export const segments = on(rankedFloats, (chance, value, values) => {
  const count = 1 + chance.below(4)
  const rows = value.tensor.shape[0]!
  const ids = positions(chance, values, count, [rows])
  return [
    rounded(tf.mul(tf.unsortedSegmentSum(value.tensor, ids as tf.Tensor1D, count), 1 / rows), value.bound),
  ]
})
