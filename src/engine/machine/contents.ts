/** Numbers as the 32-bit words they are in the machine's memory. */
import { type ConstantValue, dataType, first, typeOf } from "../compile/graph.js"
import type { Captured } from "../compile/recording.js"
import type { Words } from "./machine.js"

/** float32 numbers as words. */
export const int32Bits = (numbers: readonly number[]): Int32Array =>
  new Int32Array(Float32Array.from(numbers).buffer)

/** The words of an array, as the bits they are. */
export const bitsOf = (words: Words): Int32Array =>
  new Int32Array(words.buffer, words.byteOffset, words.length)

/** The words of a constant: a bool is one word like any other number. */
export const wordsOf = ({ dtype, bytes }: ConstantValue): Int32Array =>
  dtype === dataType.bool ? Int32Array.from(bytes) : new Int32Array(bytes.slice().buffer)

/** The words of a tensor that a recording reached. */
export const capturedWords = ({ node, bytes }: Captured): Int32Array =>
  wordsOf({ ...typeOf(first(node)), bytes: bytes() })
