/**
 * A fit's step as a pure function of tensors: parameters, baselines, data and the step counter in; the loss, new baselines
 * and what is reported out. The engine runs it, operation by operation or compiled. Next: `fit.ts`.
 */
import type { Site } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import { withChecks } from "../engine/checks.js"
import type { Optimizer } from "../engine/optimize.js"
import { fold, type Key } from "../engine/random.js"
import type { StepProgram } from "../engine/step.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import { averageBaselines, leaveOneOut } from "./baseline.js"
import { type Bound, elbo } from "./elbo.js"
import { constrain, type Leaf } from "./leaves.js"
import type { Plan } from "./plan.js"

/** What of a fit decides its steps. */
export interface StepOptions {
  readonly particles: number
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

/** Answers params from the step's tensors. */
export const paramsFrom = (leaves: readonly Leaf[], tensors: readonly Tensor[]): ((site: Site) => Tensor) => {
  const values = new Map(leaves.map((leaf, i) => [leaf.name, constrain(leaf, tensors[i]!)]))
  return (site) => {
    const value = values.get(site.name)
    if (value === undefined)
      throw programError(
        "new-param",
        `param '${site.name}' was not there in the first run`,
        "let every run of a program have the same params",
      )
    return value
  }
}

const mean = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 1
    ? tensors[0]!
    : tf.div(
        tensors.reduce((a, b) => tf.add(a, b)),
        tensors.length,
      )

const particleKey = (key: Key, particle: number, particles: number): Key =>
  particles === 1 ? key : fold(key, particle)

/** The step of a fit. `arange` is kept by the caller as long as the program is run. */
export const stepProgram = (plan: Plan, options: StepOptions): StepProgram & { dispose(): void } => {
  const apart = takeApart(plan.args)
  const { batch, particles } = options
  const rows = batch && tf.keep(tf.range(0, batch.count, 1, "int32"))
  const score = [...plan.sites.values()].filter((site) => site.estimator === "score")
  const averaged = particles === 1 ? score : []
  const state = averaged.map(() => tf.keep(tf.zeros([2])))
  const bounds = (parameters: readonly Tensor[], resident: readonly Tensor[], step: Tensor): Bound[] => {
    const args = apart.rebuild(batch ? resident.slice(1) : resident)
    const batches = batch && new Map([[batch.plate, resident[0]!]])
    const key = { hash: fold(plan.key, "draws").hash, step }
    return Array.from({ length: particles }, (_, particle) =>
      elbo(plan, args, {
        key: particleKey(key, particle, particles),
        param: paramsFrom(plan.leaves, parameters),
        ...(batches ? { batches } : {}),
      }),
    )
  }
  const nothing = plan.initial.length === 0 ? [tf.keep(tf.scalar(0))] : []
  return {
    parameters: [...plan.initial, ...nothing],
    state,
    resident: rows ? [rows, ...apart.tensors] : apart.tensors,
    ...(batch ? { batch: { size: batch.size, count: batch.count, inputs: [0] } } : {}),
    optimizer: options.optimizer,
    seed: options.seed,
    objective: (parameters, carried, resident, step) =>
      withChecks(false, () => {
        const all = bounds(parameters, resident, step)
        const credited =
          particles === 1
            ? averageBaselines(all[0]!.credits, carried)
            : leaveOneOut(all.map((bound) => bound.credits))
        const value = mean(all.map((bound) => bound.elbo))
        const surrogate = credited.surrogate === undefined ? value : tf.add(value, credited.surrogate)
        return {
          loss: tf.neg(nothing.length === 0 ? surrogate : tf.add(surrogate, tf.mul(0, parameters[0]!))),
          state: credited.state,
          outputs: [mean(all.map((bound) => bound.likelihood)), mean(all.map((bound) => bound.divergence))],
        }
      }),
    dispose: () => tf.dispose([...(rows ? [rows] : []), ...state, ...nothing]),
  }
}
