/**
 * The learning rate of a fit: the default, and a search for one by short trials from the fit's own first values, rows and
 * draws. Left out: rates that change with the step (`../engine/schedule.ts`). Next: `fit.ts`.
 */
import { adam, type Optimizer } from "../engine/optimize.js"
import type { Carry, StepRunner } from "../engine/step.js"
import type { Settled } from "./fit-options.js"
import { carryOf, disposeCarry } from "./restarts.js"

/** What one rate came to in its trial. */
export interface RateTrial {
  readonly rate: number
  /** Mean loss of the trial's last quarter, nats; Infinity where it diverged. */
  readonly loss: number
}

/** The optimizer of a fit, and a way to set its rate where that is to be found. */
export interface Tuned {
  readonly optimizer: Optimizer
  readonly set: ((rate: number) => void) | undefined
}

const defaultRate = ({ batch }: Settled): number => (batch === undefined ? 1e-2 : 1e-3)

/** The rate of a fit's Adam where it is one number. */
export const rateOf = (settled: Settled): number | undefined => {
  const { learningRate = defaultRate(settled), optimizer } = settled
  return optimizer === undefined && typeof learningRate === "number" ? learningRate : undefined
}

/** The optimizer of a fit: its own, or Adam with its rate, which `set` changes between trials. */
export const tunedOptimizer = (settled: Settled): Tuned => {
  const { learningRate, optimizer } = settled
  if (learningRate !== "find")
    return { optimizer: optimizer ?? adam(learningRate ?? defaultRate(settled)), set: undefined }
  let current = defaultRate(settled)
  return {
    optimizer: adam(() => current),
    set: (rate) => {
      current = rate
    },
  }
}

/** The rates that are tried, a factor of about three apart. */
const candidates = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]

/** Steps of a trial: a twentieth of the fit's, but enough to tell rates apart. */
const trialSteps = (steps: number): number => Math.max(40, Math.min(200, Math.round(steps / 20)))

/** How much of the best fall in loss the chosen rate must reach. */
const enough = 0.9

/** Where trials begin: what the runner carries, and its counter. */
interface Beginning {
  readonly carry: Carry
  readonly step: number
}

const trial = (
  runner: StepRunner,
  { carry, step }: Beginning,
  rate: number,
  steps: number,
): RateTrial & { first: number } => {
  runner.restore(carry, step)
  const { losses, failedAt } = runner.run(steps)
  const late = losses.subarray(Math.floor(0.75 * losses.length))
  const loss = late.reduce((sum, value) => sum + value, 0) / late.length
  return { rate, loss: failedAt === undefined ? loss : Number.POSITIVE_INFINITY, first: losses[0]! }
}

/**
 * The rate for Adam: of short trials, all from where the runner stands and with the same rows and draws, the smallest rate whose
 * loss falls by nine tenths of what the best one's does. Short trials favour rates that are too large in the long run; hence the
 * smallest. Leaves the runner where it was, with that rate set.
 */
export const findRate = (
  runner: StepRunner,
  steps: number,
  set: (rate: number) => void,
): { readonly rate: number; readonly trials: readonly RateTrial[] } => {
  const start = { carry: carryOf(runner), step: runner.step }
  try {
    const tried = candidates.map((rate) => {
      set(rate)
      return trial(runner, start, rate, trialSteps(steps))
    })
    const { first } = tried[0]!
    const best = Math.max(...tried.map(({ loss }) => first - loss))
    const { rate } = tried.find(({ loss }) => best > 0 && first - loss >= enough * best) ?? tried[0]!
    set(rate)
    runner.restore(start.carry, start.step)
    return { rate, trials: tried.map(({ rate: of, loss }) => ({ rate: of, loss })) }
  } finally {
    disposeCarry(start.carry)
  }
}
