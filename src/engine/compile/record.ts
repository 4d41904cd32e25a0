/**
 * Recording: a computation runs once, operation by operation, and every native call it makes is written down. Native
 * TensorFlow is reached through `binding.executeOp` alone, so that watching this one function sees gradients, random
 * draws and updates alike. Left out: what is made of the record (`simplify.ts`, `definition.ts`).
 */
import type { Location } from "../source-location.js"
import { sizeOf, tf } from "../tensor.js"
import {
  type Attribute,
  bytesOf,
  constant,
  dataType,
  first,
  type Node,
  placeholder,
  type Source,
  typed,
} from "./graph.js"
import { attributeOf, type RawAttribute } from "./op-attributes.js"
import { type Captured, constantOf, inlineUpTo, placeHere, type Recorder, valueRead } from "./recording.js"
import { type Binding, nodeBackend, type Output } from "./session.js"

/** A captured tensor as the addon holds it. */
type Held = Captured & { readonly held: Output }

/** The part of a recording that is still being written. */
interface Tape {
  readonly sources: Map<number, Source>
  /** Native tensors that depend on the inputs. */
  readonly varying: Set<number>
  readonly captured: Held[]
  readonly places: Map<Node, Location>
}

const readable: ReadonlySet<number> = new Set(Object.values(dataType))

/** A placeholder that is fed the tensor, kept under a native id of its own. */
const hold = (tape: Tape, binding: Binding, id: number, made: boolean): Node => {
  const [held] = binding.executeOp("Identity", [], [id], 1)
  const node = placeholder(held!)
  const bytes = (): Uint8Array => bytesOf(binding.tensorDataSync(held!.id))
  tape.captured.push({ node, held: held!, made, bytes })
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

/** Records by watching native calls; on the native backend. */
export const record: Recorder = (inputs, body) => {
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
