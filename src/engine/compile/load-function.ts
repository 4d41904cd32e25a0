/**
 * A recorded function, loaded: fused by XLA where it computes many numbers element by element, else on the step machine where it
 * can run there, else as a TensorFlow graph.
 * Next: `../machine/function.ts`, `definition.ts`.
 */
import { EngineError } from "../error.js"
import { createMachineFunction } from "../machine/function.js"
import { loadMachine } from "../machine/load.js"
import { sizeOf, type Tensor, tf } from "../tensor.js"
import { callCompiled, defineFunction } from "./control.js"
import { savedModel } from "./definition.js"
import { forXla } from "./for-xla.js"
import { first, type Node, typeOf } from "./graph.js"
import { layOut } from "./layout.js"
import type { Recording } from "./recording.js"
import { loadGraph, nodeBackend } from "./session.js"
import { simplify } from "./simplify.js"
import { onceDone } from "./variables.js"
import { elementWork, matrixWork } from "./work.js"

/** With this many numbers made on the way, XLA's fused loops save more in a few calls than compiling them costs. */
const fuseFrom = 4e6

/**
 * Shorter formulas wait for memory, and the machine computes them as fast: log p of a million normal values makes 2 numbers for
 * each that is read or written and takes 0.5 ms there, 0.75 as XLA's code (two processors); gamma makes 16 and takes 5.6 and 2.9.
 */
const longFrom = 4

interface Graph {
  readonly model: Uint8Array
  readonly fed: readonly Node[]
  readonly feeds: string
  readonly fetches: string
}

/** The recording as a graph; `fused` as one function for XLA. */
const graphOf = ({ inputs, captured, results }: Recording, fused: boolean): Graph => {
  const args = [...inputs, ...captured.map(({ node }) => node)]
  const simple = simplify(results)
  const outputs = fused
    ? callCompiled("f", args.map(first), simple.map(typeOf))
    : simple.map((s) => onceDone(s, []))
  const laid = layOut(outputs)
  const fed = args.filter((node) => laid.has(node))
  const functions = fused ? [defineFunction("f", args, forXla(simple), true)] : []
  return {
    model: savedModel(laid.nodes, functions),
    fed,
    feeds: laid.names(fed.map(first)),
    fetches: laid.names(outputs),
  }
}

/** What is loaded, to be called with tensors. */
export interface Caller {
  readonly plan: string
  call(inputs: readonly Tensor[]): Tensor[]
  dispose(): void
}

const callerOf = (recording: Recording, fused: boolean): Caller => {
  const { model, fed, feeds, fetches } = graphOf(recording, fused)
  const session = loadGraph(model)
  const backend = nodeBackend()
  const held = new Map(recording.captured.map((captured) => [captured.node, captured.held!.id]))
  const idsOf = (inputs: readonly Tensor[]): number[] => {
    const ids = backend.getInputTensorIds(inputs)
    return fed.map((node) => held.get(node) ?? ids[recording.inputs.indexOf(node)]!)
  }
  return {
    plan: fused ? "compiled: machine code by XLA, one call." : "compiled: one call of a TensorFlow graph.",
    call: (inputs) =>
      session.run(idsOf(inputs), feeds, fetches).map((output) => backend.createOutputTensor(output)),
    dispose: session.dispose,
  }
}

/** The numbers that pass between memory and a function. */
const passedNumbers = ({ inputs, captured, results }: Recording): number => {
  const nodes = [...inputs, ...captured.map(({ node }) => node)]
  const types = [...nodes.map(first), ...results].map(typeOf)
  return types.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

/** Whether most of it is work on single elements, and much of that; on the machine, whether formulas are long besides. */
const isHeavy = (recording: Recording): boolean => {
  const work = elementWork(recording.results)
  const isLong = loadMachine() === undefined || work >= longFrom * passedNumbers(recording)
  return isLong && work >= fuseFrom && matrixWork(recording.results) < fuseFrom
}

/** As machine code by XLA; undefined where XLA cannot, which shows at a first call on `inputs`. */
const fusedCaller = (recording: Recording, inputs: readonly Tensor[]): Caller | undefined => {
  let fused: Caller | undefined
  try {
    fused = callerOf(recording, true)
    tf.dispose(fused.call(inputs))
    return fused
  } catch {
    fused?.dispose()
    return undefined
  }
}

/** On the machine; undefined where there is none or it lacks something. It holds copies of what was captured. */
const machineCaller = (recording: Recording): Caller | undefined => {
  const machine = loadMachine()
  if (machine === undefined) return undefined
  try {
    const caller = createMachineFunction(machine, recording)
    recording.release()
    return caller
  } catch (error) {
    if (error instanceof EngineError) return undefined
    throw error
  }
}

/**
 * The caller for a recording; `inputs` are tensors to try it on. A call of the machine costs half of what a graph's does, and
 * nothing is waited for; XLA keeps all of a long formula's numbers in registers, the machine only the last one made.
 */
export const loadFunction = (recording: Recording, inputs: readonly Tensor[]): Caller =>
  (isHeavy(recording) ? fusedCaller(recording, inputs) : undefined) ??
  machineCaller(recording) ??
  callerOf(recording, false)
