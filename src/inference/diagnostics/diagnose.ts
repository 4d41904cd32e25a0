/**
 * `diagnose`: did variational inference work? The ELBO site by site, the tails of the importance weights, active units, the
 * gradient's signal, and why the fit stopped, with alarms. Left out: how far the bound is from the evidence (`../proof/gap.ts`)
 * and whether the gradient is unbiased (`../proof/check-gradient.ts`).
 */
import { withChecks } from "../../engine/checks.js"
import { fold } from "../../engine/random.js"
import type { Fit, FitStatus } from "../fit-result.js"
import { effectiveDraws, paretoShape } from "../pareto.js"
import { answersFrom, type Fitted, keyOf } from "../query.js"
import { activeUnits, type Units } from "./active-units.js"
import { type Alarm, alarmsOf, type Figures } from "./alarms.js"
import { elboBySite } from "./by-site.js"
import { diagnosisReport } from "./diagnosis-report.js"
import { signalToNoise } from "./signal.js"

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** Draws of the guide; 200 by default. */
  readonly draws?: number
  /** Rows looked at, evenly spread, where the latents fall apart into rows of a plate; 200 by default. */
  readonly rows?: number
  /** Gradients for the signal-to-noise ratio; 16 by default, 0 leaves it out. */
  readonly gradients?: number
  readonly seed?: number
}

/** The health of a fit; `toString()` prints it. */
export interface Diagnosis {
  /** E_q[log p(data)] by site, nats for all rows (scaled up from the rows looked at). */
  readonly likelihood: Readonly<Record<string, number>>
  /** KL(guide ‖ prior) by latent, estimated by the draws; ELBO = Σ likelihood - Σ divergence. */
  readonly divergence: Readonly<Record<string, number>>
  readonly elbo: number
  /** The shape of the importance weights' tail, row by row or one: above 0.7 the guide misses what matters. */
  readonly kHats: readonly number[]
  /** Kish's effective draws of the weights, row by row or one, of `draws`. */
  readonly effectiveDraws: readonly number[]
  readonly draws: number
  /** Latents in a plate of ten rows or more: how many of their dimensions vary with the row. */
  readonly activeUnits: Readonly<Record<string, Units>>
  /** |mean| / standard deviation of one step's gradient, by param. */
  readonly signalToNoise: Readonly<Record<string, number>>
  readonly status: FitStatus | undefined
  /** Why the fit stopped. */
  readonly reason: string
  readonly alarms: readonly Alarm[]
  toString(): string
}

const total = (record: Readonly<Record<string, number>>): number =>
  Object.values(record).reduce((a, b) => a + b, 0)

const rowsOf = ({ plan }: Fitted): number => (plan.rows === undefined ? 1 : plan.sizes.get(plan.rows.plate)!)

const figuresOf = (
  fitted: Fitted & Partial<Pick<Fit, "status" | "reason" | "losses">>,
  { draws = 200, rows = 200, gradients = 16, seed }: DiagnoseOptions,
): Figures => {
  const { plan, params, status, reason = "", losses } = fitted
  const weighing = { key: fold(keyOf(seed), "diagnose"), param: answersFrom(params), rows }
  const { likelihood, divergence, logWeights } = elboBySite(plan, weighing, draws)
  return {
    likelihood,
    divergence,
    elbo: total(likelihood) - total(divergence),
    kHats: logWeights.map(paretoShape),
    effectiveDraws: logWeights.map(effectiveDraws),
    draws,
    activeUnits: activeUnits(plan, weighing),
    signalToNoise: gradients === 0 ? {} : signalToNoise(plan, params, gradients, rows),
    status,
    reason,
    losses,
    rows: rowsOf(fitted),
  }
}

/**
 * Looks a fit over: what each site gives and costs, whether the guide's tails hold the posterior's (k-hat by Pareto-smoothed
 * importance sampling), which units are active, how much signal the gradient has, and why the fit stopped. Alarms say what
 * is wrong: "diverged", "collapse", "weights", "unfinished".
 *
 * It costs some hundred draws of the guide on at most 200 rows where latents fall apart into rows, on all rows where not.
 * @example const { alarms } = diagnose(fitted)
 * @example console.log(String(diagnose(fitted)))
 */
export const diagnose = (
  fitted: Fitted & Partial<Pick<Fit, "status" | "reason" | "losses">>,
  options: DiagnoseOptions = {},
): Diagnosis => {
  const { losses, rows, ...figures } = withChecks(false, () => figuresOf(fitted, options))
  const made = { ...figures, alarms: alarmsOf({ ...figures, losses, rows }) }
  return { ...made, toString: () => diagnosisReport(made) }
}
