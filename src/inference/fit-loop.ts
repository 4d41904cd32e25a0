/** The loop of a fit: stretches of steps with progress, abort and early stop between them. Next: `fit.ts`. */
import type { StepRunner } from "../engine/step.js"
import type { Settled } from "./fit-options.js"
import type { FitStatus, History } from "./fit-result.js"

const average = (losses: readonly number[], from: number, to: number): number =>
  losses.slice(from, to).reduce((a, b) => a + b, 0) / (to - from)

/** Whether the last window of losses is no better than the one before. */
const hasConverged = (losses: readonly number[], { tolerance, window }: Settled): boolean => {
  if (tolerance === undefined || losses.length < 2 * window) return false
  const late = average(losses, losses.length - window, losses.length)
  const early = average(losses, losses.length - 2 * window, losses.length - window)
  return early - late < tolerance * Math.max(1, Math.abs(late))
}

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** How long the loop computes before it lets the caller see progress or abort. */
const stretchMilliseconds = 100

/** Adds a stretch's numbers, as far as its steps still stand. */
const append = (
  history: History,
  losses: Float32Array,
  outputs: readonly Float32Array[],
  standing: number,
): void => {
  const tracks = [
    [history.losses, losses],
    [history.likelihood, outputs[0]!],
    [history.divergence, outputs[1]!],
  ] as const
  for (const [track, values] of tracks) {
    for (const value of values) track.push(value)
    track.length = Math.min(track.length, standing)
  }
}

/** How a loop ended. */
export type Ended = { readonly status: FitStatus; readonly reason: string }

const report = (history: History, runner: StepRunner, settled: Settled, began: number): void => {
  const last = (values: readonly number[]): number => values[values.length - 1] ?? Number.NaN
  settled.onProgress?.({
    step: runner.step,
    steps: settled.steps,
    loss: last(history.losses),
    likelihood: last(history.likelihood),
    divergence: last(history.divergence),
    seconds: (performance.now() - began) / 1e3,
    restart: 0,
  })
}

/** Steps for the next stretch: about as many as take its time, and no more than a window where convergence is watched. */
const nextChunk = (chunk: number, took: number, left: number, { tolerance, window }: Settled): number => {
  const wanted = Math.round(chunk * Math.min(4, Math.max(0.25, stretchMilliseconds / Math.max(took, 0.1))))
  return Math.max(1, Math.min(left, wanted, tolerance === undefined ? Number.POSITIVE_INFINITY : window))
}

/** Steps until they are done, converged, aborted or bad. */
export const loop = async (runner: StepRunner, settled: Settled, history: History): Promise<Ended> => {
  const began = performance.now()
  const last = runner.step + settled.steps
  let chunk = Math.min(settled.steps, 10)
  while (runner.step < last) {
    if (settled.signal?.aborted) return { status: "stopped", reason: "aborted by its signal" }
    const start = performance.now()
    const { losses, outputs, failedAt } = runner.run(chunk)
    append(history, losses, outputs, runner.step)
    report(history, runner, settled, began)
    if (failedAt !== undefined)
      return {
        status: "diverged",
        reason: `the loss was ${losses[losses.length - 1]} at step ${failedAt}; the params are the last whose loss was finite`,
      }
    if (hasConverged(history.losses, settled))
      return {
        status: "converged",
        reason: `the loss fell by less than ${settled.tolerance} of its size over ${settled.window} steps`,
      }
    chunk = nextChunk(chunk, performance.now() - start, last - runner.step, settled)
    await breathe()
  }
  return { status: "finished", reason: `all ${settled.steps} steps done` }
}
