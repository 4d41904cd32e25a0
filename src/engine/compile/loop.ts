/**
 * Many recorded steps in one call, as machine code made by XLA. A small step takes a fifth of what calling it alone takes;
 * the first call compiles, for a few tenths of a second. Left out: when this is worth it (`compiler.ts`).
 */
import type { RowsAt } from "../batches.js"
import { carryList } from "../eager.js"
import type { StepProgram, Stepper } from "../step.js"
import { tf } from "../tensor.js"
import { savedModel } from "./definition.js"
import { dataType, first, typeOf } from "./graph.js"
import { layOut } from "./layout.js"
import { defineLoop } from "./loop-graph.js"
import { orderOf, type RecordedStep, splitCarry } from "./recorded-step.js"
import { loadGraph, nodeBackend, type Output } from "./session.js"

/** The orders of some steps, one a row; those of short batches filled up with -1. */
const ordersOf = (
  { optimizer }: StepProgram,
  rowsAt: RowsAt | undefined,
  [from, steps]: readonly [number, number],
  [room, length]: readonly [number, number],
): Int32Array => {
  const orders = new Int32Array(room * length)
  for (let i = 0; i < steps; i++) {
    const order = orderOf(from + i, optimizer.rate(from + i), rowsAt?.(from + i) ?? new Int32Array(0))
    orders.set(order, i * length)
    orders.fill(-1, i * length + order.length, (i + 1) * length)
  }
  return orders
}

/** A stepper of many steps a call. The first call compiles. `steps` as for the plain stepper, full first. */
export const createLoopStepper = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
  [full, short]: readonly RecordedStep[],
): Omit<Stepper, "plan"> => {
  const { length: room, inputs, outputs, functions } = defineLoop(full!, short)
  const laid = layOut(outputs)
  const session = loadGraph(savedModel(laid.nodes, functions))
  const backend = nodeBackend()
  const { binding } = backend
  const length = full!.order.outputs[0]!.shape[0]!
  const captured = [...full!.captured, ...(short?.captured ?? [])].map(({ held }) => held!.id)
  const feeds = laid.names(inputs.map(first))
  const fetches = laid.names(outputs)
  let carry: Output[] = []
  let finite = true
  const become = (next: Output[]): void => {
    for (const { id } of carry) binding.deleteTensor(id)
    carry = next
  }
  const copy = (id: number): Output => binding.executeOp("Identity", [], [id], 1)[0]!
  const readOut = ({ id }: Output): Float32Array => {
    const numbers = binding.tensorDataSync(id) as Float32Array
    binding.deleteTensor(id)
    return numbers
  }
  const call = (from: number, steps: number): Float32Array => {
    const orders = ordersOf(program, rowsAt, [from, steps], [room, length])
    const own = [
      binding.createTensor([], dataType.int32, Int32Array.of(steps)),
      binding.createTensor([room, length], dataType.int32, orders),
    ]
    const data = [...backend.getInputTensorIds(program.resident), ...captured]
    try {
      const fed = [...own, ...carry.map(({ id }) => id), ...data]
      const [reported, sum, ...next] = session.run(fed, feeds, fetches)
      become(next)
      finite = Number.isFinite(readOut(sum!)[0])
      return readOut(reported!)
    } finally {
      for (const id of own) binding.deleteTensor(id)
    }
  }
  return {
    load: (values) => become(backend.getInputTensorIds(carryList(values)).map(copy)),
    read: () => {
      const tensors = carry.map(({ id }) => tf.keep(backend.createOutputTensor(copy(id))))
      return splitCarry(tensors, full!.carry)[0]
    },
    advance: (from, count) => {
      const all = Array.from({ length: typeOf(full!.reported).shape[0]! }, () => new Float32Array(count))
      for (let at = 0; at < count; at += room) {
        const steps = Math.min(room, count - at)
        const reported = call(from + at, steps)
        for (const [kind, numbers] of all.entries())
          numbers.set(reported.subarray(kind * room, kind * room + steps), at)
      }
      return all
    },
    finite: () => finite,
    dispose: () => {
      become([])
      session.dispose()
    },
  }
}
