/** Operations that only move numbers, for random programs: most of them are views for the step machine. Next: `random-positions.ts`. */
import { sizeOf, type Tensor, tf } from "../../../src/engine/tensor.js"
import { all, axisIn, floats, integers, moved, on, ranked, withRank } from "./random-choice.js"
import type { Chance, Value } from "./random-values.js"

/** The same number of elements in another shape: axes joined, cut, or put in. */
const otherShape = (chance: Chance, shape: readonly number[]): number[] => {
  const way = chance.below(4)
  if (way === 0 || shape.length === 0) return [sizeOf(shape)]
  const axis = chance.below(shape.length)
  if (way === 1 && shape.length < 5) return shape.toSpliced(axis, 0, 1)
  const size = shape[axis]!
  const divisor = [2, 3, 5].find((d) => size % d === 0 && size > d)
  if (way === 2 && divisor !== undefined && shape.length < 5)
    return shape.toSpliced(axis, 1, divisor, size / divisor)
  return axis + 1 < shape.length
    ? shape.toSpliced(axis, 2, size * shape[axis + 1]!)
    : [...shape.slice(0, -1), 1, size]
}

export const reshape = on(all, (chance, value) =>
  moved(value, tf.reshape(value.tensor, otherShape(chance, value.tensor.shape))),
)

export const transpose = on(
  (values) => withRank(values, 2),
  (chance, value) => moved(value, tf.transpose(value.tensor, chance.order(value.tensor.rank))),
)

export const slice = on(ranked, (chance, value) => {
  const { shape } = value.tensor
  const sizes = shape.map((n) => (chance.happens(0.4) ? n : 1 + chance.below(n)))
  return moved(
    value,
    tf.slice(
      value.tensor,
      shape.map((n, i) => chance.below(n - sizes[i]! + 1)),
      sizes,
    ),
  )
})

export const stridedSlice = on(ranked, (chance, value) => {
  const { shape } = value.tensor
  const parts = shape.map((n) => {
    const step = chance.pick([-2, -1, 1, 1, 2, 3])
    const begin = chance.happens(0.5) ? (step < 0 ? n - 1 : 0) : chance.below(n)
    const reach = step < 0 ? begin : n - 1 - begin
    const count = 1 + chance.below(Math.floor(reach / Math.abs(step)) + 1)
    const last = begin + (count - 1) * step
    const end = step < 0 ? (last === 0 ? -n - 1 : last - 1) : last + 1
    return { begin: chance.happens(0.2) ? begin - n : begin, end, step }
  })
  const [begins, ends, steps] = [parts.map((p) => p.begin), parts.map((p) => p.end), parts.map((p) => p.step)]
  return moved(value, tf.stridedSlice(value.tensor, begins, ends, steps))
})

export const pad = on(
  (values) => [...ranked(floats(values)), ...ranked(integers(values))],
  (chance, value) => {
    const pairs = value.tensor.shape.map(() => [chance.below(3), chance.below(3)] as [number, number])
    const filling = chance.pick([0, 0, -1, 2])
    return [{ ...value, tensor: tf.pad(value.tensor, pairs, filling), bound: Math.max(2, value.bound) }]
  },
)

/** Values of the same shape and type, the given one perhaps among them several times. */
const alike = (chance: Chance, value: Value, values: readonly Value[]): Value[] => {
  const { shape, dtype } = value.tensor
  const same = values.filter(({ tensor }) => tensor.dtype === dtype && `${tensor.shape}` === `${shape}`)
  return [value, ...Array.from({ length: 1 + chance.below(2) }, () => chance.pick(same))]
}

const together = (parts: readonly Value[], tensor: Tensor): Value[] => [
  { tensor, bound: Math.max(...parts.map(({ bound }) => bound)), exact: parts.every(({ exact }) => exact) },
]

export const concat = on(ranked, (chance, value, values) => {
  const axis = axisIn(chance, value)
  const parts = alike(chance, value, values).map((part) => {
    const size = 1 + chance.below(part.tensor.shape[axis]!)
    const shape = part.tensor.shape.with(axis, size)
    return chance.happens(0.4)
      ? {
          ...part,
          tensor: tf.slice(
            part.tensor,
            shape.map(() => 0),
            shape,
          ),
        }
      : part
  })
  return together(
    parts,
    tf.concat(
      parts.map(({ tensor }) => tensor),
      axis,
    ),
  )
})

export const stack = on(
  (values) => values.filter(({ tensor }) => tensor.rank < 4),
  (chance, value, values) => {
    const parts = alike(chance, value, values)
    return together(
      parts,
      tf.stack(parts.map(({ tensor }) => tensor) as Tensor[], chance.below(value.tensor.rank + 1)),
    )
  },
)

export const unstack = on(ranked, (chance, value) => {
  const axis = axisIn(chance, value)
  return value.tensor.shape[axis]! > 6 ? undefined : moved(value, ...tf.unstack(value.tensor, axis))
})

export const split = on(ranked, (chance, value) => {
  const axis = axisIn(chance, value)
  const size = value.tensor.shape[axis]!
  if (size === 1) return undefined
  const first = 1 + chance.below(size - 1)
  const sizes = size % 2 === 0 && chance.happens(0.4) ? 2 : [first, size - first]
  return moved(value, ...tf.split(value.tensor, sizes, axis))
})

export const tile = on(ranked, (chance, value) => {
  const times = value.tensor.shape.map(() => chance.pick([1, 1, 2, 3]))
  return moved(value, tf.tile(value.tensor, times))
})

export const reverse = on(ranked, (chance, value) => {
  const axes = chance.order(value.tensor.rank).slice(0, 1 + chance.below(value.tensor.rank))
  return moved(value, tf.reverse(value.tensor, axes))
})
