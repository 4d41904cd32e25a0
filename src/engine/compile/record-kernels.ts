/**
 * Recording on the backends without native TensorFlow: a computation runs once, kernel by kernel, and each kernel is written down in
 * TensorFlow's ops. Every kernel passes through the engine's `runKernel`, gradients and random draws too. A kernel of latently's own
 * is recorded as its native body; one without a translation as the kernels that it runs itself, and is refused by name where it runs
 * none. Next: `kernels/index.ts`, the translations; `kernels/own-kernels.ts`, for native bodies.
 */
import { type EngineError, RecordingError } from "../error.js"
import { type Tensor, tf } from "../tensor.js"
import type { Node, Source } from "./graph.js"
import { inOrder } from "./in-order.js"
import { translations } from "./kernels/index.js"
import { recordBody } from "./kernels/own-kernels.js"
import { createSources, type Sources } from "./kernels/sources.js"
import { type Named, typeOfTensor } from "./kernels/tensor-names.js"
import { atPlace, placeHere, type Recorder, valueRead } from "./recording.js"

type TensorMap = Readonly<Record<string, Tensor | undefined>>

/** What is watched of TensorFlow.js's engine: kernels, tensors made of JavaScript's numbers, and values that are read. */
interface Engine {
  runKernel(
    name: string,
    inputs: TensorMap,
    attributes?: Readonly<Record<string, unknown>>,
  ): Tensor | Tensor[]
  makeTensor(...given: unknown[]): Tensor
  readSync(dataId: object): unknown
  read(dataId: object): Promise<unknown>
}

/** A recording that is being made. */
interface Tape {
  readonly sources: Sources
  /** Kernels that could not be translated, as nodes that stand for them. */
  readonly refused: Map<Node, EngineError>
  /** What was read of what depends on the inputs: a promise may hide the error. */
  failure?: EngineError
  /** Over zero while what runs is part of something that is written down already. */
  hidden: number
}

/** Runs something that is not to be written down. */
const hide = <R>(tape: Tape, body: () => R): R => {
  tape.hidden++
  try {
    return body()
  } finally {
    tape.hidden--
  }
}

const presentIn = (inputs: TensorMap): [string, Tensor][] =>
  Object.entries(inputs).filter(
    (entry): entry is [string, Tensor] => entry[1] !== undefined && entry[1] !== null,
  )

const refusal = (name: string): RecordingError =>
  new RecordingError(
    "untranslated",
    `TensorFlow.js's kernel ${name} cannot be recorded${atPlace(placeHere())}`,
  )

/** A kernel without a translation: what depends on no input is what it is; for the rest a node that must not be needed. */
const noteUnknown = (tape: Tape, name: string, inputs: TensorMap, outputs: readonly Tensor[]): void => {
  const { sources, refused } = tape
  const unknown = outputs.filter((output) => !sources.has(output))
  if (unknown.length === 0) return
  const given = presentIn(inputs).map(([, tensor]) => tensor)
  if (!given.some(({ dataId }) => sources.varies(dataId))) {
    for (const output of unknown) sources.make(output, placeHere())
    return
  }
  const known = given.filter(({ dataId }) => sources.varies(dataId)).map((tensor) => sources.of(tensor))
  for (const output of unknown) {
    const node = { op: name, inputs: known, attributes: [], outputs: [typeOfTensor(output)] }
    refused.set(node, refusal(name))
    sources.set(output, { node, index: 0 })
  }
}

/** Writes down kernels as they run. */
const watchKernels = (tape: Tape, engine: Engine): Engine["runKernel"] => {
  const run = engine.runKernel.bind(engine)
  const { sources } = tape
  return (name, inputs, attributes) => {
    if (name === "Identity") {
      // copies for the way back are made while a kernel runs
      const copied = run(name, inputs, attributes) as Tensor
      sources.copy(inputs.x!, copied)
      return copied
    }
    if (tape.hidden > 0) return run(name, inputs, attributes)
    const translate = translations[name]
    const hidden = <R>(make: () => R): R => hide(tape, make)
    const body = recordBody({ name, inputs, attributes }, { sources, hidden })
    const isKnown = translate !== undefined || body !== undefined
    const result = isKnown ? hide(tape, () => run(name, inputs, attributes)) : run(name, inputs, attributes)
    const outputs = [result].flat()
    if (body !== undefined) sources.set(outputs[0]!, body)
    else if (translate === undefined) noteUnknown(tape, name, inputs, outputs)
    else if (!outputs.every(sources.has)) {
      const named = presentIn(inputs).map(([input, tensor]) => [input, sources.of(tensor)])
      const call = { inputs: Object.fromEntries(named), attributes: attributes ?? {} }
      const made = translate({ ...call, outputs: outputs.map(typeOfTensor) })
      for (const [i, output] of outputs.entries()) sources.set(output, made[i]!)
    }
    return result
  }
}

/** The engine's functions, watched. */
const watch = (tape: Tape, engine: Engine): Engine => {
  const [make, readSync, read] = [
    engine.makeTensor.bind(engine),
    engine.readSync.bind(engine),
    engine.read.bind(engine),
  ]
  const refuse = (dataId: object): void => {
    if (tape.hidden > 0 || !tape.sources.varies(dataId)) return
    tape.failure ??= valueRead(placeHere())
    throw tape.failure
  }
  return {
    runKernel: watchKernels(tape, engine),
    makeTensor: (...given) => {
      const tensor = make(...given)
      if (tape.hidden === 0 && !tape.sources.has(tensor)) tape.sources.make(tensor, placeHere())
      return tensor
    },
    readSync: (dataId) => {
      refuse(dataId)
      return readSync(dataId)
    },
    read: async (dataId) => {
      refuse(dataId)
      return read(dataId)
    },
  }
}

/** Runs `body` with the engine watched. */
const watching = <R>(tape: Tape, body: () => R): R => {
  const engine = tf.engine() as unknown as Engine
  const watched = watch(tape, engine)
  Object.assign(engine, watched)
  try {
    return body()
  } finally {
    // what is the class's own shows again
    for (const name of Object.keys(watched)) delete (engine as unknown as Record<string, unknown>)[name]
  }
}

/** Copies, which have data of their own also where two inputs share theirs. */
const copyOf = ({ dataId, shape, dtype }: Named): Tensor =>
  tf
    .engine()
    .makeTensor(tf.backend().readSync(dataId) as Float32Array, [...shape], dtype as "float32") as Tensor

const checked = (tape: Tape, results: readonly Source[]): readonly Source[] => {
  if (tape.failure !== undefined) throw tape.failure
  for (const node of inOrder(results)) {
    const refused = tape.refused.get(node)
    if (refused !== undefined) throw refused
  }
  return results
}

/** Records by watching kernels; on the backends "wasm" and "cpu". Throws an `EngineError` ("untranslated") that names a kernel. */
export const recordKernels: Recorder = (inputs, body) => {
  const sources = createSources()
  const tape: Tape = { sources, refused: new Map(), hidden: 0 }
  const copies = inputs.map(copyOf)
  const placeholders = copies.map(sources.feed)
  try {
    const results = watching(tape, () => body(copies)).map(sources.of)
    const { captured, places, release } = sources
    return { inputs: placeholders, captured, places, release, results: checked(tape, results) }
  } catch (error) {
    sources.release()
    throw error
  } finally {
    tf.dispose(copies)
  }
}
