/**
 * A recorded step on the step machine: its graph lowered to the machine's words, the carry in the machine's memory, any number of
 * steps in one call. Where an op is not the machine's, `createMachineStepper` throws and the step runs as a TensorFlow graph
 * (`../compile/plain.ts`). Next: `load-step.ts`, then `lower.ts`.
 */
import type { RowsAt } from "../batches.js"
import { orderOf, type RecordedStep } from "../compile/recorded-step.js"
import type { StepProgram, Stepper } from "../step.js"
import { layOutCarry } from "./carry.js"
import { createReader, dataOf } from "./data.js"
import { createCheck, createExchange, createMemoryMarks } from "./exchange.js"
import { type Lease, leaseMachine } from "./lease.js"
import { type LoadedStep, loadStep } from "./load-step.js"
import type { Machine } from "./machine.js"

/** Orders of more steps than this are not made at a time. */
const stepsAtOnce = 256

const noRows = new Int32Array(0)

const joined = (orders: readonly Int32Array[]): Int32Array => {
  const [{ length }] = orders as readonly [Int32Array]
  const all = new Int32Array(orders.length * length)
  for (const [i, order] of orders.entries()) all.set(order, i * length)
  return all
}

/** Runs steps that see equally many rows; one row of numbers a step. */
const runSteps = (machine: Machine, step: LoadedStep, orders: readonly Int32Array[]): Float32Array => {
  const tells = new Float32Array(orders.length * step.kinds)
  const { program, toldAt, toldWords, tellsAt, kinds } = step
  machine.run(program, joined(orders), toldAt, toldWords, tells, tellsAt, kinds, orders.length)
  return tells
}

/** Neighbours of one length, a few at a time. */
function* runsOf(count: number, orderAt: (i: number) => Int32Array): Generator<Int32Array[]> {
  let run: Int32Array[] = []
  for (let i = 0; i < count; i++) {
    const order = orderAt(i)
    if (run.length === stepsAtOnce || (run.length > 0 && run[0]!.length !== order.length)) {
      yield run
      run = []
    }
    run.push(order)
  }
  if (run.length > 0) yield run
}

/**
 * A stepper on the machine. `steps` has the step of every length of batch there is. Throws an `EngineError` ("machine") where a
 * step has an op that the machine does not have.
 */
export const createMachineStepper = (
  given: Machine,
  program: StepProgram,
  rowsAt: RowsAt | undefined,
  steps: readonly RecordedStep[],
): Stepper => {
  const lease = leaseMachine(given)
  try {
    return createSteps(lease, program, rowsAt, steps)
  } catch (error) {
    lease.release()
    throw error
  }
}

/** The stepper, whose memory is the lease's. */
const createSteps = (
  { machine, release }: Lease,
  program: StepProgram,
  rowsAt: RowsAt | undefined,
  steps: readonly RecordedStep[],
): Stepper => {
  const slots = layOutCarry(steps[0]!.carry)
  const carry = machine.allocate(slots.words)
  const read = createReader()
  const loaded = steps.map((step) => loadStep(machine, step, dataOf(program, step, read), slots, carry))
  const { kinds } = loaded[0]!
  const orderAt = (step: number): Int32Array =>
    orderOf(step, program.optimizer.rate(step), rowsAt?.(step) ?? noRows)
  return {
    plan: "compiled: a program of the step machine, many steps a call.",
    ...createExchange(slots, carry),
    advance: (from, count) => {
      const reported = Array.from({ length: kinds }, () => new Float32Array(count))
      let at = 0
      for (const run of runsOf(count, (i) => orderAt(from + i))) {
        const step = loaded.find(({ toldWords }) => toldWords === run[0]!.length)!
        const tells = runSteps(machine, step, run)
        for (const [i, number] of tells.entries()) reported[i % kinds]![at + Math.floor(i / kinds)] = number
        at += run.length
      }
      return reported
    },
    finite: createCheck(machine, slots, carry),
    marks: createMemoryMarks(carry),
    dispose: release,
  }
}
