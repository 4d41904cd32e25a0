/**
 * Operations for random programs. Each looks among the values there are for some that it can be applied to, by shape and type alone,
 * so that a program does the same whatever its numbers; it gives nothing where there are none. Next: `random-programs.ts`.
 */
import { sizeOf, tf } from "../../../src/engine/tensor.js"
import { floats, integers, type Operation, rounded, tooLarge } from "./random-choice.js"
import {
  applyBinary,
  applyUnary,
  binary,
  cast,
  choose,
  compare,
  logic,
  wholeBinary,
} from "./random-elementwise.js"
import { gather, gatherBatched, matMul, oneHot } from "./random-positions.js"
import {
  concat,
  pad,
  reshape,
  reverse,
  slice,
  split,
  stack,
  stridedSlice,
  tile,
  transpose,
  unstack,
} from "./random-rearrangements.js"
import { alongLast, cumulate, position, reduce, reduceWhole, segments } from "./random-summaries.js"
import type { Chance, Value } from "./random-values.js"

const makeNumber = (chance: Chance): Value[] => {
  const shape = chance.pick([[], [1], [2, 1]])
  const numbers = Array.from({ length: sizeOf(shape) }, () => chance.below(8) / 4 - 1)
  return [{ tensor: tf.tensor(numbers, shape), bound: 1, exact: true }]
}

/** What a step of a program may be; what is often wrong in compilers is here more often. */
const table: readonly Operation[] = [
  applyUnary,
  applyUnary,
  applyUnary,
  applyBinary(floats, binary),
  applyBinary(floats, binary),
  applyBinary(floats, binary),
  applyBinary(integers, wholeBinary),
  compare,
  logic,
  choose,
  choose,
  cast,
  reshape,
  reshape,
  transpose,
  transpose,
  slice,
  slice,
  stridedSlice,
  stridedSlice,
  pad,
  pad,
  concat,
  concat,
  stack,
  unstack,
  split,
  tile,
  reverse,
  reverse,
  gather,
  gatherBatched,
  oneHot,
  matMul,
  matMul,
  reduce,
  reduce,
  reduce,
  reduceWhole,
  position,
  cumulate,
  alongLast,
  segments,
  makeNumber,
]

/** Larger numbers than this go through `tanh`. */
const mostBound = 40

const tame = (value: Value): Value =>
  value.bound > mostBound && value.tensor.dtype === "float32" ? rounded(tf.tanh(value.tensor), 1) : value

/** New values by one operation, or none where the one that came up cannot be applied. */
export const applyAny = (chance: Chance, values: readonly Value[]): Value[] => {
  const recent = chance.happens(0.6) ? values.slice(-4) : values
  const made = chance.pick(table)(chance, recent) ?? []
  return made.filter(({ tensor }) => tensor.size > 0 && tensor.size <= tooLarge && tensor.rank <= 5).map(tame)
}
