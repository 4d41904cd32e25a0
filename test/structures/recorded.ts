/**
 * Programs that write down every value they are answered with, so that an oracle can score the very draws a fit has used.
 * Next: `oracle.ts`.
 */
import { type Program, type Tensor, tf } from "latently"
import type { Site } from "../../src/dsl/site.js"

/** One answered site: its numbers, their shape, the plates around it. */
export interface Answer {
  readonly numbers: readonly number[]
  readonly shape: readonly number[]
  /** Outermost first; `count` rows seen of `size`, `repeats` copies among them. */
  readonly plates: readonly { name: string; size: number; count: number; repeats: number }[]
}

/** One run of a program. */
export interface Run {
  readonly whose: "guide" | "model"
  readonly answers: Map<string, Answer>
  /** Which rows of each plate were seen. */
  readonly rows: Map<string, readonly number[]>
}

type Frame = { name: string; size: number; count: number; repeats: number; indices: Tensor | undefined }

const numbersOf = (tensor: Tensor): number[] => [...(tf.clone(tensor).dataSync() as Float32Array)]

const write = (run: Run, site: Site, answer: unknown, unnamed: () => string): void => {
  if (site.role === "plate") {
    const { name, size, indices } = answer as Frame
    run.rows.set(name, indices ? numbersOf(indices) : Array.from({ length: size }, (_, i) => i))
    return
  }
  const plates = (site.details.plates as readonly Frame[]).map(({ name, size, count, repeats }) => ({
    name,
    size,
    count,
    repeats,
  }))
  const tensor = answer as Tensor
  run.answers.set(site.details.name ?? unnamed(), { numbers: numbersOf(tensor), shape: tensor.shape, plates })
}

/** The same program; `runs` gains a record of each of its runs. */
export const recorded = (program: Program<any>, whose: Run["whose"], runs: Run[]): Program<any> =>
  function* (...args) {
    const run: Run = { whose, answers: new Map(), rows: new Map() }
    runs.push(run)
    let count = 0
    const inner = program(...args)
    let next = inner.next(undefined as never)
    while (!next.done) {
      const answer: unknown = yield next.value
      write(run, next.value, answer, () => `$${count++}`)
      next = inner.next(answer)
    }
    return next.value
  }
