/**
 * The loop of EM for a mixture, from one start to its end: E-step, convergence test, M-step, until the log-likelihood has
 * settled, the iterations are used up, or a component breaks down. Never goes downhill: the history is checked.
 * Left out: several starts and data units (`gaussian-mixture.ts`). Source: Dempster, Laird & Rubin (1977).
 */
import type { Breakdown, MixtureFamily, MixtureState } from "./mixture-step.js"
import { maximize, pack } from "./mixture-step.js"
import type { MixtureSweep } from "./mixture-sweep.js"
import { hasSettled, refuseDescent } from "./settled.js"

/** How one start ended; `state` is the last that could be evaluated. */
export interface MixtureRun {
  readonly status: "converged" | "exhausted" | "empty" | "collapsed"
  /** The component that broke down, else -1. */
  readonly component: number
  readonly state: MixtureState
  /** The log-likelihood at each iteration, in data units. */
  readonly history: number[]
}

/** When a run stops, and whom it tells. */
export interface MixtureStopping {
  readonly tolerance: number
  readonly maxIterations: number
  /** What is added to a log-likelihood in standard coordinates to have it in data units. */
  readonly offset: number
  readonly count: number
  readonly onIteration?: (iteration: number, logLikelihood: number, state: MixtureState) => void
}

const broken = ({ status, component }: Breakdown, state: MixtureState, history: number[]): MixtureRun => ({
  status,
  component,
  state,
  history,
})

/** Runs EM from a state. */
export const runMixture = (
  start: MixtureState,
  sweep: MixtureSweep,
  family: MixtureFamily,
  stopping: MixtureStopping,
): MixtureRun => {
  const history: number[] = []
  const fault = pack(start, family, sweep.parameters)
  if (fault !== undefined) return broken(fault, start, history)
  for (let state = start; ; ) {
    history.push(sweep.run() + stopping.offset)
    stopping.onIteration?.(history.length - 1, history.at(-1)!, state)
    refuseDescent(history, stopping.count, "fitGaussianMixture")
    const status = hasSettled(history, stopping.tolerance, stopping.count) ? "converged" : "exhausted"
    if (status === "converged" || history.length >= stopping.maxIterations)
      return { status, component: -1, state, history }
    const next = maximize(sweep.moments, state.means, family)
    const breakdown = "status" in next ? next : pack(next, family, sweep.parameters)
    if (breakdown !== undefined) return broken(breakdown, state, history)
    state = next as MixtureState
  }
}
