/**
 * Which tensor is what in the graph that is being recorded. Tensors are told apart by their data, element type and shape: on these
 * backends a reshaped tensor has the data of the one it was made from. Next: `../record-kernels.ts`.
 */
import { EngineError } from "../../error.js"
import type { Location } from "../../source-location.js"
import { sizeOf, type Tensor, tf } from "../../tensor.js"
import {
  bytesOf,
  constant,
  dataType,
  first,
  integers,
  type Node,
  placeholder,
  type Source,
  type Typed,
} from "../graph.js"
import { type Captured, constantOf, inlineUpTo } from "../recording.js"
import { op } from "./translation.js"

/** What names a tensor's numbers: `dataId` is the backend's. */
export type Named = Pick<Tensor, "dataId" | "dtype" | "shape">

/** The sources of tensors. */
export interface Sources {
  readonly captured: Captured[]
  readonly places: Map<Node, Location>
  /** The source of a tensor; of one that was made before the recording, a constant or a captured tensor. */
  of(tensor: Named): Source
  /** Whether the tensor has a source, or is of a type that has none. */
  has(tensor: Named): boolean
  /** Says what a tensor is. */
  set(tensor: Named, source: Source): void
  /** Says that a tensor is a copy of another, of which it may not yet be known what it is. */
  copy(from: Named, to: Named): void
  /** Says that a tensor was made in JavaScript at a place. */
  make(tensor: Named, place: Location): void
  /** Says that a tensor is an input. */
  feed(tensor: Named): Node
  /** Whether numbers depend on the inputs. */
  varies(dataId: object): boolean
  release(): void
}

const types: Readonly<Record<string, number>> = {
  float32: dataType.float32,
  int32: dataType.int32,
  bool: dataType.bool,
}

/** Type and shape of a tensor, as a graph has them. */
export const typeOfTensor = ({ dtype, shape }: Named): Typed => {
  const type = types[dtype]
  if (type === undefined) throw new EngineError("recording", `a tensor of type ${dtype} cannot be recorded`)
  return { dtype: type, shape }
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const

/** A tensor's numbers as a graph's constants have them, whatever array its backend keeps. */
const readBytes = ({ dataId, dtype }: Named): Uint8Array =>
  bytesOf(arrays[dtype as "float32"].from(tf.backend().readSync(dataId) as Float32Array))

/** Another tensor of the same data, which keeps them. */
const keptCopy = ({ dataId, shape, dtype }: Named): Tensor => {
  tf.backend().incRef(dataId)
  return tf.keep(tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype }))
}

/** Tells of nodes whether they depend on some that do. */
const createVariation = () => {
  const known = new WeakMap<Node, boolean>()
  const varies = (node: Node): boolean => {
    const answer = known.get(node) ?? node.inputs.some((input) => varies(input.node))
    known.set(node, answer)
    return answer
  }
  return { varies, mark: (node: Node) => known.set(node, true) }
}

const keyOf = ({ dtype, shape }: Named): string => `${dtype} ${shape}`

/** What is known of data: sources by element type and shape. A copy is known as what it was copied from. */
const createNames = () => {
  const known = new WeakMap<object, Map<string, Source>>()
  const copied = new WeakMap<object, object>()
  const original = (dataId: object): object => {
    const from = copied.get(dataId)
    return from === undefined ? dataId : original(from)
  }
  const all = (dataId: object): ReadonlyMap<string, Source> | undefined => known.get(original(dataId))
  const set = (tensor: Named, source: Source): void => {
    const dataId = original(tensor.dataId)
    const sources = known.get(dataId) ?? new Map<string, Source>()
    known.set(dataId, sources.set(keyOf(tensor), source))
  }
  /** The source, or a reshape of one that has the same data. */
  const find = (tensor: Named): Source | undefined => {
    const exact = all(tensor.dataId)?.get(keyOf(tensor))
    if (exact !== undefined) return exact
    const [, other] = [...(all(tensor.dataId) ?? [])].find(([key]) => key.startsWith(tensor.dtype)) ?? []
    return other && op("Reshape", [other, integers(...tensor.shape)], typeOfTensor(tensor))
  }
  const copy = (from: Named, to: Named): void => {
    if (original(from.dataId) !== original(to.dataId)) copied.set(to.dataId, from.dataId)
  }
  return { all, set, find, copy }
}

/** Sources of no tensors yet. */
export const createSources = (): Sources => {
  const names = createNames()
  const { varies, mark } = createVariation()
  const captured: Captured[] = []
  const kept: Tensor[] = []
  const places = new Map<Node, Location>()
  const hold = (tensor: Named, made: boolean): Source => {
    const node = placeholder(typeOfTensor(tensor))
    kept.push(keptCopy(tensor))
    captured.push({ node, made, bytes: () => readBytes(tensor) })
    return first(node)
  }
  const reach = (tensor: Named): Source => {
    const type = typeOfTensor(tensor)
    if (sizeOf(type.shape) * 4 > inlineUpTo) return hold(tensor, false)
    return constant({ ...type, bytes: readBytes(tensor) })
  }
  const of = (tensor: Named): Source => {
    const source = names.find(tensor) ?? reach(tensor)
    names.set(tensor, source)
    return source
  }
  return {
    captured,
    places,
    of,
    has: (tensor) =>
      types[tensor.dtype] === undefined || names.all(tensor.dataId)?.has(keyOf(tensor)) === true,
    set: (tensor, source) => {
      // asked at once, so that no answer goes far down
      varies(source.node)
      names.set(tensor, source)
    },
    copy: names.copy,
    make: (tensor, place) => {
      const source = constantOf({ ...typeOfTensor(tensor), bytes: readBytes(tensor) }) ?? hold(tensor, true)
      places.set(source.node, place)
      names.set(tensor, source)
    },
    feed: (tensor) => {
      const node = placeholder(typeOfTensor(tensor))
      mark(node)
      names.set(tensor, first(node))
      return node
    },
    varies: (dataId) => [...(names.all(dataId)?.values() ?? [])].some(({ node }) => varies(node)),
    release: () => {
      captured.length = 0
      tf.dispose(kept.splice(0))
    },
  }
}
