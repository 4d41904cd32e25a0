/**
 * Steps computed operation by operation on whatever backend runs: the reference that a compiled step must equal. Small
 * parameters are packed into one vector, so that the update is a handful of operations however many leaves there are.
 * Left out: what is done with a loss that is not finite (`step.ts`).
 */
import type { RowsAt } from "./batches.js"
import type { Carry, Objective, StepProgram, Stepper } from "./step.js"
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
  try {
    const { value, grads } = tf.engine().gradients(objective, [...parameters], undefined, true)
    return { loss: value, ...rest, gradients: parameters.map((p, i) => grads[i] ?? tf.zerosLike(p)) }
  } catch (error) {
    // TensorFlow.js keeps what a backward pass would have needed, also when there will be none
    const tape = tf.engine().state.activeTape ?? []
    tf.dispose([...rest.state, ...rest.outputs, ...tape.flatMap((node) => node.saved ?? [])])
    throw error
  }
}

/** One step, as tensors in and tensors out, all of them lifted. `rate` is the scalar of `optimizer.rate(step)`. */
export const stepOnce = (
  program: StepProgram,
  carry: Carry,
  rows: readonly Tensor[],
  step: Tensor,
  rate: Tensor,
): Stepped =>
  inScope(() => {
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
const inScope = <R>(body: () => R): R => {
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
  const width = steps[0]?.length ?? 0
  if (width === 0) return []
  const numbers = tf.tidy(() => tf.stack(steps.flat().map((t) => tf.reshape(t, []))).dataSync())
  return Array.from({ length: width }, (_, k) => Float32Array.from(steps, (_, i) => numbers[i * width + k]!))
}

/** A carry's tensors, in one list. */
export const carryList = ({ parameters, moments, state }: Carry): Tensor[] => [
  ...parameters,
  ...moments,
  ...state,
]

/** Copies that no scope disposes. */
export const copyCarry = ({ parameters, moments, state }: Carry): Carry => ({
  parameters: parameters.map(lifted),
  moments: moments.map(lifted),
  state: state.map(lifted),
})

/** A stepper that runs on every backend. `plan` says why it was chosen. */
export const createEagerStepper = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
  plan: string,
): Stepper => {
  let carry: Carry = { parameters: [], moments: [], state: [] }
  const become = (next: Carry): void => {
    tf.dispose(carryList(carry))
    carry = next
  }
  const one = (step: number): readonly Tensor[] =>
    inScope(() => {
      const rows = gatherRows(program, rowsAt && tf.tensor1d(rowsAt(step), "int32"))
      const rate = tf.scalar(program.optimizer.rate(step))
      const next = stepOnce(program, carry, rows, tf.tensor1d([step], "int32"), rate)
      become(next.carry)
      return next.reported
    })
  const advance = (from: number, steps: number): Float32Array[] => {
    const each = Array.from({ length: steps }, (_, i) => one(from + i))
    const reported = read(each)
    tf.dispose(each.flat())
    return reported
  }
  return {
    plan,
    load: (values) => become(copyCarry(values)),
    read: () => copyCarry(carry),
    advance,
    finite: () => isFiniteCarry(carry),
    dispose: () => become({ parameters: [], moments: [], state: [] }),
  }
}
