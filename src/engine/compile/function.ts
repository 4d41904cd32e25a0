/**
 * Functions of tensors as graphs. The first call with a list of shapes runs eagerly and is recorded; the second too, and
 * if both were the same computation the graph is loaded and the third call is one native call. Next: `record.ts`.
 */
import { type CompiledFunction, offerFunctionCompiler, type TensorFunction } from "../compiled-function.js"
import { EngineError } from "../error.js"
import { type Tensor, tf } from "../tensor.js"
import { callCompiled, defineFunction } from "./control.js"
import { savedModel } from "./definition.js"
import { forXla } from "./for-xla.js"
import { findFrozen } from "./frozen.js"
import { first, type Node, typeOf } from "./graph.js"
import { layOut } from "./layout.js"
import { type Recording, record } from "./record.js"
import { loadGraph, nodeBackend } from "./session.js"
import { simplify } from "./simplify.js"
import { onceDone } from "./variables.js"
import { elementWork, matrixWork } from "./work.js"

/** More lists of shapes than this at a time are not kept: the one used longest ago goes. */
const keptShapes = 8

/** With this many numbers made on the way, XLA's fused loops save more in a few calls than compiling them costs. */
const fuseFrom = 4e6

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

/** A loaded graph to be called with tensors. */
interface Caller {
  readonly plan: string
  call(inputs: readonly Tensor[]): Tensor[]
  dispose(): void
}

const callerOf = (recording: Recording, fused: boolean): Caller => {
  const { model, fed, feeds, fetches } = graphOf(recording, fused)
  const session = loadGraph(model)
  const backend = nodeBackend()
  const held = new Map(recording.captured.map((captured) => [captured.node, captured.held.id]))
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

/** The caller for a recording: fused where that pays and XLA can, which shows at a first call on `inputs`. */
const load = (recording: Recording, inputs: readonly Tensor[]): Caller => {
  const heavy = elementWork(recording.results) >= fuseFrom && matrixWork(recording.results) < fuseFrom
  if (!heavy) return callerOf(recording, false)
  let fused: Caller | undefined
  try {
    fused = callerOf(recording, true)
    tf.dispose(fused.call(inputs))
    return fused
  } catch {
    fused?.dispose()
    return callerOf(recording, false)
  }
}

/** A function for one list of shapes: its first recording, then its caller, or why it has none. */
interface Entry {
  recording?: Recording
  caller?: Caller
  refused?: string
}

const release = ({ recording, caller }: Entry): void => {
  caller?.dispose()
  recording?.release()
}

/** Runs the function eagerly and records it. Results are copies that outlive the run. */
const runRecorded = (f: TensorFunction, inputs: readonly Tensor[]) => {
  let results: Tensor[] = []
  const recording = record(inputs, (copies) => {
    results = tf.tidy(() => f(copies).map((t) => tf.clone(t)))
    return results
  })
  return { recording, results }
}

const eagerly = (f: TensorFunction, inputs: readonly Tensor[]): Tensor[] =>
  tf.tidy(() => f(inputs).map((t) => tf.clone(t)))

/** Takes the entry one stage on: eagerly and recorded at first, and loaded once two recordings agree. */
const advance = (f: TensorFunction, entry: Entry, inputs: readonly Tensor[]): Tensor[] => {
  try {
    const { recording, results } = runRecorded(f, inputs)
    if (entry.recording === undefined) {
      entry.recording = recording
      return results
    }
    const frozen = findFrozen(entry.recording, recording)
    recording.release()
    if (frozen === undefined) entry.caller = load(entry.recording, inputs)
    else entry.refused = frozen.message
    return results
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    entry.refused = error.message
    return eagerly(f, inputs)
  }
}

const keyOf = (inputs: readonly Tensor[]): string =>
  inputs.map(({ dtype, shape }) => `${dtype}${shape}`).join(";")

/** The entry of a key, now the one used last; the one used longest ago goes when there are too many. */
const entryOf = (entries: Map<string, Entry>, key: string): Entry => {
  const entry = entries.get(key) ?? {}
  entries.delete(key)
  entries.set(key, entry)
  const [oldest] = entries
  if (entries.size > keptShapes && oldest !== undefined) {
    release(oldest[1])
    entries.delete(oldest[0])
  }
  return entry
}

const planOf = ({ caller, refused }: Entry): string =>
  refused !== undefined
    ? `eager: ${refused}`
    : (caller?.plan ?? "eager: recorded, to be compiled when called again.")

/** A function that records itself on native TensorFlow. */
export const createCompiledFunction = (f: TensorFunction): CompiledFunction => {
  const entries = new Map<string, Entry>()
  let latest: Entry = {}
  const call = (inputs: readonly Tensor[]): Tensor[] => {
    latest = entryOf(entries, keyOf(inputs))
    if (latest.refused !== undefined) return eagerly(f, inputs)
    return latest.caller?.call(inputs) ?? advance(f, latest, inputs)
  }
  const dispose = (): void => {
    for (const entry of entries.values()) release(entry)
    entries.clear()
  }
  const described = { plan: { get: () => planOf(latest) }, dispose: { value: dispose } }
  return Object.defineProperties(call, described) as unknown as CompiledFunction
}

offerFunctionCompiler(createCompiledFunction)
