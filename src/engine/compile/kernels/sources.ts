/**
 * Which tensor is what in the graph that is being recorded. Tensors are told apart by their data, element type and shape: on these
 * backends a reshaped tensor has the data of the one it was made from. Next: `../record-kernels.ts`.
 */
import type { Location } from "../../source-location.js"
import { sizeOf, type Tensor, tf } from "../../tensor.js"
import { bytesOf, constant, first, type Node, placeholder, type Source } from "../graph.js"
import { type Captured, constantOf, inlineUpTo } from "../recording.js"
import { createNames, isRecordable, type Named, typeOfTensor } from "./tensor-names.js"

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

/** Tensors that are captured, and copies that keep their data. */
const createHold = () => {
  const captured: Captured[] = []
  const kept: Tensor[] = []
  const hold = (tensor: Named, made: boolean): Source => {
    const node = placeholder(typeOfTensor(tensor))
    kept.push(keptCopy(tensor))
    captured.push({ node, made, bytes: () => readBytes(tensor) })
    return first(node)
  }
  const release = (): void => {
    captured.length = 0
    tf.dispose(kept.splice(0))
  }
  return { captured, hold, release }
}

/** Sources of no tensors yet. */
export const createSources = (): Sources => {
  const names = createNames()
  const { varies, mark } = createVariation()
  const { captured, hold, release } = createHold()
  const places = new Map<Node, Location>()
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
    has: (tensor) => !isRecordable(tensor) || names.has(tensor),
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
    release,
  }
}
