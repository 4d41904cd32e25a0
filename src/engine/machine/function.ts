/**
 * A recorded function of tensors on the step machine: an op of TensorFlow, called eagerly in the calling thread, whose kernel runs
 * the program on the tensors' own memory. For float32 and int32. Left out: training steps (`stepper.ts`), which carry something.
 * Next: `native/function.h`, the op; `../compile/function.ts`, which falls back to a TensorFlow graph.
 */
import { dataType, first, type Node, type Source, type Typed, typeOf } from "../compile/graph.js"
import { inOrder } from "../compile/in-order.js"
import type { Recording } from "../compile/recording.js"
import { nodeBackend } from "../compile/session.js"
import { simplify } from "../compile/simplify.js"
import { EngineError } from "../error.js"
import type { Tensor } from "../tensor.js"
import { type Assembled, assemble, type Given } from "./assemble.js"
import { capturedWords } from "./contents.js"
import { createListing, type Listing } from "./listing.js"
import { lower } from "./lower.js"
import type { Machine, Words } from "./machine.js"
import { ownMemory, runOnce } from "./own-memory.js"
import { isWhole, makeTensor, type Storage, type View } from "./view.js"

/** A function that has been loaded. */
export interface MachineFunction {
  readonly plan: string
  /** Results are new tensors. */
  call(inputs: readonly Tensor[]): Tensor[]
  /** Frees its memory; it cannot be called any more. */
  dispose(): void
}

/** In words: more than this a function does not hold for its intermediate results. */
const gigabyte = 2 ** 28

const refuse = (what: string): EngineError => new EngineError("machine", `the step machine has no ${what}`)

const isPassable = ({ dtype }: Typed): boolean => dtype === dataType.float32 || dtype === dataType.int32

const isEmpty = ({ shape }: Typed): boolean => shape.includes(0)

/** Throws where something that is passed, or computed on the way, is not for the machine. Constants of size 0 are lists of axes. */
const check = (inputs: readonly Node[], results: readonly Source[]): void => {
  const passed = [...inputs.map(first), ...results].map(typeOf)
  if (!passed.every(isPassable)) throw refuse("tensors but of float32 and int32 to pass")
  const computed = inOrder(results).flatMap(({ op, outputs }) => (op === "Const" ? [] : outputs))
  if ([...passed, ...computed].some(isEmpty)) throw refuse("tensors of size 0")
}

/** Views and places of what a function works on. The buffers: own memory, captured data, inputs, outputs. */
interface Layout {
  readonly given: Map<Node, View>
  readonly places: Map<Storage, Given>
  readonly data: readonly Words[]
  readonly outputs: readonly View[]
}

const layOut = ({ inputs, captured }: Recording, results: readonly Source[]): Layout => {
  const known = [
    ...captured.map(({ node }) => [node, makeTensor(typeOf(first(node)), "data")] as const),
    ...inputs.map((node) => [node, makeTensor(typeOf(first(node)), "kept")] as const),
  ]
  const outputs = results.map((result) => makeTensor(typeOf(result), "kept"))
  const storages = [...known.map(([, view]) => view), ...outputs].map(({ storage }) => storage)
  return {
    given: new Map(known),
    places: new Map(storages.map((storage, i) => [storage, [1 + i, 0]])),
    data: captured.map(capturedWords),
    outputs,
  }
}

/** Has results end in the outputs: computed there where a storage holds nothing but one result, else copied. */
const deliver = (listing: Listing, results: readonly View[], { outputs, places }: Layout): void => {
  for (const [i, result] of results.entries()) {
    const ofItsOwn = result.storage.role === "temporary" && isWhole(result) && !listing.isFixed(result)
    if (ofItsOwn && !places.has(result.storage)) places.set(result.storage, places.get(outputs[i]!.storage)!)
    else listing.store(result, outputs[i]!)
  }
}

const assembleFunction = (machine: Machine, results: readonly Source[], layout: Layout): Assembled => {
  const listing = createListing()
  const computed = lower(listing, layout.given, results)
  deliver(listing, computed, layout)
  const wanted = computed.filter(({ storage }) => layout.places.has(storage))
  return assemble(machine, listing, layout.places, [...wanted, ...layout.outputs])
}

const typeWords = (types: readonly Typed[]): number[] => [
  types.length,
  ...types.flatMap(({ dtype, shape }) => [dtype, shape.length, ...shape]),
]

const define = (machine: Machine, words: Int32Array, buffers: readonly Words[], types: Int32Array) => {
  if (machine.define === undefined) throw refuse("functions of tensors here")
  try {
    return machine.define(words, buffers, types)
  } catch (error) {
    throw new EngineError("machine", `the step machine could not make an op: ${(error as Error).message}`)
  }
}

/** The arrays that functions work on, by the functions' numbers: the machine itself does not keep them alive. */
const buffersOf = new Map<number, readonly Words[]>()

/** Calls an op whose first input is the number of a function. */
const callerOf = (op: string, id: number, count: number): Pick<MachineFunction, "call" | "dispose"> => {
  const backend = nodeBackend()
  const { binding } = backend
  const named = binding.createTensor([], dataType.int32, Int32Array.of(id))
  const call = (inputs: readonly Tensor[]): Tensor[] =>
    binding
      .executeOp(op, [], [named, ...backend.getInputTensorIds(inputs)], count)
      .map((output) => backend.createOutputTensor(output))
  return { call, dispose: () => binding.deleteTensor(named) }
}

/**
 * Loads a recorded function. Throws an `EngineError` ("machine") where it has an op that the machine lacks, passes tensors of
 * other types than float32 and int32 or of size 0, or needs more than `mostWords` words of memory of its own.
 */
export const createMachineFunction = (
  machine: Machine,
  recording: Recording,
  mostWords = gigabyte,
): MachineFunction => {
  const results = simplify(recording.results)
  check(recording.inputs, results)
  const layout = layOut(recording, results)
  const assembled = assembleFunction(machine, results, layout)
  if (assembled.words > mostWords) throw refuse(`room for ${assembled.words} words of intermediate results`)
  const buffers = [ownMemory(machine, assembled), ...layout.data]
  runOnce(machine, assembled.once, buffers)
  const types = [recording.inputs.map(first), results].flatMap((sources) => typeWords(sources.map(typeOf)))
  const { id, op } = define(machine, assembled.body, buffers, Int32Array.from(types))
  buffersOf.set(id, buffers)
  const { call, dispose } = callerOf(op, id, results.length)
  return {
    plan: "compiled: a program of the step machine, one call.",
    call,
    dispose: () => {
      if (!buffersOf.delete(id)) return
      machine.undefine?.(id)
      dispose()
    },
  }
}
