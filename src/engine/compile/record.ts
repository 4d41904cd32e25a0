/**
 * Recording: a computation runs once, operation by operation, and every native call it makes is written down. Native
 * TensorFlow is reached through `binding.executeOp` alone, so that watching this one function sees gradients, random
 * draws and updates alike. Left out: what is made of the record (`simplify.ts`, `definition.ts`).
 */
import { EngineError } from "../error.js"
import { describeLocation, type Location } from "../source-location.js"
import { sizeOf, type Tensor, tf } from "../tensor.js"
import {
  type Attribute,
  type AttributeValue,
  bytesOf,
  type ConstantValue,
  constant,
  dataType,
  first,
  integers,
  makeNode,
  type Node,
  placeholder,
  type Source,
  typed,
} from "./graph.js"
import { type Binding, nodeBackend, type Output } from "./session.js"

/** A large tensor that was reached but is no input. */
export interface Captured {
  readonly node: Node
  /** The addon's handle, held until the recording is released. */
  readonly held: Output
  /** Made while recording, not before: its numbers may be different at every step. */
  readonly made: boolean
}

/** What one run recorded. */
export interface Recording {
  /** The placeholders of the inputs, in their order. */
  readonly inputs: readonly Node[]
  readonly captured: readonly Captured[]
  readonly results: readonly Source[]
  /** Where each constant was made in JavaScript. */
  readonly places: ReadonlyMap<Node, Location>
  /** Lets go of the captured tensors. */
  release(): void
}

/** The user's line, as ` at main.ts:3:5`, or nothing where there is none. */
export const atPlace = (place: Location | undefined): string => {
  const text = place && describeLocation(place)
  return text === undefined ? "" : ` at ${text}`
}

const valueRead = (place: Location): EngineError =>
  new EngineError(
    "value-read",
    `a tensor's value is read inside the step${atPlace(place)}; what the step computes may depend on that value`,
  )

/** tfjs's attribute types, by TensorFlow's numbers for them (`TF_AttrType`). */
const kinds: Record<number, AttributeValue["kind"]> = {
  0: "text",
  1: "integer",
  2: "float",
  3: "boolean",
  4: "type",
  5: "shape",
}

interface RawAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

const attributeOf = ({ name, type, value }: RawAttribute): Attribute =>
  ({ name, value: { kind: kinds[type], value } }) as Attribute

/** Constants and captured tensors of up to this many bytes are written into the graph; larger ones are fed. */
const inlineUpTo = 4096

/** The part of a recording that is still being written. */
interface Tape {
  readonly sources: Map<number, Source>
  /** Native tensors that depend on the inputs. */
  readonly varying: Set<number>
  readonly captured: Captured[]
  readonly places: Map<Node, Location>
}

const readable: ReadonlySet<number> = new Set(Object.values(dataType))

/** A constant, or `Fill` where all its numbers are one; undefined where it is too large to write down. */
const constantOf = ({ dtype, shape, bytes }: ConstantValue): Source | undefined => {
  if (bytes.length <= inlineUpTo) return constant({ dtype, shape, bytes })
  const width = bytes.length / sizeOf(shape)
  if (bytes.some((byte, i) => i >= width && byte !== bytes[i - width])) return undefined
  const value = constant({ dtype, shape: [], bytes: bytes.slice(0, width) })
  return first(makeNode("Fill", [integers(...shape), value], [typed("T", dtype)], { dtype, shape }))
}

/** A placeholder that is fed the tensor, kept under a native id of its own. */
const hold = (tape: Tape, binding: Binding, id: number, made: boolean): Node => {
  const [held] = binding.executeOp("Identity", [], [id], 1)
  const node = placeholder(held!)
  tape.captured.push({ node, held: held!, made })
  return node
}

/** The source of a tensor that was made before the recording: a constant where it is small. */
const reach = (tape: Tape, binding: Binding, id: number): Source => {
  const node = hold(tape, binding, id, false)
  const { dtype, shape } = node.outputs[0]!
  if (!readable.has(dtype) || sizeOf(shape) * 4 > inlineUpTo) return first(node)
  binding.deleteTensor(tape.captured.pop()!.held.id)
  return constant({ dtype, shape, bytes: bytesOf(binding.tensorDataSync(id)) })
}

