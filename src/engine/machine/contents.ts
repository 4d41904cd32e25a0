/** Numbers as the 32-bit words they are in the machine's memory. */
import { type ConstantValue, dataType } from "../compile/graph.js"

/** float32 numbers as words. */
export const int32Bits = (numbers: readonly number[]): Int32Array =>
  new Int32Array(Float32Array.from(numbers).buffer)

/** The words of a constant: a bool is one word like any other number. */
export const wordsOf = ({ dtype, bytes }: ConstantValue): Int32Array =>
  dtype === dataType.bool ? Int32Array.from(bytes) : new Int32Array(bytes.slice().buffer)
