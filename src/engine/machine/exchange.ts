/** A carry in the machine's memory: put in and taken out as tensors, and asked whether it is finite. Next: `stepper.ts`. */
import { dataType } from "../compile/graph.js"
import { listCarry, splitCarry } from "../compile/recorded-step.js"
import { carryList } from "../eager.js"
import type { Marks } from "../marks.js"
import type { Carry } from "../step.js"
import { type Tensor, tf } from "../tensor.js"
import type { Slots } from "./carry.js"
import { bitsOf } from "./contents.js"
import { carryBuffer } from "./data.js"
import type { Machine, Words } from "./machine.js"
import type { View } from "./view.js"

/** The way between tensors and the carry's memory. */
export interface Exchange {
  load(carry: Carry): void
  /** Copies that the caller owns. */
  read(): Carry
}

const typeName = ({ dtype }: View): "float32" | "int32" | "bool" =>
  dtype === dataType.float32 ? "float32" : dtype === dataType.int32 ? "int32" : "bool"

/** The way to a carry with these slots. */
export const createExchange = (slots: Slots, memory: Float32Array): Exchange => {
  const bits = bitsOf(memory)
  const partOf = ({ storage, dtype }: View): Words => {
    const from = slots.offsets.get(storage)!
    return (dtype === dataType.float32 ? memory : bits).subarray(from, from + storage.elements)
  }
  const views = listCarry(slots.views)
  const take = (view: View): Tensor =>
    tf.keep(tf.tensor(partOf(view).slice(), [...view.shape], typeName(view)))
  return {
    load: (carry) => {
      for (const [i, tensor] of carryList(carry).entries()) partOf(views[i]!).set(tensor.dataSync() as Words)
    },
    read: () => splitCarry(views.map(take), slots.views)[0],
  }
}

/** Marks by a copy beside the carry. */
export const createMemoryMarks = (carry: Float32Array): Marks => {
  const kept = new Float32Array(carry.length)
  return { set: () => kept.set(carry), back: () => carry.set(kept), dispose: () => undefined }
}

/** Tells whether the checked words of the carry are finite: if each of them is, their sum is, and seldom else. */
export const createCheck = (machine: Machine, slots: Slots, carry: Float32Array): (() => boolean) => {
  const buffers = [machine.allocate(16), carry]
  const [one] = new Int32Array(Float32Array.of(1).buffer)
  const words = [0, one!, 1, slots.checked, 1, carryBuffer, 0, 0, 0]
  const code = machine.instructions.indexOf("reduce")
  const program = machine.load(Int32Array.of(code, words.length, ...words), buffers)
  const sum = new Float32Array(1)
  return () => {
    machine.run(program, new Int32Array(0), 0, 0, sum, 0, 1, 1)
    return buffers.length > 0 && Number.isFinite(sum[0])
  }
}
