/**
 * `fit`: any guide to any model, by steps on the ELBO. Left out: what a step computes (`step-program.ts`) and what comes
 * back (`fit-result.ts`).
 */

import { programError } from "../dsl/site-error.js"
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../dsl/types.js"
import { ensureReady } from "../engine/backend.js"
import { adam, type Optimizer } from "../engine/optimize.js"
import { toKey } from "../engine/random.js"
import type { Schedule } from "../engine/schedule.js"
import { createRunner, type StepRunner } from "../engine/step.js"
import { scoped, type Tensor } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import { type Fit, type FitStatus, finished, type History } from "./fit-result.js"
import type { Objective } from "./objectives/objective.js"
import { type Plan, planOf, withDrawnKl } from "./plan.js"
import { type BatchOption, batchPlan, stepProgram } from "./step-program.js"

/** What a progress callback is told, a few times a second. */
export interface Progress {
  readonly step: number
  readonly steps: number
  /** -ELBO of the latest step, in nats for all rows. */
  readonly loss: number
  /** Likelihood and divergence of the latest step: ELBO = likelihood - divergence. */
  readonly likelihood: number
  readonly divergence: number
  readonly seconds: number
}

/** Options of `fit`. */
export interface FitOptions {
  /** How many steps at the most; 1000 by default. */
  readonly steps?: number
  /** Rows a step sees; all by default. */
  readonly batch?: BatchOption
  /** Keys the first values, the rows' order and every draw; 0 by default. */
  readonly seed?: number
  /** What is maximised: `elbo()` unless given. `iwae({ particles: 50 })`, `vimco({ particles: 5 })`, `annealed({ warmup: 1000 })`, … */
  readonly objective?: Objective
  /** Runs of the guide a step; with more than one, score-function sites use leave-one-out baselines. 1 by default. */
  readonly particles?: number
  /** Adam with a rate of 1e-3 for networks trained in batches, 1e-2 otherwise, unless given. */
  readonly optimizer?: Optimizer
  /** Of the default optimizer. */
  readonly learningRate?: number | Schedule
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
  /** Stops when the mean loss over a window of steps has not fallen by this share of its size. Off by default. */
  readonly tolerance?: number
  /** Steps in that window; 100 by default. */
  readonly window?: number
  readonly compile?: "auto" | boolean
  /** "drawn" estimates every divergence by the draw, even where KL has a closed form ("closed", the default). */
  readonly divergence?: "closed" | "drawn"
  /** First values for params, instead of their own. */
  readonly initial?: Readonly<Record<string, Tensor>>
}

/** Options with their defaults. */
export type Settled = Required<Pick<FitOptions, "steps" | "seed" | "particles" | "window" | "compile">> &
  FitOptions

const refuse = (option: string, value: unknown, fix: string): never => {
  throw programError("bad-option", `${option} is ${String(value)}`, fix)
}

/** Options with their defaults, checked. */
export const settle = (options: FitOptions): Settled => {
  const settled = { steps: 1000, seed: 0, particles: 1, window: 100, compile: "auto" as const, ...options }
  if (!Number.isInteger(settled.steps) || settled.steps < 1)
    refuse("steps", settled.steps, "give a whole number above 0")
  if (!Number.isInteger(settled.particles) || settled.particles < 1)
    refuse("particles", settled.particles, "give a whole number above 0")
  if (!Number.isInteger(settled.window) || settled.window < 1)
    refuse("window", settled.window, "give a whole number above 0")
  if (
    options.objective !== undefined &&
    (options.particles ?? options.objective.particles) !== options.objective.particles
  )
    refuse(
      "particles",
      `${options.particles}, beside an objective`,
      `say it to the objective: ${options.objective.name}({ particles: ${options.particles} })`,
    )
  if (settled.tolerance !== undefined && !(settled.tolerance > 0))
    refuse("tolerance", settled.tolerance, "give a number above 0, such as 1e-4")
  return settled
}

const checkPrograms = (model: unknown, guide: unknown, args: unknown): void => {
  for (const [what, program] of [
    ["model", model],
    ["guide", guide],
  ] as const)
    if (typeof program !== "function")
      refuse(`the ${what}`, typeof program, "call fit(model, guide, [data], options)")
  takeApart(args as readonly any[])
}

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

type Ended = { readonly status: FitStatus; readonly reason: string }

