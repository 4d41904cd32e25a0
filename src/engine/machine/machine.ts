/**
 * What a step machine is to the rest of latently: memory it works on, programs made of words, steps it runs. Left out: how one is
 * found (`load.ts`, Node only) and what the words mean (`native/*.h`, one instruction each). Next: `load.ts`.
 */

/** Memory that a program works on, as JavaScript has it. */
export type Words = Float32Array | Int32Array

declare const loaded: unique symbol

/** A program that a machine has decoded, together with the memory it works on; only that machine can use it. */
export interface Program {
  readonly [loaded]: true
}

/** A step machine. Instructions and operations are named by their places in these lists, which are the machine's own. */
export interface Machine {
  /** Which build of the machine this is: `"base"`, `"v3"` (AVX2), `"v4"` (AVX-512) or `"wasm"`. */
  readonly variant: string
  /** How many threads run an instruction that is large enough to be shared, the calling one included. */
  readonly threads: number
  /** The names of the instructions, by their codes. */
  readonly instructions: readonly string[]
  /** The names of the elementwise operations, by their codes. */
  readonly operations: readonly string[]
  /** The names of the elementwise operations in double precision, by their codes. */
  readonly doubleOperations: readonly string[]
  /** Memory of so many 32-bit words, all zero, on a cache line of its own. Freed when nothing holds the array any more. */
  allocate(words: number): Float32Array
  /**
   * Decodes a program: `words` are its instructions, `buffers` the memory that places name by number. The caller keeps the buffers
   * alive for as long as the program. Throws where the words are no program.
   */
  load(words: Int32Array, buffers: readonly Words[]): Program
  /**
   * Runs `steps` steps one after the other. Before each, its `toldWords` words of `told` are copied to word `toldAt` of the first
   * buffer; after each, `tellsWords` words from word `tellsAt` of that buffer are appended to `tells`. Throws where an array is
   * too short for so many steps.
   */
  run(
    program: Program,
    told: Int32Array,
    toldAt: number,
    toldWords: number,
    tells: Float32Array,
    tellsAt: number,
    tellsWords: number,
    steps: number,
  ): void
  /**
   * Makes a program callable as an op of TensorFlow's, in the process that has loaded it; absent elsewhere. `types` has the number of
   * inputs, then element type, rank and sizes of each, and the same of the outputs: they are the buffers after the given ones. The op's
   * first input is `id` as an int32 scalar. The caller keeps the buffers alive. Throws where TensorFlow is not loaded.
   */
  define?(
    words: Int32Array,
    buffers: readonly Words[],
    types: Int32Array,
  ): { readonly id: number; readonly op: string }
  /**
   * Frees memory that `allocate` gave, or a program; neither may be used again. Without it they are freed some time after nothing holds
   * them any more, which the addon leaves everything to.
   */
  release?(held: Float32Array | Program): void
  /** Forgets what `define` made. */
  undefine?(id: number): void
}
