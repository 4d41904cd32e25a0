/** One instruction of the step machine by itself, on every build of the machine that is here. */
import { describe } from "vitest"
import { findMachine, machineAbsence } from "../../../src/engine/machine/load.js"
import type { Machine } from "../../../src/engine/machine/machine.js"
import { createWasmMachine } from "../../../src/engine/machine/wasm.js"

type Words = Float32Array | Int32Array

const built = ["base", "v3", "v4"].flatMap((wish): Machine[] => {
  const found = findMachine({ wish })
  return "machine" in found ? [found.machine] : []
})

const machines = [...built, await createWasmMachine()]

/** The tests of `body` for each build and for WebAssembly; the former are skipped by name where there are none. */
export const onEveryMachine = (name: string, body: (machine: Machine) => void): void => {
  if (built.length === 0) describe.skip(`${name}: no step machine, ${machineAbsence()}`, () => {})
  for (const machine of machines) describe(`${name}, ${machine.variant}`, () => body(machine))
}

/** A guard behind every output, to tell when an instruction writes too far. */
const guard = 12345

/**
 * Runs an instruction whose words are `head` and the places of inputs and outputs; gives the outputs, of so many words each.
 */
export const runInstruction = (
  machine: Machine,
  name: string,
  head: readonly number[],
  inputs: readonly Words[],
  sizes: readonly number[],
): Float32Array[] => {
  const outputs = sizes.map((size) => machine.allocate(size + 1).fill(guard))
  const buffers = [...inputs, ...outputs]
  const own = [...head, ...buffers.flatMap((_, buffer) => [buffer, 0])]
  const words = Int32Array.of(machine.instructions.indexOf(name), own.length, ...own)
  const program = machine.load(words, buffers)
  machine.run(program, new Int32Array(0), 0, 0, new Float32Array(0), 0, 0, 1)
  for (const output of outputs)
    if (output.at(-1) !== guard) throw new Error(`${name} [${head.join(", ")}] writes beyond its output`)
  return outputs.map((output) => output.slice(0, -1))
}

/** The words of a result as int32. */
export const asIntegers = (words: Float32Array): Int32Array =>
  new Int32Array(words.buffer, words.byteOffset, words.length)

/** The bits of a float32. */
export const bitsOf = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!

/** Numbers in [-1/2, 1/2) that are the same at every run. */
export const someNumbers = (count: number, seed = 1): Float32Array => {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  })
}

/** Where two lists first differ, -1 where they nowhere do: the matcher for lists takes a microsecond a number. */
export const firstDifference = (a: Words, b: Words): number => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (!Object.is(a[i], b[i])) return i
  return -1
}
