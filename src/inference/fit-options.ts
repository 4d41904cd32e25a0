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
  /** Which of the `restarts` this is, from 0. */
  readonly restart: number
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
  /**
   * Of the default optimizer. "find" tries seven rates from 1e-4 to 0.1 in short trials (a twentieth of the steps each, 40 to 200) from the
   * fit's own start, and takes the smallest whose loss falls by nine tenths of the best one's fall.
   */
  readonly learningRate?: number | Schedule | "find"
  /** How many times to begin, each from first values of their own, and keep the one with the smallest loss; 1 by default. */
  readonly restarts?: number
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
export type Settled = Required<
  Pick<FitOptions, "steps" | "seed" | "particles" | "window" | "compile" | "restarts">
> &
  FitOptions

/** Throws for an option out of its range. */
export const refuse = (option: string, value: unknown, fix: string): never => {
  throw programError("bad-option", `${option} is ${String(value)}`, fix)
}

/** Every option; a new one that is missing here does not compile. */
const known: { readonly [N in keyof Required<FitOptions>]: true } = {
  steps: true,
  batch: true,
  seed: true,
  objective: true,
  particles: true,
  optimizer: true,
  learningRate: true,
  restarts: true,
  onProgress: true,
  signal: true,
  tolerance: true,
  window: true,
  compile: true,
  divergence: true,
  initial: true,
}

/** Throws for options that nothing would read, and for values of another kind than the types allow. */
const checkKinds = (options: FitOptions): void => {
  for (const name of Object.keys(options))
    if (!(name in known)) refuse(name, "no option of fit", `the options are ${Object.keys(known).join(", ")}`)
  const { objective, optimizer, compile, divergence, learningRate, seed } = options
  if (objective !== undefined && typeof objective.prepare !== "function")
    refuse("objective", typeof objective, "call one: objective: elbo({ particles: 5 })")
  if (optimizer !== undefined && typeof optimizer.update !== "function")
    refuse("optimizer", typeof optimizer, "call one: optimizer: adam(1e-3)")
  if (optimizer !== undefined && learningRate !== undefined)
    refuse(
      "learningRate",
      `${String(learningRate)}, beside an optimizer`,
      `say it to the optimizer: ${optimizer.name}(…)`,
    )
  if (compile !== undefined && ![true, false, "auto"].includes(compile))
    refuse("compile", compile, 'give "auto", true or false')
  if (divergence !== undefined && !["closed", "drawn"].includes(divergence))
    refuse("divergence", divergence, 'give "closed" or "drawn"')
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0))
    refuse("seed", seed, "give a whole number from 0 up")
}

/** Throws for a first value of a param that neither program has. */
export const checkInitial = (initial: FitOptions["initial"], names: readonly string[]): void => {
  for (const name of Object.keys(initial ?? {}))
    if (!names.includes(name))
      throw programError(
        "unknown-param",
        `initial names '${name}', but neither program has such a param`,
        `the params are ${names.length === 0 ? "none" : names.map((n) => `'${n}'`).join(", ")}`,
      )
}

/** Options with their defaults, checked. */
export const settle = (options: FitOptions): Settled => {
  checkKinds(options)
  const compile = "auto" as const
  const settled = { steps: 1000, seed: 0, particles: 1, window: 100, compile, restarts: 1, ...options }
  if (!Number.isInteger(settled.steps) || settled.steps < 1)
    refuse("steps", settled.steps, "give a whole number above 0")
  if (!Number.isInteger(settled.particles) || settled.particles < 1)
    refuse("particles", settled.particles, "give a whole number above 0")
  if (!Number.isInteger(settled.window) || settled.window < 1)
    refuse("window", settled.window, "give a whole number above 0")
  if (!Number.isInteger(settled.restarts) || settled.restarts < 1)
    refuse("restarts", settled.restarts, "give a whole number above 0")
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
