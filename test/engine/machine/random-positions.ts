/** Gathers, one-hot vectors and matrix products, for random programs. Next: `random-summaries.ts`. */
import { sizeOf, type Tensor, tf } from "../../../src/engine/tensor.js"
import { axisIn, floats, integers, moved, on, ranked, rounded, tooLarge, withRank } from "./random-choice.js"
import type { Chance, Value } from "./random-values.js"

const within = (indices: Tensor, size: number): Tensor => tf.mod(tf.abs(indices), tf.scalar(size, "int32"))

/** Positions below a limit: written down, or computed from whole numbers there are. */
export const positions = (
  chance: Chance,
  values: readonly Value[],
  limit: number,
  shape: readonly number[],
): Tensor => {
  const there = integers(values).filter(({ tensor }) => `${tensor.shape}` === `${shape}`)
  if (there.length > 0 && chance.happens(0.6)) return within(chance.pick(there).tensor, limit)
  return tf.tensor(
    Array.from({ length: sizeOf(shape) }, () => chance.below(limit)),
    [...shape],
    "int32",
  )
}

export const gather = on(ranked, (chance, value, values) => {
  const axis = axisIn(chance, value)
  const shapes = integers(values)
    .map(({ tensor }) => tensor.shape)
    .filter((shape) => sizeOf(shape) <= 200 && shape.length <= 2)
  const shape = chance.pick([...shapes, [3], [2, 2], [1]])
  if (sizeOf(value.tensor.shape) * sizeOf(shape) > tooLarge || value.tensor.rank + shape.length > 5)
    return undefined
  return moved(
    value,
    tf.gather(value.tensor, positions(chance, values, value.tensor.shape[axis]!, shape) as tf.Tensor1D, axis),
  )
})

export const gatherBatched = on(
  (values) => withRank(values, 2),
  (chance, value, values) => {
    const { shape } = value.tensor
    const indices = positions(chance, values, shape[1]!, [shape[0]!, 1 + chance.below(3)])
    return moved(value, tf.gather(value.tensor, indices as tf.Tensor2D, 1, 1))
  },
)

export const oneHot = on(
  (values) => integers(values).filter(({ tensor }) => tensor.rank <= 3 && tensor.size <= 20_000),
  (chance, { tensor }) => {
    const depth = 2 + chance.below(4)
    const hot = tf.oneHot((chance.happens(0.7) ? within(tensor, depth) : tensor) as tf.Tensor1D, depth)
    return [{ tensor: chance.happens(0.7) ? tf.cast(hot, "float32") : hot, bound: 1, exact: true }]
  },
)

const transposed = (tensor: Tensor): Tensor => {
  const { rank } = tensor
  return tf.transpose(tensor, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2])
}

export const matMul = on(
  (values) => withRank(floats(values), 2),
  (chance, a, values) => {
    const [m, k] = a.tensor.shape.slice(-2) as [number, number]
    const fitting = withRank(floats(values), 2).filter(({ tensor }) => {
      const [rows, columns] = tensor.shape.slice(-2)
      const isSame = `${tensor.shape.slice(0, -2)}` === `${a.tensor.shape.slice(0, -2)}`
      // TensorFlow 2.18 with oneDNN corrupts memory for [6, 1, 15, 3] times [1, 1, 3, 3], say
      const broadcasts = (tensor.rank === 2 || a.tensor.rank === 2) && tensor.rank + a.tensor.rank <= 5
      return (rows === k || columns === k) && (isSame || broadcasts)
    })
    const b = fitting.length > 0 ? chance.pick(fitting) : a
    const turnsB = b.tensor.shape.at(-2) !== k || (b.tensor.shape.at(-1) === k && chance.happens(0.5))
    const n = b.tensor.shape.at(turnsB ? -2 : -1)!
    if ((sizeOf(a.tensor.shape) / k) * n > tooLarge) return undefined
    const turnsA = m > 0 && chance.happens(0.4)
    const left = turnsA ? transposed(a.tensor) : a.tensor
    const tensor = tf.matMul(left, b.tensor, turnsA, turnsB)
    return [rounded(tf.mul(tensor, 1 / k), a.bound * b.bound)]
  },
)
