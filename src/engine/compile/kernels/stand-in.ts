/**
 * A backend that stands in for the native one while a kernel of latently's own is recorded: it writes ops down and computes nothing.
 * What such a kernel is made of on native TensorFlow becomes its graph everywhere. Tensors that it hands out have the right shapes
 * and zeros in them. Next: `op-types.ts`; `../record-kernels.ts`, which uses it.
 */
import { RecordingError } from "../../error.js"
import { type Tensor, tf } from "../../tensor.js"
import { bytesOf, constant, dataType, type Node, type Source, typeOf } from "../graph.js"
import { attributeOf, attributeTypes, type RawAttribute } from "../op-attributes.js"
import { outputsOf } from "./op-types.js"

/** How the stand-in goes between tensors and what they are in the graph. */
export interface TensorSources {
  sourceOf(tensor: Tensor): Source
  /** Makes a tensor of zeros that stands for the source. */
  tensorFor(source: Source, zeros: () => Tensor): Tensor
}

type Handle = { readonly id: number; readonly dtype: number; readonly shape: readonly number[] }

const typeNames = new Map([
  [dataType.float32, "float32"],
  [dataType.int32, "int32"],
  [dataType.bool, "bool"],
] as const)

/** Names that the addon exports. */
const names = {
  TF_ATTR_STRING: attributeTypes.text,
  TF_ATTR_INT: attributeTypes.integer,
  TF_ATTR_FLOAT: attributeTypes.float,
  TF_ATTR_BOOL: attributeTypes.boolean,
  TF_ATTR_TYPE: attributeTypes.type,
  TF_ATTR_SHAPE: attributeTypes.shape,
  TF_FLOAT: dataType.float32,
  TF_INT32: dataType.int32,
  TF_BOOL: dataType.bool,
}

/** What is used of the addon: a tensor's number is its place in a list of sources. */
const createBinding = (known: Source[]) => {
  const handle = (source: Source): Handle => ({ ...typeOf(source), id: known.push(source) - 1 })
  const executeOp = (op: string, given: readonly RawAttribute[], ids: readonly number[]): Handle[] => {
    const call = { op, inputs: ids.map((id) => known[id]!), attributes: given.map(attributeOf) }
    const node: Node = { ...call, outputs: outputsOf(call) }
    return node.outputs.map((_, index) => handle({ node, index }))
  }
  const createTensor = (shape: readonly number[], dtype: number, values: ArrayBufferView): number =>
    handle(constant({ dtype, shape, bytes: bytesOf(values) })).id
  return { ...names, executeOp, createTensor, deleteTensor: () => undefined }
}

const zerosOf = ({ dtype, shape }: Handle): Tensor => {
  const name = typeNames.get(dtype as 1)
  if (name === undefined) throw new RecordingError("recording", `a tensor of type ${dtype} leaves its kernel`)
  return tf.zeros([...shape], name)
}

/** A backend whose ops are written down. */
export const createStandIn = ({ sourceOf, tensorFor }: TensorSources) => {
  const known: Source[] = []
  const binding = createBinding(known)
  const getInputTensorIds = (tensors: readonly Tensor[]): number[] =>
    tensors.map((tensor) => known.push(sourceOf(tensor)) - 1)
  const createOutputTensor = (value: Handle): Tensor => tensorFor(known[value.id]!, () => zerosOf(value))
  const executeMultipleOutputs = (
    name: string,
    attributes: readonly RawAttribute[],
    inputs: readonly Tensor[],
  ): Tensor[] => binding.executeOp(name, attributes, getInputTensorIds(inputs)).map(createOutputTensor)
  const executeSingleOutput = (
    name: string,
    attributes: readonly RawAttribute[],
    inputs: readonly Tensor[],
  ): Tensor => executeMultipleOutputs(name, attributes, inputs)[0]!
  return { binding, getInputTensorIds, createOutputTensor, executeSingleOutput, executeMultipleOutputs }
}
