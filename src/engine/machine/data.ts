/** What a step reads and never changes: resident tensors and those it reached, as words in buffers of their own. Next: `load-step.ts`. */
import { first, type Node, typeOf } from "../compile/graph.js"
import type { RecordedStep } from "../compile/recorded-step.js"
import type { StepProgram } from "../step.js"
import type { Tensor } from "../tensor.js"
import type { Given } from "./assemble.js"
import { capturedWords } from "./contents.js"
import type { Words } from "./machine.js"
import { makeTensor, type Storage, type View } from "./view.js"

/** Buffers by number: 0 is the program's own memory, then the carry, then data. */
export const carryBuffer = 1
const firstData = 2

/** Data by the nodes that stand for them, and where they lie. */
export interface Data {
  readonly given: ReadonlyMap<Node, View>
  readonly places: ReadonlyMap<Storage, Given>
  readonly buffers: readonly Words[]
}

/** A tensor's numbers as words; a bool is one word like any other number. A backend may keep floats that were bools as bytes. */
const readWords = (tensor: Tensor): Words => {
  const numbers = tensor.dataSync()
  if (numbers instanceof Float32Array || numbers instanceof Int32Array) return numbers
  return tensor.dtype === "float32" ? Float32Array.from(numbers) : Int32Array.from(numbers)
}

/** Reads each tensor once, for all the steps of a program that use it. */
export const createReader = (): ((tensor: Tensor) => Words) => {
  const known = new Map<Tensor, Words>()
  return (tensor) => {
    const words = known.get(tensor) ?? readWords(tensor)
    known.set(tensor, words)
    return words
  }
}

/** The data of a step. */
export const dataOf = (program: StepProgram, step: RecordedStep, read: (tensor: Tensor) => Words): Data => {
  const reached = step.captured.map((captured) => [captured.node, capturedWords(captured)] as const)
  const resident = step.resident.map((node, i) => [node, read(program.resident[i]!)] as const)
  const all = [...resident, ...reached].map(([node, words]) => {
    return { node, words, view: makeTensor(typeOf(first(node)), "data") }
  })
  return {
    given: new Map(all.map(({ node, view }) => [node, view])),
    places: new Map(all.map(({ view }, i) => [view.storage, [firstData + i, 0]])),
    buffers: all.map(({ words }) => words),
  }
}
