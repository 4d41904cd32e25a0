/**
 * One step of training, many times: what a step is (`StepProgram`), what runs it (`StepRunner`), and the seam between
 * the runner and the ways of computing steps (`Stepper`). Left out: the runner itself (`runner.ts`), steps operation by
 * operation (`eager.ts`), and recorded steps (`compile/`). Next: `runner.ts`.
 */
import type { RowsAt } from "./batches.js"
import type { Marks } from "./marks.js"
import type { Optimizer } from "./optimize.js"
import type { Tensor } from "./tensor.js"

export { createRunner } from "./runner.js"

/** What an objective returns: a scalar to minimise, the next state, and scalars to report. */
export interface Objective {
  readonly loss: Tensor
  readonly state: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

/** What one step of training computes, as a pure function of tensors. */
export interface StepProgram {
  /** Initial values of the trained leaves, unconstrained, float32. The runner copies them. */
  readonly parameters: readonly Tensor[]
  /** Carried but not trained (running baselines); may be empty. The runner copies it. */
  readonly state: readonly Tensor[]
  /** Inputs that stay for the whole run: whole data sets, rows on axis 0 where batched. The caller keeps owning them. */
  readonly resident: readonly Tensor[]
  /** Absent where every step sees all rows. `inputs` says which of `resident` have `count` rows to take `size` of. */
  readonly batch?: { readonly size: number; readonly count: number; readonly inputs: readonly number[] }
  /**
   * The objective to minimise. `rows[i]` is `resident[i]`, gathered to the batch where listed (the last batch of an
   * epoch may be shorter). `step` is the int32 counter, shape `[1]`, that keys every random draw.
   */
  objective(
    parameters: readonly Tensor[],
    state: readonly Tensor[],
    rows: readonly Tensor[],
    step: Tensor,
  ): Objective
  readonly optimizer: Optimizer
  readonly seed: number
}

/** Everything that changes from step to step. The tensors belong to whoever holds the record. */
export interface Carry {
  readonly parameters: readonly Tensor[]
  readonly moments: readonly Tensor[]
  readonly state: readonly Tensor[]
}

/** What `run` resolves to: one number a step, up to and including the first loss that is not finite. */
export interface StepReport {
  readonly losses: Float32Array
  /** `outputs[k]` holds the objective's k-th output at each step. */
  readonly outputs: readonly Float32Array[]
  /** Set when a loss or a parameter was not finite: the step it was seen at. The runner stands before it, at finite numbers. */
  readonly failedAt?: number
}

/** A way of computing steps; holds the carry. The same steps give the same numbers however they are cut into calls. */
export interface Stepper {
  readonly plan: string
  /** Takes copies of the values. */
  load(carry: Carry): void
  /** Copies that the caller owns. */
  read(): Carry
  /** Takes steps `from` to `from + steps - 1`; gives one row of numbers for the loss and each output. */
  advance(from: number, steps: number): Float32Array[]
  /** Whether every parameter and state is finite. */
  finite(): boolean
  /** A cheaper way back than by `read` and `load`, where there is one. */
  readonly marks?: Marks
  dispose(): void
}

/** Makes a stepper for a program, not yet loaded, or says why it cannot. */
export type StepCompiler = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
) => Stepper | { readonly refused: string }

/** Runs steps of one program and keeps what they carry. */
export interface StepRunner {
  /** Runs `n` steps, synchronously; a caller that wants progress or an abort calls it with few. */
  run(n: number): StepReport
  /** Copies that the caller owns. */
  parameters(): Tensor[]
  state(): Tensor[]
  /** The optimizer's moments, copies that the caller owns. */
  optimizerState(): Tensor[]
  /** Puts values in place (copied) and sets the counter: for a restart from a checkpoint. */
  restore(carry: Carry, step: number): void
  /** Steps done. */
  readonly step: number
  /** What was chosen and why, in a sentence or two. */
  readonly plan: string
  /** Frees everything the runner holds. Calling it again does nothing. */
  dispose(): void
}

const compilers = new Map<string, StepCompiler>()

/** The compiler that was offered for a backend, if any. */
export const offeredCompiler = (backend: string): StepCompiler | undefined => compilers.get(backend)

/** Registers a compiler for `createRunner` to ask first on these backends. */
export const offerCompiler = (compiler: StepCompiler, backends: readonly string[]): void => {
  for (const backend of backends) compilers.set(backend, compiler)
}
