/**
 * A fit's step as a pure function of tensors: parameters, baselines, data and the step counter in; the loss, new baselines
 * and what is reported out. The engine runs it, operation by operation or compiled. Next: `fit.ts`.
 */
import { programError } from "../dsl/site-error.js"
import { withChecks } from "../engine/checks.js"
import type { Optimizer } from "../engine/optimize.js"
import { fold } from "../engine/random.js"
import type { StepProgram } from "../engine/step.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import { paramsFrom } from "./leaves.js"
import { elbo } from "./objectives/elbo.js"
import type { Objective, Prepared } from "./objectives/objective.js"
import type { Plan } from "./plan.js"
import { steady } from "./steady.js"

export { paramsFrom } from "./leaves.js"

/** What of a fit decides its steps. */
export interface StepOptions {
  /** Of the plain ELBO, where no objective is given. */
  readonly particles: number
  readonly objective?: Objective | undefined
  readonly batch: BatchPlan | undefined
  readonly optimizer: Optimizer
  readonly seed: number
}

/** Which plate is seen in batches, and how many rows at a time. */
export interface BatchPlan {
  readonly plate: string
  readonly size: number
  readonly count: number
}

/** How many rows a step sees: a number for the only outermost plate, or a record by plate name. */
export type BatchOption = number | Readonly<Record<string, number>>

const refuseBatch = (problem: string, fix: string): never => {
  throw programError("bad-batch", problem, fix)
}

const plateFor = (plan: Plan, batch: BatchOption): [string, number] => {
  const names = plan.plates.map((plate) => plate.name)
  if (typeof batch === "number") {
    if (names.length === 1) return [names[0]!, batch]
    return refuseBatch(
      names.length === 0
        ? "a batch was asked for, but the program has no plate"
        : `a batch was asked for, but there are ${names.length} outermost plates: ${names.join(", ")}`,
      names.length === 0
        ? 'put the rows in plate("rows", data, function* (row) { … })'
        : `say which: batch: { ${names[0]}: ${batch} }`,
    )
  }
  const entries = Object.entries(batch)
  if (entries.length !== 1)
    return refuseBatch("a batch must name one plate", `batch: { ${names[0] ?? "rows"}: 100 }`)
  return entries[0]!
}

/** The plate to be seen in batches, checked against the plan; undefined where every step sees all rows. */
export const batchPlan = (plan: Plan, batch: BatchOption | undefined): BatchPlan | undefined => {
  if (batch === undefined) return undefined
  const [name, size] = plateFor(plan, batch)
  const count = plan.plates.find((plate) => plate.name === name)?.size
  if (count === undefined)
    return refuseBatch(
      `there is no outermost plate '${name}'`,
      `the outermost plates are ${plan.plates.map((plate) => plate.name).join(", ") || "none"}`,
    )
  if (!Number.isInteger(size) || size < 1)
    return refuseBatch(`a batch of ${size} rows`, "give a whole number above 0")
  if (size > count)
    return refuseBatch(
      `a batch of ${size} rows was asked of plate '${name}', which has ${count}`,
      `use a batch of at most ${count}, or leave batch out`,
    )
  return size === count ? undefined : { plate: name, size, count }
}

/** A step program, and what its objective made of the plan. */
export interface PlannedStep extends StepProgram {
  readonly prepared: Prepared
  dispose(): void
}

const held = (plan: Plan): Plan => ({
  ...plan,
  model: steady(plan.model, plan.sitesOf.model),
  guide: steady(plan.guide, plan.sitesOf.guide),
})

/** The step of a fit. Its constants are kept until `dispose`. */
export const stepProgram = (learned: Plan, options: StepOptions): PlannedStep => {
  const plan = held(learned)
  const apart = takeApart(plan.args)
  const { batch } = options
  const rows = batch && tf.keep(tf.range(0, batch.count, 1, "int32"))
  const objective = options.objective ?? elbo({ particles: options.particles })
  const prepared = objective.prepare(plan, { batched: batch?.plate })
  const state = prepared.state()
  const draws = fold(plan.key, "draws").hash
  const passAt = (parameters: readonly Tensor[], resident: readonly Tensor[], step: Tensor) => ({
    args: apart.rebuild(batch ? resident.slice(1) : resident),
    context: {
      key: { hash: draws, step },
      param: paramsFrom(plan.leaves, parameters),
      ...(batch ? { batches: new Map([[batch.plate, resident[0]!]]) } : {}),
    },
    step,
  })
  const nothing = plan.initial.length === 0 ? [tf.keep(tf.scalar(0))] : []
  return {
    prepared,
    parameters: [...plan.initial, ...nothing],
    state,
    resident: rows ? [rows, ...apart.tensors] : apart.tensors,
    ...(batch ? { batch: { size: batch.size, count: batch.count, inputs: [0] } } : {}),
    optimizer: options.optimizer,
    seed: options.seed,
    objective: (parameters, carried, resident, step) =>
      withChecks(false, () => {
        const made = prepared.estimate({ ...passAt(parameters, resident, step), state: carried })
        const value =
          nothing.length === 0 ? made.objective : tf.add(made.objective, tf.mul(0, parameters[0]!))
        return { loss: tf.neg(value), state: made.state, outputs: [made.likelihood, made.divergence] }
      }),
    dispose: () => tf.dispose([...(rows ? [rows] : []), ...state, ...nothing]),
  }
}
