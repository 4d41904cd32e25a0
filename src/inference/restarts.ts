/**
 * A fit begun several times over: the same steps, rows and draws from other first values, one recording for all of them, and
 * the best kept. Next: `fit.ts`.
 */
import { programError } from "../dsl/site-error.js"
import type { Carry, StepRunner } from "../engine/step.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { type Ended, loop } from "./fit-loop.js"
import type { Settled } from "./fit-options.js"
import type { History } from "./fit-result.js"

/** A start that was fitted: where it came to. */
interface Reached {
  readonly carry: Carry
  readonly step: number
  readonly history: History
  readonly ended: Ended
  /** Mean loss of the last steps; Infinity where it diverged. */
  readonly loss: number
}

/** Copies of what a runner carries; the caller disposes them. */
export const carryOf = (runner: StepRunner): Carry => ({
  parameters: runner.parameters(),
  moments: runner.optimizerState(),
  state: runner.state(),
})

/** Frees a carry. */
export const disposeCarry = ({ parameters, moments, state }: Carry): void =>
  tf.dispose([...parameters, ...moments, ...state])

const lateLoss = ({ losses }: History): number => {
  const last = losses.slice(-Math.max(1, Math.min(100, Math.ceil(losses.length / 10))))
  return last.reduce((a, b) => a + b, 0) / last.length
}

const same = (a: readonly Tensor[], b: readonly Tensor[]): boolean =>
  a.every((tensor, i) => {
    const other = b[i]!.dataSync()
    return tensor.dataSync().every((value, j) => value === other[j])
  })

const checkDrawn = (restart: readonly Tensor[], first: readonly Tensor[]): void => {
  if (same(restart, first))
    throw programError(
      "restarts-alike",
      "restarts were asked for, but every param begins at a fixed value, so that all of them would be the same",
      'draw a first value from the key: param("loc", (key) => normal(0, 1).sample(key)), or leave restarts out',
    )
}

/** Runs one start from where the runner stands. */
const reach = async (runner: StepRunner, settled: Settled, restart: number): Promise<Reached> => {
  const history: History = { losses: [], likelihood: [], divergence: [] }
  const { onProgress } = settled
  const told = onProgress && {
    onProgress: (p: Parameters<typeof onProgress>[0]) => onProgress({ ...p, restart }),
  }
  const ended = await loop(runner, { ...settled, ...told }, history)
  const loss = ended.status === "diverged" ? Number.POSITIVE_INFINITY : lateLoss(history)
  return { carry: carryOf(runner), step: runner.step, history, ended, loss }
}

/** What came of all starts; the runner stands where the best one ended. */
export interface Chosen {
  readonly ended: Ended
  readonly history: History
  /** Mean loss of each start's last steps, the first one's first; Infinity where it diverged. */
  readonly losses: readonly number[]
}

/**
 * Fits from the runner's own start, then from each of `others`, until all are done or the signal says stop; leaves the runner at
 * the end of the one with the smallest loss. `others` makes the first values of a restart, unconstrained, which are disposed here.
 */
export const bestOf = async (
  runner: StepRunner,
  settled: Settled,
  others: (restart: number) => readonly Tensor[],
): Promise<Chosen> => {
  const start = carryOf(runner)
  const losses: number[] = []
  let best: Reached | undefined
  try {
    for (
      let restart = 0;
      restart < settled.restarts && !(restart > 0 && settled.signal?.aborted);
      restart++
    ) {
      if (restart > 0) {
        const parameters = others(restart)
        try {
          checkDrawn(parameters, start.parameters)
          runner.restore({ ...start, parameters }, 0)
        } finally {
          tf.dispose([...parameters])
        }
      }
      const reached = await reach(runner, settled, restart)
      losses.push(reached.loss)
      const better = best === undefined || reached.loss < best.loss
      disposeCarry(better ? (best?.carry ?? { parameters: [], moments: [], state: [] }) : reached.carry)
      if (better) best = reached
    }
    runner.restore(best!.carry, best!.step)
    return { ended: best!.ended, history: best!.history, losses }
  } finally {
    disposeCarry(start)
    if (best) disposeCarry(best.carry)
  }
}
