/**
 * The words in which the bench asks a side (a process that computes: ours, a Python peer, jax-js) for work, one JSON line
 * each way: open a task, run a block of it for some milliseconds, close it. Left out: who is asked for what (`rows.ts`).
 * Next: `serve.ts` and `peers/serve.py`, which answer.
 */

/** A file of numbers that every side reads, row-major and without a header. */
export interface DataFile {
  readonly path: string
  readonly shape: readonly number[]
  readonly dtype: "float32" | "float64" | "int32"
}

/** What a side is to do: a task by name, its sizes, its data. The same request goes to every side of a row. */
export interface TaskRequest {
  readonly task: string
  readonly data: Readonly<Record<string, DataFile>>
  /** Sizes and settings of the task: batch, hidden, steps in one call of the loop, … */
  readonly sizes: Readonly<Record<string, number>>
  readonly family?: string
}

/** What a side says of a task once opened: numbers that must agree between sides, and the seconds the first step took. */
export type Facts = Readonly<Record<string, number | string>>

/** Runs for about so many milliseconds; gives milliseconds a unit (a step, an iteration, a call). */
export type Mode = (milliseconds: number) => number | Promise<number>

/** A task that is ready to be timed, in one mode or several. */
export interface Opened {
  readonly facts: Facts
  readonly modes: Readonly<Record<string, Mode>>
  close(): void
}

/** Opens a task: the name of the task picks one of these. */
export type Open = (request: TaskRequest) => Opened | Promise<Opened>

/** One block: milliseconds a unit, and milliseconds of processor time in all. */
export interface Block {
  readonly ms: number
  readonly cpuMs: number
}
