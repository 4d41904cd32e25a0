/**
 * One step of a program, recorded: objective, gradients, clipping and the optimizer's update as one graph, before it is
 * known how it will run. What changes from step to step besides the carry comes in one int32 vector, the order: the
 * counter, the bits of the learning rate, then the numbers of the rows. Next: `plain.ts` and `loop.ts`, which run it.
 */
import { asFloat } from "../bits.js"
import { withChecks } from "../checks.js"
import { carryList, differentiate, gatherRows } from "../eager.js"
import type { Carry, StepProgram } from "../step.js"
import { type Tensor, tf } from "../tensor.js"
import { findFrozen } from "./frozen.js"
import type { Node, Source } from "./graph.js"
import type { Recorder, Recording } from "./recording.js"
import { simplify } from "./simplify.js"

/** A carry's worth of something: placeholders, or the sources of new values. */
export interface CarryOf<T> {
  readonly parameters: readonly T[]
  readonly moments: readonly T[]
  readonly state: readonly T[]
}

/** A recorded step and what stands for what in it. */
export interface RecordedStep {
  readonly carry: CarryOf<Node>
  readonly resident: readonly Node[]
  readonly order: Node
  /** Where the row numbers begin in the order. */
  readonly rowsFrom: number
  readonly captured: Recording["captured"]
  /** The carry after the step. */
  readonly next: CarryOf<Source>
  /** Clipped gradients, for a fused update in the place of `next`. */
  readonly gradients: readonly Source[]
  readonly rate: Source
  /** The loss and the outputs, one vector. */
  readonly reported: Source
  release(): void
}

/** Positions in the order. */
const counterAt = 0
const rateAt = 1
const rowsFrom = 2

/** The order of a step. */
export const orderOf = (step: number, rate: number, rows: Int32Array): Int32Array => {
  const order = new Int32Array(rowsFrom + rows.length)
  order[counterAt] = step
  new Float32Array(order.buffer)[rateAt] = rate
  order.set(rows, rowsFrom)
  return order
}

const slice = (order: Tensor, from: number, size: number): Tensor =>
  tf.slice(order as tf.Tensor1D, from, size)

/** All of it, in one list. */
export const listCarry = <T>({ parameters, moments, state }: CarryOf<T>): T[] => [
  ...parameters,
  ...moments,
  ...state,
]

/** The list taken apart again, by the lengths of another carry; and what is left of it. */
export const splitCarry = <T>(
  items: readonly T[],
  { parameters, moments, state }: CarryOf<unknown>,
): [CarryOf<T>, T[]] => {
  const [p, m, s] = [parameters.length, moments.length, state.length]
  const parts = {
    parameters: items.slice(0, p),
    moments: items.slice(p, p + m),
    state: items.slice(p + m, p + m + s),
  }
  return [parts, items.slice(p + m + s)]
}

/** Records one step. The numbers of `carry` and `order` are samples; their shapes count. */
const recordOnce = (
  record: Recorder,
  program: StepProgram,
  sample: Carry,
  sampleOrder: Int32Array,
): Recording => {
  const { optimizer } = program
  const count = sampleOrder.length - rowsFrom
  const held: Tensor[] = []
  const engine = tf.engine()
  engine.startScope()
  try {
    const inputs = [...carryList(sample), ...program.resident, tf.tensor1d(sampleOrder, "int32")]
    return record(inputs, (copies) => {
      const [carry, others] = splitCarry(copies, sample)
      const order = others.at(-1)!
      const resident = others.slice(0, -1)
      const rows = gatherRows(
        { ...program, resident },
        count === 0 ? undefined : slice(order, rowsFrom, count),
      )
      const rate = tf.reshape(asFloat(slice(order, rateAt, 1)), [])
      const { loss, state, outputs, gradients } = differentiate(
        program,
        carry,
        rows,
        slice(order, counterAt, 1),
      )
      held.push(...state, ...outputs)
      const clipped = optimizer.clip?.(gradients) ?? gradients
      const updated = optimizer.update(carry.parameters, clipped, carry.moments, rate)
      const reported = tf.stack([loss, ...outputs].map((t) => tf.reshape(t, [])))
      return [...updated.parameters, ...updated.moments, ...state, reported, rate, ...clipped]
    })
  } finally {
    engine.endScope()
    tf.dispose(held)
  }
}

/**
 * Records the step of a program for `rows` rows a step, twice with different orders, so that a number computed in
 * JavaScript shows itself. Throws an `EngineError` where the step cannot be recorded, with the user's line.
 */
export const recordStep = (
  record: Recorder,
  program: StepProgram,
  carry: Carry,
  rows: number,
): RecordedStep => {
  const indices = Int32Array.from({ length: rows }, (_, i) => i)
  const recording = withChecks(false, () => recordOnce(record, program, carry, orderOf(0, 1e-3, indices)))
  const again = withChecks(false, () =>
    recordOnce(record, program, carry, orderOf(1, 2e-3, indices.toReversed())),
  )
  const frozen = findFrozen(recording, again)
  again.release()
  if (frozen !== undefined) {
    recording.release()
    throw frozen
  }
  const [placeholders, others] = splitCarry(recording.inputs, carry)
  const [next, [reported, rate, ...gradients]] = splitCarry(simplify(recording.results), carry)
  return {
    carry: placeholders,
    resident: others.slice(0, -1),
    order: others.at(-1)!,
    rowsFrom,
    captured: recording.captured,
    next,
    reported: reported!,
    rate: rate!,
    gradients,
    release: recording.release,
  }
}
