/** Kernels that only say where elements are, and those that pick rows. Next: `reductions.ts`. */
import { tf } from "../../tensor.js"
import { constant, dataType, integer, integers, makeNode, type Source, typeOf, whole } from "../graph.js"
import {
  axesOf,
  type KernelCall,
  numberLike,
  numberOf,
  op,
  type Translate,
  type TranslationTable,
} from "./translation.js"

const shapeOf = (source: Source): readonly number[] => typeOf(source).shape

const rankOf = (source: Source): number => shapeOf(source).length

const reshape =
  (name: string): Translate =>
  ({ inputs, outputs }) => [op("Reshape", [inputs[name]!, integers(...outputs[0]!.shape)], outputs[0]!)]

const axisIn = ({ attributes }: KernelCall, rank: number): number => axesOf(attributes.axis, rank)[0]!

const slice: Translate = ({ inputs: { x }, attributes, outputs }) => {
  const [shape, rank] = [[...shapeOf(x!)], rankOf(x!)]
  const { begin, size } = attributes as { begin: number | number[]; size: number | number[] }
  const [from, sizes] = tf.slice_util.parseSliceParams({ shape, rank } as tf.Tensor, begin, size)
  return [op("Slice", [x!, integers(...from!), integers(...sizes!)], outputs[0]!)]
}

type StridedAttributes = Record<"begin" | "end" | "strides", number[]> &
  Record<"beginMask" | "endMask" | "ellipsisMask" | "newAxisMask" | "shrinkAxisMask", number>

/** Without masks: dropped and added axes are a reshape. */
const strided: Translate = ({ inputs: { x }, attributes, outputs }) => {
  const a = attributes as unknown as StridedAttributes
  const masks = [a.beginMask, a.endMask, a.ellipsisMask, a.newAxisMask, a.shrinkAxisMask] as const
  const info = tf.slice_util.sliceInfo([...shapeOf(x!)], a.begin, a.end, a.strides, ...masks)
  const { begin, end, strides } = info
  const shape = begin.map((from, axis) => Math.max(0, Math.ceil((end[axis]! - from) / strides[axis]!)))
  const lists = [begin, end, strides].map((list) => integers(...list))
  const taken = op("StridedSlice", [x!, ...lists], { ...outputs[0]!, shape })
  return [op("Reshape", [taken, integers(...outputs[0]!.shape)], outputs[0]!)]
}

const splitV: Translate = (call) => {
  const { x } = call.inputs
  const axis = axisIn(call, rankOf(x!))
  const sizes = integers(...call.outputs.map(({ shape }) => shape[axis]!))
  const node = makeNode("SplitV", [x!, sizes, integer(axis)], [whole("num_split", call.outputs.length)])
  const split = { ...node, outputs: call.outputs }
  return call.outputs.map((_, index) => ({ node: split, index }))
}

const unpack: Translate = (call) => {
  const { value } = call.inputs
  const attributes = [whole("axis", axisIn(call, rankOf(value!))), whole("num", call.outputs.length)]
  const node = { ...makeNode("Unpack", [value!], attributes), outputs: call.outputs }
  return call.outputs.map((_, index) => ({ node, index }))
}

const pad: Translate = ({ inputs: { x }, attributes, outputs }) => {
  const { paddings, constantValue } = attributes as { paddings: [number, number][]; constantValue: number }
  const bytes = new Uint8Array(Int32Array.from(paddings.flat()).buffer)
  const around = constant({ dtype: dataType.int32, shape: [paddings.length, 2], bytes })
  return [op("PadV2", [x!, around, numberLike(x!, constantValue)], outputs[0]!)]
}

const oneHot: Translate = ({ inputs: { indices }, attributes, outputs }) => {
  const { depth, onValue, offValue } = attributes as Record<"depth" | "onValue" | "offValue", number>
  const { dtype } = outputs[0]!
  const values = [integer(depth), numberOf(dtype, onValue), numberOf(dtype, offValue)]
  return [op("OneHot", [indices!, ...values], outputs[0]!, [whole("axis", -1)])]
}

const gather: Translate = ({ inputs: { x, indices }, attributes, outputs }) => {
  const { axis, batchDims } = attributes as { axis: number; batchDims: number }
  const at = integer(axesOf(axis, rankOf(x!))[0]!)
  return [op("GatherV2", [x!, indices!, at], outputs[0]!, [whole("batch_dims", batchDims)])]
}

/** Kernels that move or name elements. */
export const views: TranslationTable = {
  Reshape: reshape("x"),
  ExpandDims: reshape("input"),
  Slice: slice,
  StridedSlice: strided,
  SplitV: splitV,
  Unpack: unpack,
  PadV2: pad,
  OneHot: oneHot,
  GatherV2: gather,
  Transpose: ({ inputs: { x }, attributes, outputs }) => [
    op("Transpose", [x!, integers(...(attributes.perm as number[]))], outputs[0]!),
  ],
  Tile: ({ inputs: { x }, attributes, outputs }) => [
    op("Tile", [x!, integers(...(attributes.reps as number[]))], outputs[0]!),
  ],
  Reverse: ({ inputs: { x }, attributes, outputs }) => [
    op("ReverseV2", [x!, integers(...axesOf(attributes.dims, rankOf(x!)))], outputs[0]!),
  ],
  Pack: (call) => {
    const [output] = call.outputs
    return [
      op("Pack", Object.values(call.inputs), output!, [whole("axis", axisIn(call, output!.shape.length))]),
    ]
  },
  Concat: (call) => {
    const [output] = call.outputs
    const parts = Object.values(call.inputs)
    return [op("ConcatV2", [...parts, integer(axisIn(call, output!.shape.length))], output!)]
  },
}
