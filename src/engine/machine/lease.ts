/** A machine for a while: what is allocated and loaded through a lease is freed at its end, all at once. Next: `stepper.ts`. */
import type { Machine, Program } from "./machine.js"

/** The machine, and how to free what was made with it. */
export interface Lease {
  readonly machine: Machine
  /** Frees everything; neither memory nor programs of the lease may be used again. A second call does nothing. */
  release(): void
}

/**
 * The machine, remembering what it hands out.
 *
 * @example const { machine, release } = leaseMachine(loadMachine()!)
 */
export const leaseMachine = (machine: Machine): Lease => {
  const held: (Float32Array | Program)[] = []
  const holding = <Held extends Float32Array | Program>(one: Held): Held => {
    held.push(one)
    return one
  }
  const { release } = machine
  if (release === undefined) return { machine, release: () => undefined }
  return {
    machine: {
      ...machine,
      allocate: (words) => holding(machine.allocate(words)),
      load: (words, buffers) => holding(machine.load(words, buffers)),
    },
    // programs before the memory they work on
    release: () => {
      for (const one of held.splice(0).reverse()) release(one)
    },
  }
}
