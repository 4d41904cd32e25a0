/** The options of `fit`: their defaults, their checks, and which of them a checkpoint keeps. Next: `fit-loop.ts`. */
import { programError } from "../dsl/site-error.js"
import type { Optimizer } from "../engine/optimize.js"
import type { Schedule } from "../engine/schedule.js"
import type { Tensor } from "../engine/tensor.js"
import type { Objective } from "./objectives/objective.js"
import type { BatchOption } from "./step-program.js"

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

/** Throws for an option out of its range. */
export const refuse = (option: string, value: unknown, fix: string): never => {
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

/** The options that a checkpoint keeps: those that are data, and the name of an optimizer that is not. */
export type KeptSettings = FitOptions & { readonly optimizerName?: string }

/** What of the options is data, and the name of an optimizer that is not. */
export const settingsOf = (settled: Settled): KeptSettings => {
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
