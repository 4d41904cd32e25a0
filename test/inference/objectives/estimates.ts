/** What an objective gives at fixed params: its value and its gradient, draw by draw, as a fit's step would get them. */
import { adam, type Program, type Tensor, tf } from "latently"
import { differentiate } from "../../../src/engine/eager.js"
import { toKey } from "../../../src/engine/random.js"
import { scoped } from "../../../src/engine/tensor.js"
import type { Objective } from "../../../src/inference/objectives/objective.js"
import { planOf, withDrawnKl } from "../../../src/inference/plan.js"
import { batchPlan, stepProgram } from "../../../src/inference/step-program.js"

export interface Draws {
  /** The objective's value at each draw. */
  readonly values: number[]
  /** Its gradient by the params' unconstrained values, by name, at each draw. */
  readonly gradients: Readonly<Record<string, number[][]>>
}

export interface Asked {
  readonly draws?: number
  readonly batch?: number
  readonly seed?: number
  readonly drawnKl?: boolean
  /** Draws to pass before the first one is kept: running baselines settle. */
  readonly burn?: number
  /** Adam steps before all that, on the params whose names pass. */
  readonly train?: { readonly steps: number; readonly rate: number; readonly only: (name: string) => boolean }
}

/** The gradient and value of `draws` steps at the programs' first params. */
export const estimates = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[],
  objective: Objective,
  { draws = 1, batch, seed = 0, drawnKl = false, burn = 0, train }: Asked = {},
): Draws => {
  const learned = scoped(() => planOf(model, guide, args, toKey(seed)))
  const plan = drawnKl ? withDrawnKl(learned) : learned
  const program = stepProgram(plan, {
    particles: 1,
    objective,
    batch: batchPlan(plan, batch),
    optimizer: adam(),
    seed,
  })
  const values: number[] = []
  const gradients: Record<string, number[][]> = Object.fromEntries(plan.leaves.map((leaf) => [leaf.name, []]))
  let state = program.state.map((t) => tf.clone(t))
  const optimizer = adam(train?.rate ?? 1e-3)
  let parameters: readonly Tensor[] = program.parameters.map((t) => tf.clone(t))
  let moments: readonly Tensor[] = optimizer.init(parameters)
  for (let n = 0; n < (train?.steps ?? 0); n++) {
    const next = tf.tidy(() => {
      const result = differentiate(
        program,
        { parameters, moments, state },
        program.resident,
        tf.tensor1d([1e6 + n], "int32"),
      )
      const kept = plan.leaves.map((leaf, i) =>
        train!.only(leaf.name) ? result.gradients[i]! : tf.zerosLike(result.gradients[i]!),
      )
      const updated = optimizer.update(parameters, kept, moments, tf.scalar(optimizer.rate(n)))
      tf.dispose([...parameters, ...moments, ...state, result.loss, ...result.outputs])
      state = [...result.state]
      return [...updated.parameters, ...updated.moments]
    })
    parameters = next.slice(0, parameters.length)
    moments = next.slice(parameters.length)
  }
  for (let n = -burn; n < draws; n++)
    tf.tidy(() => {
      const rows = [...program.resident]
      if (batch !== undefined) rows[0] = tf.slice(rows[0]!, 0, batch)
      const carry = { parameters, moments: [], state }
      const result = differentiate(program, carry, rows, tf.tensor1d([n + burn], "int32"))
      tf.dispose(state)
      state = result.state.map((t) => tf.keep(tf.clone(t)))
      if (n >= 0) {
        values.push(-result.loss.dataSync()[0]!)
        plan.leaves.forEach((leaf, i) => {
          gradients[leaf.name]!.push([...tf.neg(result.gradients[i]!).dataSync()])
        })
      }
      tf.dispose([result.loss, ...result.state, ...result.outputs])
    })
  tf.dispose([...state, ...parameters, ...moments, ...plan.initial])
  program.dispose()
  return { values, gradients }
}

/** Mean and its standard error. */
export const meanOf = (values: readonly number[]): { mean: number; error: number; variance: number } => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length), variance }
}

/** One coordinate of a gradient, draw by draw. */
export const along = (gradients: readonly (readonly number[])[], i = 0): number[] =>
  gradients.map((g) => g[i]!)

/** How many standard errors a mean lies from `expected`; float32 rounding counts as 1e-5 of its size. */
export const zScore = (values: readonly number[], expected: number): number => {
  const { mean, error } = meanOf(values)
  return (mean - expected) / Math.hypot(error, 1e-5 * (1 + Math.abs(expected)))
}

/** How many standard errors two means lie apart. */
export const zBetween = (a: readonly number[], b: readonly number[]): number => {
  const [left, right] = [meanOf(a), meanOf(b)]
  return (left.mean - right.mean) / Math.hypot(left.error, right.error, 1e-5 * (1 + Math.abs(left.mean)))
}

export type { Tensor }
