/**
 * What comes back from `fit`: one value, with its params in their supports, the history, and a way to go on. Next:
 * `evaluate.ts` and `predict.ts`, which take it.
 */
import type { StepRunner } from "../engine/step.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import { diagnose } from "./diagnostics/diagnose.js"
import { diagnosisReport } from "./diagnostics/diagnosis-report.js"
import { explainPlan } from "./explain.js"
import type { Continuation } from "./fit.js"
import { type Settled, settingsOf } from "./fit-options.js"
import { rateOf } from "./learning-rate.js"
import { constrain } from "./leaves.js"
import type { Prepared } from "./objectives/objective.js"
import type { Plan } from "./plan.js"

/** How a fit ended. */
export type FitStatus = "converged" | "finished" | "stopped" | "diverged"

/** Numbers of every step, in nats for all rows: loss = divergence - likelihood. */
export interface History {
  readonly losses: number[]
  readonly likelihood: number[]
  readonly divergence: number[]
}

/** A fit: params typed by name, and what led to them. It holds tensors; `dispose()` frees them. */
export interface Fit<V = Readonly<Record<string, Tensor>>> {
  readonly status: FitStatus
  /** Why it stopped, in words. */
  readonly reason: string
  /** Steps done in all. */
  readonly steps: number
  readonly seconds: number
  readonly params: V
  readonly losses: readonly number[]
  readonly likelihood: readonly number[]
  readonly divergence: readonly number[]
  /** Mean ELBO of the last tenth of the steps (at most 100), in nats for all rows; the loss is another number under another objective. */
  readonly elbo: number
  /** Adam's learning rate: found, given or the default; undefined for a schedule or an optimizer of one's own. */
  readonly learningRate: number | undefined
  /** The loss that each of several `restarts` ended at, the first one's first (Infinity: it diverged); empty without. */
  readonly restarts: readonly number[]
  readonly plan: Plan
  /** What `continue` and `save` go on from. */
  readonly continuation: Continuation
  /** How the steps were computed, and why so. */
  readonly compiled: string
  /** The result in a few lines: status, ELBO = likelihood - divergence, estimators, and a diagnosis made when first asked for. */
  report(): string
  /** Goes on for more steps from exactly where this stopped, optimizer included. */
  continue(steps: number): Promise<Fit<V>>
  dispose(): void
}

/** What the loop knows when it ends. */
export interface Outcome {
  readonly plan: Plan
  readonly prepared: Prepared
  readonly settled: Settled
  readonly runner: StepRunner
  readonly history: History
  /** The loss of each restart. */
  readonly restarts: readonly number[]
  /** The learning rate, where this fit looked for one. */
  readonly foundRate: number | undefined
  readonly seconds: number
  readonly status: FitStatus
  readonly reason: string
}

const tail = (values: readonly number[]): number => {
  const count = Math.max(1, Math.min(100, Math.ceil(values.length / 10)))
  const last = values.slice(-count)
  return last.reduce((a, b) => a + b, 0) / Math.max(1, last.length)
}

const isElbo = ({ objective }: Settled): boolean => objective === undefined || objective.name === "elbo"

const elboOf = ({ history, settled }: Outcome): number =>
  isElbo(settled) ? -tail(history.losses) : tail(history.likelihood) - tail(history.divergence)

const number = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(Math.abs(value) < 100 ? 3 : 1) : String(value)

/** What was tried before the fit settled: a rate that was found, and the starts. */
const searchedOf = ({ foundRate, restarts }: Outcome): string[] => [
  ...(foundRate === undefined ? [] : [`learning rate: ${foundRate}, found by short trials`]),
  ...(restarts.length === 0
    ? []
    : [`best of ${restarts.length} starts, which ended at losses ${restarts.map(number).join(", ")}`]),
]

const reportOf = (outcome: Outcome, compiled: string): string => {
  const { history, status, reason, runner, seconds, prepared, settled } = outcome
  return [
    `${status} after ${runner.step} steps in ${seconds.toFixed(1)} s: ${reason}`,
    ...(isElbo(settled)
      ? []
      : [
          `${settled.objective?.name} ${number(-tail(history.losses))} nats (all rows, mean of the last steps)`,
        ]),
    `ELBO ${number(elboOf(outcome))} = likelihood ${number(tail(history.likelihood))} - divergence ${number(tail(history.divergence))} nats (all rows, mean of the last steps)`,
    explainPlan(prepared.plan, prepared.notes),
    ...searchedOf(outcome),
    `steps: ${compiled}`,
  ].join("\n")
}

const paramsOf = (plan: Plan, leaves: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(
    plan.leaves.map((leaf, i) => [leaf.name, tf.keep(tf.tidy(() => tf.clone(constrain(leaf, leaves[i]!))))]),
  )

/** The diagnosis of a fit by the gradients it used, in words; while its data and params live. */
const diagnosed = (fitted: Fit<any>, { batch, particles, objective }: Settled): string => {
  const tensors = [...takeApart(fitted.plan.args).tensors, ...(Object.values(fitted.params) as Tensor[])]
  if (tensors.some((tensor) => tensor.isDisposed))
    return "diagnosis: none, since data or params are disposed; give it data: diagnose(fitted, [data])"
  const options = { particles, objective, ...(batch === undefined ? {} : { batch }) }
  return diagnosisReport(diagnose(fitted, undefined, options))
}

/** Makes the value of a fit while its runner still lives. */
export const finished = <V>(
  outcome: Outcome,
  goOn: (steps: number, from: Continuation) => Promise<Fit<V>>,
): Fit<V> => {
  const { plan, runner, history } = outcome
  const carry = { parameters: runner.parameters(), moments: runner.optimizerState(), state: runner.state() }
  const params = paramsOf(plan, carry.parameters)
  const step = runner.step
  const head = reportOf(outcome, runner.plan)
  let report: string | undefined
  const continuation: Continuation = { plan, carry, step, history, settings: settingsOf(outcome.settled) }
  const made: Fit<V> = {
    status: outcome.status,
    reason: outcome.reason,
    steps: step,
    seconds: outcome.seconds,
    params: params as V,
    losses: history.losses,
    likelihood: history.likelihood,
    divergence: history.divergence,
    elbo: elboOf(outcome),
    learningRate: rateOf(outcome.settled),
    restarts: outcome.restarts,
    plan,
    continuation,
    compiled: runner.plan,
    report: () => {
      report ??= `${head}\n${diagnosed(made, outcome.settled)}`
      return report
    },
    continue: (steps) => goOn(steps, continuation),
    dispose: () =>
      tf.dispose([
        ...Object.values(params),
        ...carry.parameters,
        ...carry.moments,
        ...carry.state,
        ...plan.initial,
      ]),
  }
  return made
}
