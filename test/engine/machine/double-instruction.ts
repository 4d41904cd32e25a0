/** One elementwise instruction in double precision by itself. */
import type { Machine } from "../../../src/engine/machine/machine.js"

type Words = Float32Array | Int32Array
/** How elements lie in memory. */
export type Stored = "float32" | "float64" | "int32"

/** A tensor in memory of its own; strides and offset are in elements. */
export interface Operand {
  readonly words: Words
  readonly type: Stored
  readonly strides: readonly number[]
  readonly offset?: number
}

/** An operation, the register of its result, and the registers it reads (of "number", the words of the double). */
export type Line = readonly [operation: string, destination: number, ...operands: number[]]

/** What an instruction is to do. */
export interface Task {
  readonly dims: readonly number[]
  readonly inputs: readonly Operand[]
  readonly outputs: readonly (Operand & { readonly register: number })[]
  readonly registers: number
  readonly lines: readonly Line[]
}

const types: readonly Stored[] = ["float32", "float64", "int32"]

/** Doubles as words of memory. */
export const wordsOf = (values: readonly number[]): Float32Array =>
  new Float32Array(Float64Array.from(values).buffer)
/** Words of memory as doubles. */
export const doublesOf = (words: Words): number[] => [
  ...new Float64Array(words.buffer, words.byteOffset, words.length / 2),
]
/** The operands of "number". */
export const number = (value: number): [number, number] => {
  const [low, high] = new Int32Array(Float64Array.of(value).buffer)
  return [low!, high!]
}

/** Runs one elementwise instruction in double precision. */
export const run = (machine: Machine, { dims, inputs, outputs, registers, lines }: Task): void => {
  const buffers = [...new Set([...inputs, ...outputs].map(({ words }) => words))]
  const operand = ({ words, type, strides, offset = 0 }: Operand): number[] => [
    ...[buffers.indexOf(words), type === "float64" ? 2 * offset : offset],
    ...[types.indexOf(type), ...strides],
  ]
  const own = [
    ...[dims.length, ...dims, inputs.length, outputs.length, registers, lines.length],
    ...inputs.flatMap(operand),
    ...outputs.flatMap((output) => [output.register, ...operand(output)]),
    ...lines.flatMap(([operation, destination, a = 0, b = 0, c = 0]) => [
      ...[machine.doubleOperations.indexOf(operation), destination, a, b, c],
    ]),
  ]
  const words = Int32Array.of(machine.instructions.indexOf("doubleElementwise"), own.length, ...own)
  const program = machine.load(words, buffers)
  machine.run(program, new Int32Array(0), 0, 0, new Float32Array(0), 0, 0, 1)
}
