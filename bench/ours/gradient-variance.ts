/**
 * How much the gradient of one fixed batch varies from draw to draw, at fixed params: a guide's own auxiliary networks (baseline,
 * surrogate) are trained there first, everything else held, and running averages settle meanwhile. Both runs are recorded steps
 * like a fit's. Next: `../sbn.ts`, which asks.
 */
import type { Program } from "../../src/dsl/types.js"
import { adam, sgd } from "../../src/engine/optimize.js"
import { toKey } from "../../src/engine/random.js"
import { stopGradient } from "../../src/engine/repair/index.js"
import { createRunner, type StepProgram } from "../../src/engine/step.js"
import { scoped, type Tensor, tf } from "../../src/engine/tensor.js"
import type { Objective } from "../../src/inference/objectives/objective.js"
import { planOf } from "../../src/inference/plan.js"
import { stepProgram } from "../../src/inference/step-program.js"

/** What is measured, and where. */
export interface Measured {
  readonly model: Program<any>
  readonly guide: Program<any>
  /** The rows of the batch, all of them seen in each draw. */
  readonly args: readonly Tensor[]
  readonly objective: Objective
  /** Values of params by name; those that are missing stay at their first values. */
  readonly at: Readonly<Record<string, Tensor>>
  /** Params whose gradient counts, and auxiliary ones, which are trained first. */
  readonly counts: (name: string) => boolean
  readonly auxiliary: (name: string) => boolean
  /** Steps for the auxiliary networks and the running averages, then gradients drawn. */
  readonly settle: number
  readonly draws: number
}

/** The same loss, with only some of the parameters trained. */
const training = (program: StepProgram, trained: readonly boolean[]): StepProgram => ({
  ...program,
  optimizer: adam(1e-3),
  objective: (parameters, state, rows, step) => {
    const held = parameters.map((p, i) => (trained[i] ? p : stopGradient(p)))
    const made = program.objective(held, state, rows, step)
    const touched = parameters.map((p) => tf.mul(0, tf.sum(p))).reduce((a, b) => tf.add(a, b))
    return { ...made, loss: tf.add(made.loss, touched) }
  },
})

/** Steps that move nothing, and carry Σ g and Σ g² of the gradients that count beside the program's own state. */
const summing = (
  program: StepProgram,
  parameters: readonly Tensor[],
  state: readonly Tensor[],
  counted: readonly number[],
): StepProgram => {
  const zeros = counted.map((i) => tf.zerosLike(parameters[i]!))
  const own = state.length
  return {
    ...program,
    parameters,
    optimizer: sgd(1),
    state: [...state, ...zeros, ...zeros],
    objective: (at, carried, rows, step) => {
      let next: readonly Tensor[] = []
      const of = counted.map((i) => at[i]!)
      const { value, grads } = tf.engine().gradients(
        () => {
          const made = program.objective(at, carried.slice(0, own), rows, step)
          next = made.state.map((tensor) => tf.keep(stopGradient(tensor)))
          return made.loss as tf.Scalar
        },
        of,
        undefined,
        true,
      )
      const still = at.map((p) => tf.mul(0, tf.sum(p))).reduce((a, b) => tf.add(a, b))
      const sums = grads.map((g, i) => tf.add(carried[own + i]!, g))
      const squares = grads.map((g, i) => tf.add(carried[own + counted.length + i]!, tf.square(g)))
      return {
        loss: tf.add(stopGradient(value), still),
        state: [...next, ...sums, ...squares].map((tensor) => stopGradient(tensor)),
        outputs: [],
      }
    },
  }
}

/** The mean variance of one number of the gradient per row, over the params that count. */
const meanVariance = (
  sums: readonly Tensor[],
  squares: readonly Tensor[],
  draws: number,
  rows: number,
): number => {
  let [total, count] = [0, 0]
  sums.forEach((sum, i) => {
    const [s, q] = [sum.dataSync(), squares[i]!.dataSync()]
    for (let j = 0; j < s.length; j++) total += (q[j]! - (s[j]! * s[j]!) / draws) / (draws - 1)
    count += s.length
  })
  return total / count / rows ** 2
}

/** log10 of the mean variance, over draws, of one number of the gradient of the mean bound a row. */
export const logGradientVariance = (measured: Measured): number => {
  const { model, guide, args, draws } = measured
  const plan = scoped(() => planOf(model as never, guide, args, toKey(0), measured.at))
  const program = stepProgram(plan, {
    particles: 1,
    objective: measured.objective,
    batch: undefined,
    optimizer: sgd(1),
    seed: 0,
  })
  const first = createRunner(
    training(
      program,
      plan.leaves.map((leaf) => measured.auxiliary(leaf.name)),
    ),
    { compile: "auto" },
  )
  first.run(measured.settle)
  const [parameters, state] = [first.parameters(), first.state()]
  first.dispose()
  const counted = plan.leaves.flatMap((leaf, i) => (measured.counts(leaf.name) ? [i] : []))
  const second = createRunner(summing(program, parameters, state, counted), { compile: "auto" })
  second.run(draws)
  const carried = second.state().slice(state.length)
  const value = meanVariance(
    carried.slice(0, counted.length),
    carried.slice(counted.length),
    draws,
    args[0]!.shape[0]!,
  )
  second.dispose()
  program.dispose()
  tf.dispose([...parameters, ...state, ...carried, ...plan.initial])
  return Math.log10(value)
}