const report = (history: History, runner: StepRunner, settled: Settled, began: number): void => {
  const last = (values: readonly number[]): number => values[values.length - 1] ?? Number.NaN
  settled.onProgress?.({
    step: runner.step,
    steps: settled.steps,
    loss: last(history.losses),
    likelihood: last(history.likelihood),
    divergence: last(history.divergence),
    seconds: (performance.now() - began) / 1e3,
  })
}

/** Steps for the next stretch: about as many as take its time, and no more than a window where convergence is watched. */
const nextChunk = (chunk: number, took: number, left: number, { tolerance, window }: Settled): number => {
  const wanted = Math.round(chunk * Math.min(4, Math.max(0.25, stretchMilliseconds / Math.max(took, 0.1))))
  return Math.max(1, Math.min(left, wanted, tolerance === undefined ? Number.POSITIVE_INFINITY : window))
}

const loop = async (runner: StepRunner, settled: Settled, history: History): Promise<Ended> => {
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

const defaultOptimizer = (settled: Settled): Optimizer =>
  adam(settled.learningRate ?? (settled.batch === undefined ? 1e-2 : 1e-3))

/** Where a fit may go on from: its plan and what its runner carried. */
export interface Continuation {
  readonly plan: Plan
  readonly carry: { parameters: readonly Tensor[]; moments: readonly Tensor[]; state: readonly Tensor[] }
  readonly step: number
  readonly history: History
  /** The options that a checkpoint keeps. */
  readonly settings: FitOptions & { readonly optimizerName?: string }
}

/** What of the options is data, and the name of an optimizer that is not. */
export const settingsOf = (settled: Settled): Continuation["settings"] => {
  const { seed, particles, window, batch, tolerance, divergence, learningRate, optimizer } = settled
  const custom = optimizer?.name ?? (typeof learningRate === "function" ? "adam with a schedule" : undefined)
  return {
    seed,
    particles,
    window,
    ...(batch === undefined ? {} : { batch }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(divergence === undefined ? {} : { divergence }),
    ...(typeof learningRate === "number" ? { learningRate } : {}),
    ...(custom === undefined ? {} : { optimizerName: custom }),
  }
}

/** The loop of a fit from a plan, new or going on. */
export const fitPlan = async <V>(plan: Plan, settled: Settled, from?: Continuation): Promise<Fit<V>> => {
  const optimizer = settled.optimizer ?? defaultOptimizer(settled)
  const batch = batchPlan(plan, settled.batch)
  const { particles, objective, seed } = settled
  const program = stepProgram(plan, { particles, objective, batch, optimizer, seed })
  const history: History = from
    ? {
        losses: [...from.history.losses],
        likelihood: [...from.history.likelihood],
        divergence: [...from.history.divergence],
      }
    : { losses: [], likelihood: [], divergence: [] }
  const began = performance.now()
  const runner = createRunner(program, { compile: settled.compile })
  try {
    if (from) runner.restore(from.carry, from.step)
    const ended =
      plan.leaves.length === 0
        ? await loop(runner, { ...settled, steps: 1 }, history)
        : await loop(runner, settled, history)
    return finished<V>(
      { plan, settled, runner, history, seconds: (performance.now() - began) / 1e3, ...ended },
      (more, continuation) =>
        fitPlan<V>(
          plan,
          { ...settled, steps: more, ...(settled.signal?.aborted ? { signal: undefined as never } : {}) },
          continuation,
        ),
    )
  } finally {
    runner.dispose()
    program.dispose()
  }
}

/** Params by name, of the model and of the guide. */
export type ParamsOf<P, Q> = import("../dsl/types.js").Values<P, "param"> &
  import("../dsl/types.js").Values<Q, "param">

/**
 * Fits a guide to a model: maximises the ELBO over the params of both.
 *
 * Every row of `args` that stands in a plate is seen once an epoch under `batch`. The same seed on the same backend gives
 * the same params, bit for bit.
 * @returns a `Fit` by its `status`: "finished" (all steps), "converged" (tolerance reached), "stopped" (aborted),
 * "diverged" (a loss that is not finite; params of the last good step).
 * @throws ModelError before the first step for anything a programmer must fix.
 * @example const { params } = await fit(ppca, encoder, [table], { steps: 2000, batch: 100 })
 */
export const fit = async <P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
  options: FitOptions = {},
): Promise<Fit<ParamsOf<P, Q>>> => {
  checkPrograms(model, guide, args)
  await ensureReady()
  const settled = settle(options)
  const plan = scoped(() => planOf(model, guide, args, toKey(settled.seed), options.initial))
  return fitPlan<ParamsOf<P, Q>>(settled.divergence === "drawn" ? withDrawnKl(plan) : plan, settled)
}