/** TensorFlow.js has a dozen frames between a call of the user's and the native one, and latently some more. */
const framesKept = 50

const placeHere = (): Location => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = framesKept
  const place = new Error()
  Error.stackTraceLimit = limit
  return place
}

/** Types that tfjs-node leaves to TensorFlow to infer, one an input: a graph names them. */
const inferred: Readonly<Record<string, readonly string[]>> = { ExpandDims: ["T", "Tdim"] }

const attributesOf = (op: string, given: readonly RawAttribute[], inputs: readonly Source[]): Attribute[] => {
  const written = given.map(attributeOf)
  const missing = (inferred[op] ?? []).map((name, i) => {
    const { node, index } = inputs[i]!
    return typed(name, node.outputs[index]!.dtype)
  })
  return [...written, ...missing.filter(({ name }) => written.every((attribute) => attribute.name !== name))]
}

/** A binding that does what the given one does and writes it down. */
const watch = (tape: Tape, binding: Binding): Binding => {
  const sourceOf = (id: number): Source => {
    const known = tape.sources.get(id)
    if (known !== undefined) return known
    const source = reach(tape, binding, id)
    tape.sources.set(id, source)
    return source
  }
  const executeOp: Binding["executeOp"] = (op, attributes, inputs, count) => {
    const outputs = binding.executeOp(op, attributes, inputs, count)
    const sources = inputs.map(sourceOf)
    const node: Node = {
      op,
      inputs: sources,
      attributes: attributesOf(op, attributes as readonly RawAttribute[], sources),
      outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape })),
    }
    const varies = inputs.some((id) => tape.varying.has(id))
    for (const [index, { id }] of outputs.entries()) {
      tape.sources.set(id, { node, index })
      if (varies) tape.varying.add(id)
    }
    return outputs
  }
  const createTensor: Binding["createTensor"] = (shape, dtype, values) => {
    const id = binding.createTensor(shape, dtype, values)
    const source =
      constantOf({ dtype, shape, bytes: bytesOf(values) }) ?? first(hold(tape, binding, id, true))
    tape.places.set(source.node, placeHere())
    tape.sources.set(id, source)
    return id
  }
  const tensorDataSync: Binding["tensorDataSync"] = (id) => {
    if (tape.varying.has(id)) throw valueRead(placeHere())
    return binding.tensorDataSync(id)
  }
  const watched = { executeOp, createTensor, tensorDataSync }
  return Object.create(
    binding,
    Object.fromEntries(Object.entries(watched).map(([name, value]) => [name, { value }])),
  )
}

const releaseAll = (tape: Tape, binding: Binding): void => {
  for (const { held } of tape.captured.splice(0)) binding.deleteTensor(held.id)
}

let open = 0

/** Whether something is being recorded: what would be one call by itself must then be seen operation by operation. */
export const isRecording = (): boolean => open > 0

/**
 * Runs `body` once on copies of `inputs` and records what it computes from them to the tensors it returns, which stay the
 * caller's. Throws what `body` throws, and an `EngineError` ("value-read") where it reads a value that depends on the inputs.
 */
export const record = (
  inputs: readonly Tensor[],
  body: (inputs: readonly Tensor[]) => readonly Tensor[],
): Recording => {
  const backend = nodeBackend()
  const { binding } = backend
  const tape: Tape = { sources: new Map(), varying: new Set(), captured: [], places: new Map() }
  // two inputs may be one native tensor; as copies each has an id of its own
  const copies = backend.getInputTensorIds(inputs).map((id) => binding.executeOp("Identity", [], [id], 1)[0]!)
  const placeholders = copies.map((copy) => {
    const node = placeholder(copy)
    tape.sources.set(copy.id, first(node))
    tape.varying.add(copy.id)
    return node
  })
  const tensors = copies.map((copy) => backend.createOutputTensor(copy))
  backend.binding = watch(tape, binding)
  open++
  try {
    const ids = backend.getInputTensorIds(body(tensors))
    const results = ids.map((id) => tape.sources.get(id) ?? reach(tape, binding, id))
    return { ...tape, inputs: placeholders, results, release: () => releaseAll(tape, binding) }
  } catch (error) {
    releaseAll(tape, binding)
    throw error
  } finally {
    open--
    backend.binding = binding
    tf.dispose(tensors)
  }
}
