/** The memory that a program has to itself: constants put in place, all else zero. Next: `stepper.ts` and `function.ts`. */
import type { Assembled } from "./assemble.js"
import { bitsOf } from "./contents.js"
import type { Machine, Words } from "./machine.js"

/** Allocates buffer 0 of an assembled program. */
export const ownMemory = (machine: Machine, { words, constants, offsets }: Assembled): Float32Array => {
  const memory = machine.allocate(words)
  const bits = bitsOf(memory)
  for (const constant of constants) bits.set(constant.contents!, offsets.get(constant)!)
  return memory
}

/** Runs the part of a program that is the same at every step. */
export const runOnce = (machine: Machine, once: Int32Array, buffers: readonly Words[]): void => {
  if (once.length === 0) return
  const program = machine.load(once, buffers)
  machine.run(program, new Int32Array(0), 0, 0, new Float32Array(0), 0, 0, 1)
}
