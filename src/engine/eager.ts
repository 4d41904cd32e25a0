/**
 * Steps computed operation by operation on whatever backend runs: the reference that a compiled step must equal. Small
 * parameters are packed into one vector, so that the update is a handful of operations however many leaves there are.
 * Left out: what is done with a loss that is not finite (`step.ts`).
 */
import type { Stretch } from "./batches.js"
import type { Advanced, Carry, Objective, StepProgram, Stepper } from "./step.js"
import { type Tensor, tf } from "./tensor.js"

/** A step of the program: gradients of the objective, clipped, and the optimizer's update. Disposes what it made in between. */
export interface Stepped {
  readonly carry: Carry
  /** The loss, then the objective's outputs: scalars. */
  readonly reported: readonly Tensor[]
}

/** Lifts a tensor out of every scope; the copy is the caller's to dispose, whatever the objective returned. */
const lifted = (tensor: Tensor): Tensor => tf.keep(tf.clone(tensor))

/** The loss's gradients with respect to the parameters (zeros where it does not depend on one), and the rest of the objective. */
export const differentiate = (
  program: StepProgram,
  { parameters, state }: Carry,
  rows: readonly Tensor[],
  step: Tensor,
): Objective & { readonly gradients: readonly Tensor[] } => {
  const rest: { state: Tensor[]; outputs: Tensor[] } = { state: [], outputs: [] }
  const objective = (): tf.Scalar => {
    const result = program.objective(parameters, state, rows, step)
    rest.state = result.state.map(lifted)
    rest.outputs = result.outputs.map(lifted)
    return result.loss as tf.Scalar
  }
  const { value, grads } = tf.engine().gradients(objective, [...parameters], undefined, true)
  return { loss: value, ...rest, gradients: parameters.map((p, i) => grads[i] ?? tf.zerosLike(p)) }
}

/** One step, as tensors in and tensors out, all of them lifted. `rate` is the scalar of `optimizer.rate(step)`. */
export const stepOnce = (
  program: StepProgram,
  carry: Carry,
  rows: readonly Tensor[],
  step: Tensor,
  rate: Tensor,
): Stepped =>
  withoutScope(() => {
    const { loss, state, outputs, gradients } = differentiate(program, carry, rows, step)
    const { optimizer } = program
    const clipped = optimizer.clip?.(gradients) ?? gradients
    const updated = optimizer.update(carry.parameters, clipped, carry.moments, rate)
    return {
      carry: { parameters: updated.parameters.map(lifted), moments: updated.moments.map(lifted), state },
      reported: [lifted(loss), ...outputs],
    }
  })

/** Runs `body` in a scope that frees what is not lifted; unlike `tf.tidy` it accepts any result. */
const withoutScope = <R>(body: () => R): R => {
  let result: R
  tf.tidy(() => {
    result = body()
  })
  return result!
}

/** The rows a step sees: each batched input gathered at `indices`, the others as they are. */
export const gatherRows = (program: StepProgram, indices: Tensor | undefined): Tensor[] =>
  program.resident.map((input, i) =>
    indices !== undefined && program.batch?.inputs.includes(i)
      ? tf.gather(input, indices as tf.Tensor1D)
      : input,
  )

/** Whether all numbers of the carry are finite; reads one scalar back. */
const isFiniteCarry = ({ parameters, state }: Carry): boolean =>
  tf.tidy(() => {
    const all = [...parameters, ...state.filter((t) => t.dtype === "float32")]
    if (all.length === 0) return true
    return tf.addN(all.map((t) => tf.sum(tf.mul(t, 0)))).dataSync()[0] === 0
  })

/** Reads the scalars of many steps at once, and gives back one array for each kind. */
const read = (steps: readonly (readonly Tensor[])[]): Float32Array[] => {
  const width = steps[0]!.length
  const numbers = tf.tidy(() => tf.stack(steps.flat().map((t) => tf.reshape(t, []))).dataSync())
  return Array.from({ length: width }, (_, k) => Float32Array.from(steps, (_, i) => numbers[i * width + k]!))
}

const disposeCarry = ({ parameters, moments, state }: Carry): void =>
  tf.dispose([...parameters, ...moments, ...state])

/** A stepper that runs on every backend. `plan` says why it was chosen. */
export const createEagerStepper = (program: StepProgram, plan: string): Stepper => {
  const one = (carry: Carry, step: number, indices: Int32Array | undefined): Stepped =>
    withoutScope(() => {
      const rows = gatherRows(program, indices && tf.tensor1d(indices, "int32"))
      const rate = tf.scalar(program.optimizer.rate(step))
      return stepOnce(program, carry, rows, tf.tensor1d([step], "int32"), rate)
    })
  const advance = (start: Carry, from: number, { steps, size, rows }: Stretch): Advanced => {
    const reported: (readonly Tensor[])[] = []
    let carry = start
    for (let i = 0; i < steps; i++) {
      const next = one(carry, from + i, size === 0 ? undefined : rows.subarray(i * size, (i + 1) * size))
      if (carry !== start) disposeCarry(carry)
      carry = next.carry
      reported.push(next.reported)
    }
    const numbers = read(reported)
    tf.dispose(reported.flat())
    return { carry, reported: numbers, finite: isFiniteCarry(carry) }
  }
  return { plan, advance, dispose: () => {} }
}
