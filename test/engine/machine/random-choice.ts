/** Which values of a random program an operation may take, and what is known of its results. Next: `random-operations.ts`. */
import type { Tensor } from "../../../src/engine/tensor.js"
import type { Chance, Value } from "./random-values.js"

/** Tensors of more elements than this are left alone. */
export const tooLarge = 300_000

export type Operation = (chance: Chance, values: readonly Value[]) => Value[] | undefined

export const rounded = (tensor: Tensor, bound: number): Value => ({ tensor, bound, exact: false })
export const moved = ({ bound, exact }: Value, ...tensors: Tensor[]): Value[] =>
  tensors.map((tensor) => ({ tensor, bound, exact }))

const ofType = (values: readonly Value[], dtype: string): Value[] =>
  values.filter(({ tensor }) => tensor.dtype === dtype)

export const axisIn = (chance: Chance, { tensor }: Value): number => chance.below(tensor.rank)

export const withRank = (values: readonly Value[], rank: number): Value[] =>
  values.filter(({ tensor }) => tensor.rank >= rank)

/** Picks a value and applies; nothing where there is none to pick. */
export const on =
  (
    choose: (values: readonly Value[]) => readonly Value[],
    apply: (chance: Chance, value: Value, values: readonly Value[]) => Value[] | undefined,
  ): Operation =>
  (chance, values) => {
    const fitting = choose(values)
    return fitting.length === 0 ? undefined : apply(chance, chance.pick(fitting), values)
  }

export const floats = (values: readonly Value[]): Value[] => ofType(values, "float32")
export const integers = (values: readonly Value[]): Value[] => ofType(values, "int32")
export const bools = (values: readonly Value[]): Value[] => ofType(values, "bool")
export const exactFloats = (values: readonly Value[]): Value[] => floats(values).filter(({ exact }) => exact)
export const ranked = (values: readonly Value[]): Value[] => withRank(values, 1)
export const rankedFloats = (values: readonly Value[]): Value[] => ranked(floats(values))
export const all = (values: readonly Value[]): readonly Value[] => values
