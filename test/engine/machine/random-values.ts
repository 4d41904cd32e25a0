/** Chance from a seed, and the tensors that a random program has so far. Next: `random-operations.ts`. */
import { sizeOf, type Tensor, tf } from "../../../src/engine/tensor.js"

/** Numbers by chance, the same for the same seed. */
export interface Chance {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  /** True with this probability. */
  happens(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** The whole numbers below `count` in some order. */
  order(count: number): number[]
}

/** Mulberry32. */
export const createChance = (seed: number): Chance => {
  let state = (seed * 0x9e3779b1) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const order = (count: number): number[] => {
    const numbers = Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = below(i + 1)
      ;[numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!]
    }
    return numbers
  }
  return {
    below,
    order,
    happens: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
  }
}

/** A tensor, what its numbers do not exceed in size, and whether they are free of rounding (so that they can be compared). */
export interface Value {
  readonly tensor: Tensor
  readonly bound: number
  readonly exact: boolean
}

/** Numbers for a tensor, spread over (-2, 2), or whole ones from -3 to 6. */
export const randomTensor = (
  chance: Chance,
  shape: readonly number[],
  dtype: "float32" | "int32",
): Tensor => {
  const values = Array.from({ length: sizeOf(shape) }, () =>
    dtype === "int32" ? chance.below(10) - 3 : (chance.below(2 ** 20) / 2 ** 20) * 4 - 2,
  )
  return tf.tensor(values, [...shape], dtype)
}

/** Sizes that the shapes of one program are made of, so that shapes meet; `large` has one that makes kernels long. */
export const randomSizes = (chance: Chance, large: boolean): number[] => {
  const sizes = [1 + chance.below(6), 2 + chance.below(4), 2 + chance.below(3)]
  return large ? [...sizes.slice(0, 2), chance.pick([300, 1500, 5000, 33_000])] : sizes
}

/** A shape of rank up to 4 with not too many elements. */
export const randomShape = (chance: Chance, sizes: readonly number[], most = 140_000): number[] => {
  const shape = Array.from({ length: chance.below(5) }, () => (chance.happens(0.12) ? 1 : chance.pick(sizes)))
  while (sizeOf(shape) > most) shape.splice(shape.indexOf(Math.max(...shape)), 1)
  return shape
}

/** Whether two shapes broadcast, by numpy's rule. */
export const meet = (a: readonly number[], b: readonly number[]): boolean =>
  a.toReversed().every((size, i) => size === 1 || (b.at(-1 - i) ?? 1) === 1 || size === b.at(-1 - i))
