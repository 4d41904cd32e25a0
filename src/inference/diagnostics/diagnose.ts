/**
 * `diagnose`: did variational inference work? The ELBO site by site, the tails of the importance weights, active units, the
 * gradient's signal, and why the fit stopped, with alarms. Left out: how far the bound is from the evidence (`../proof/gap.ts`)
 * and whether the gradient is unbiased (`../proof/check-gradient.ts`).
 */
import { withChecks } from "../../engine/checks.js"
import { fold } from "../../engine/random.js"
import { tf } from "../../engine/tensor.js"
import type { Fit, FitStatus } from "../fit-result.js"
import { unconstrain } from "../leaves.js"
import { effectiveDraws } from "../pareto.js"
import type { Plan } from "../plan.js"
import { rowWidth } from "../proof/log-weights.js"
import { answersFrom, type Fitted, keyOf, type Question, questionOf } from "../query.js"
import type { StepOptions } from "../step-program.js"
import { activeUnits, type Units } from "./active-units.js"
import { type Alarm, alarmsOf, type Figures } from "./alarms.js"
import { elboBySite } from "./by-site.js"
import { diagnosisReport } from "./diagnosis-report.js"
import { isPoint } from "./guide-run.js"
import { signalToNoise } from "./signal.js"
import { boundError, tailShape } from "./weights.js"

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** Draws of the guide, at least; 1000 by default. */
  readonly draws?: number
  /** Rows looked at, evenly spread, where the latents fall apart into rows of a plate; by default 50 to 200, fewer if wide. */
  readonly rows?: number
  /** Gradients for the signal-to-noise ratio; 16 by default, 0 leaves it out. */
  readonly gradients?: number
  /** Rows, particles and objective of those gradients, as in `fit`; all rows, 1 and the ELBO by default. */
  readonly batch?: number | Readonly<Record<string, number>>
  readonly particles?: number
  readonly objective?: StepOptions["objective"]
  readonly seed?: number
}

/** The health of a fit; `toString()` prints it. */
export interface Diagnosis {
  /** E_q[log p(data)] by site, nats for all rows (scaled up from the rows looked at). */
  readonly likelihood: Readonly<Record<string, number>>
  /** KL(guide ‖ prior) by latent, estimated by the draws; ELBO = Σ likelihood - Σ divergence. */
  readonly divergence: Readonly<Record<string, number>>
  readonly elbo: number
  /** Of `elbo`: the draws' part, and the rows' where not all are looked at. */
  readonly standardError: number
  /** The shape of the importance weights' tail, row by row or one: above 0.7 the guide misses what matters. None of a point guide. */
  readonly kHats: readonly number[]
  /** Kish's effective draws of the weights, row by row or one, of `draws`. */
  readonly effectiveDraws: readonly number[]
  readonly draws: number
  /** Rows that have weights of their own, in all; 1 where a draw has one weight. */
  readonly rows: number
  /** Latents in a plate of ten rows or more: how many of their dimensions vary with the row. */
  readonly activeUnits: Readonly<Record<string, Units>>
  /** |mean| / standard deviation of one step's gradient, by param: near 0 at an optimum, where the mean is 0. */
  readonly signalToNoise: Readonly<Record<string, number>>
  readonly status: FitStatus | undefined
  /** Why the fit stopped. */
  readonly reason: string
  readonly alarms: readonly Alarm[]
  toString(): string
}

/** What can be diagnosed: a fit, or params and a plan alone. */
export type Diagnosed = Fitted & Partial<Pick<Fit, "status" | "reason" | "losses" | "steps">>

const total = (record: Readonly<Record<string, number>>): number =>
  Object.values(record).reduce((a, b) => a + b, 0)

/** As many rows as make so many numbers of data in all draws. */
const mostNumbers = 4e7

const rowsFor = (plan: Plan, draws: number): number =>
  Math.max(50, Math.min(200, Math.floor(mostNumbers / (draws * rowWidth(plan)))))

const weighed = (plan: Plan, fitted: Diagnosed, options: DiagnoseOptions) => {
  const { draws = 1000, rows = rowsFor(plan, draws), seed } = options
  const weighing = { key: fold(keyOf(seed), "diagnose"), param: answersFrom(fitted.params), rows }
  const { likelihood, divergence, logWeights } = elboBySite(plan, weighing, draws)
  const all = plan.rows === undefined ? 1 : plan.sizes.get(plan.rows.plate)!
  const weights = isPoint(plan, weighing) ? [] : logWeights
  return {
    likelihood,
    divergence,
    elbo: total(likelihood) - total(divergence),
    standardError: boundError(logWeights, all),
    kHats: weights.map(tailShape),
    effectiveDraws: weights.map(effectiveDraws),
    draws: logWeights[0]?.length ?? 0,
    rows: all,
    activeUnits: activeUnits(plan, weighing),
  }
}

const figuresOf = (plan: Plan, fitted: Diagnosed, options: DiagnoseOptions): Figures => {
  const { status, reason = "", losses, steps = 0 } = fitted
  const { gradients = 16 } = options
  return {
    ...weighed(plan, fitted, options),
    signalToNoise: gradients === 0 ? {} : signalToNoise(plan, gradients, { ...options, from: steps }),
    status,
    reason,
    losses,
  }
}

const stopped = ({ status, reason }: Pick<Diagnosis, "status" | "reason">): string[] =>
  status === undefined ? [] : [`${status}: ${reason}`]

/** The plan with the fit's params for first values; the caller disposes them. */
const startingAt = ({ plan }: Question, { params }: Fitted): Plan => ({
  ...plan,
  initial: plan.leaves.map((leaf) => tf.keep(tf.tidy(() => tf.clone(unconstrain(leaf, params[leaf.name]!))))),
})

/**
 * Looks a fit over, on its own data or on other data: what each site gives and costs, whether the guide's tails hold the
 * posterior's (k-hat by Pareto-smoothed importance sampling: Yao, Vehtari, Simpson and Gelman 2018), which units are active
 * (Burda and others 2016), how much signal the gradient has (Rainforth and others 2018), and why the fit stopped. Alarms say
 * what is wrong and what to do: "diverged", "collapse", "weights", "unfinished".
 *
 * It costs 1000 draws of the guide, on at most 200 rows where latents fall apart into rows, on all rows where not. `fitted.report()`
 * ends with it.
 * @throws ModelError as `evaluate` does for other data that does not fit the programs.
 * @example const { alarms } = diagnose(fitted)
 * @example console.log(String(diagnose(fitted, [test], { draws: 4000 })))
 */
export const diagnose = (
  fitted: Diagnosed,
  args?: readonly any[],
  options: DiagnoseOptions = {},
): Diagnosis => {
  const plan = startingAt(questionOf(fitted, args, keyOf(options.seed)), fitted)
  try {
    const { losses, ...figures } = withChecks(false, () => figuresOf(plan, fitted, options))
    const made = { ...figures, alarms: alarmsOf({ ...figures, losses }) }
    return { ...made, toString: () => [...stopped(made), diagnosisReport(made)].join("\n") }
  } finally {
    tf.dispose([...plan.initial])
  }
}
