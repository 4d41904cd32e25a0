/**
 * Functions of tensors, compiled. The first call with a list of shapes runs eagerly and is recorded; the second too, and
 * if both were the same computation it is loaded and the third call is one native call. Next: `record.ts`, `load-function.ts`.
 */
import { type CompiledFunction, offerFunctionCompiler, type TensorFunction } from "../compiled-function.js"
import { EngineError } from "../error.js"
import { type Tensor, tf } from "../tensor.js"
import { findFrozen } from "./frozen.js"
import { type Caller, loadFunction } from "./load-function.js"
import { isRecording, record } from "./record.js"
import type { Recording } from "./recording.js"

/** More lists of shapes than this at a time are not kept: the one used longest ago goes. */
const keptShapes = 8

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
    if (frozen === undefined) entry.caller = loadFunction(entry.recording, inputs)
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
    if (isRecording()) return eagerly(f, inputs)
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
