/**
 * Ops that only say where elements are: another view of the same storage wherever one can express it, a copy where not. Next:
 * `reductions.ts`.
 */
import { sizeOf } from "../../tensor.js"
import { int32Bits, wordsOf } from "../contents.js"
import type { Listing } from "../listing.js"
import { broadcastTo, dropAxis, float32, insertAxis, reshape, slice, transpose, type View } from "../view.js"
import {
  axisOf,
  integerAttribute,
  integersAt,
  type Lower,
  type Lowering,
  type LowerTable,
  notHere,
  shapeOf,
} from "./node.js"

/** The view in another shape; copied first where its elements do not lie so. */
export const reshaped = (listing: Listing, view: View, shape: readonly number[]): View =>
  reshape(view, shape) ?? reshape(listing.dense(view), shape)!

/** One word that is zero, whatever it is read as. */
export const zeroOf = (listing: Listing, dtype: number): View =>
  listing.constant(dtype, [], new Int32Array(1))

const toOutputShape: Lower = ({ node, inputs, listing }) => [reshaped(listing, inputs[0]!, shapeOf(node))]

const zerosLike: Lower = ({ node, listing }) => {
  const { dtype, shape } = node.outputs[0]!
  return [broadcastTo(zeroOf(listing, dtype), shape)]
}

const fill: Lower = ({ node, inputs }) => [
  broadcastTo({ ...inputs[1]!, shape: [], strides: [] }, shapeOf(node)),
]

/** Copies of a whole along axes: an axis of repetitions before each axis that is repeated. */
const tile: Lower = (lowering) => {
  const { node, inputs, listing } = lowering
  const times = integersAt(lowering, 1)
  const repeated = times.reduceRight((view, count, axis) => insertAxis(view, axis, count), inputs[0]!)
  return [reshaped(listing, repeated, shapeOf(node))]
}

const splitV: Lower = (lowering) => {
  const [view] = lowering.inputs
  const sizes = integersAt(lowering, 1)
  const axis = axisOf(integersAt(lowering, 2)[0]!, view!.shape.length)
  let from = 0
  return sizes.map((size) => {
    const part = cut(view!, axis, from, size)
    from += size
    return part
  })
}

const cut = (view: View, axis: number, from: number, size: number): View =>
  slice(
    view,
    view.shape.map((_, i) => (i === axis ? from : 0)),
    view.shape.with(axis, size),
  )

const unpack: Lower = ({ node, inputs: [view] }) => {
  const axis = axisOf(integerAttribute(node, "axis", 0), view!.shape.length)
  return node.outputs.map((_, position) => dropAxis(view!, axis, position))
}

/** Parts written side by side into new memory. */
const join = (listing: Listing, parts: readonly View[], axis: number, shape: readonly number[]): View => {
  const whole = listing.temporary(parts[0]!.dtype, shape)
  let from = 0
  for (const part of parts) {
    const size = part.shape[axis]!
    if (sizeOf(part.shape) > 0) listing.store(part, cut(whole, axis, from, size))
    from += size
  }
  return whole
}

const concat: Lower = (lowering) => {
  const { node, inputs, listing } = lowering
  const parts = inputs.slice(0, -1)
  const axis = axisOf(integersAt(lowering, inputs.length - 1)[0]!, shapeOf(node).length)
  return [parts.length === 1 ? parts[0]! : join(listing, parts, axis, shapeOf(node))]
}

const pack: Lower = ({ node, inputs, listing }) => {
  const axis = axisOf(integerAttribute(node, "axis", 0), shapeOf(node).length)
  return [
    join(
      listing,
      inputs.map((view) => insertAxis(view, axis)),
      axis,
      shapeOf(node),
    ),
  ]
}

const reverse: Lower = (lowering) => {
  const [view] = lowering.inputs
  const axes = integersAt(lowering, 1).map((axis) => axisOf(axis, view!.shape.length))
  const turned = view!.shape.map((_, axis) => axes.includes(axis))
  const begin = view!.shape.map((size, axis) => (turned[axis] ? size - 1 : 0))
  return [
    slice(
      view!,
      begin,
      view!.shape,
      turned.map((is) => (is ? -1 : 1)),
    ),
  ]
}

/** New memory of a node's output: the part that `partOf` picks holds `from`, all else the one number of `background`. */
export const onBackground = (
  { node, listing }: Lowering,
  background: View,
  from: View,
  partOf: (whole: View) => View,
): View => {
  const { dtype, shape } = node.outputs[0]!
  const whole = listing.temporary(dtype, shape)
  listing.store(broadcastTo({ ...background, shape: [], strides: [] }, shape), whole)
  listing.store(from, partOf(whole), "over")
  return whole
}

const pad: Lower = (lowering) => {
  const [view, , filling] = lowering.inputs
  const pairs = integersAt(lowering, 1)
  const begin = shapeOf(lowering.node).map((_, axis) => pairs[2 * axis]!)
  const background = filling ?? zeroOf(lowering.listing, view!.dtype)
  return [onBackground(lowering, background, view!, (whole) => slice(whole, begin, view!.shape))]
}

const diagonal = (view: View): View => {
  const [rows, columns] = view.strides.slice(-2) as [number, number]
  const size = Math.min(...view.shape.slice(-2))
  return {
    ...view,
    shape: [...view.shape.slice(0, -2), size],
    strides: [...view.strides.slice(0, -2), rows + columns],
  }
}

const matrixDiag: Lower = (lowering) => {
  const { node, inputs, listing } = lowering
  if (inputs.length !== 1) throw notHere(node, "with more than a main diagonal is not lowered")
  return [onBackground(lowering, zeroOf(listing, inputs[0]!.dtype), inputs[0]!, diagonal)]
}

const range: Lower = (lowering) => {
  const { dtype, shape } = lowering.node.outputs[0]!
  const numberAt = (i: number): number => {
    const [word] = integersAt(lowering, i)
    return dtype === float32 ? new Float32Array(Int32Array.of(word!).buffer)[0]! : word!
  }
  const [start, step] = [numberAt(0), numberAt(2)]
  const numbers = Array.from({ length: shape[0]! }, (_, i) => start + i * step)
  return [
    lowering.listing.constant(
      dtype,
      shape,
      dtype === float32 ? int32Bits(numbers) : Int32Array.from(numbers),
    ),
  ]
}

const constantNode: Lower = ({ node, listing }) => {
  const value = node.attributes.find(({ name }) => name === "value")?.value
  if (value?.kind !== "tensor") throw notHere(node)
  const { dtype, shape } = node.outputs[0]!
  return [listing.constant(dtype, shape, wordsOf(value.value))]
}

/** Ones along the diagonal of axes that are compared: `indices[..., i] == i`. */
const oneHot: Lower = (lowering) => {
  const {
    node,
    inputs: [indices, , on, off],
    listing,
  } = lowering
  const { dtype, shape } = node.outputs[0]!
  const axis = axisOf(integerAttribute(node, "axis", -1), shape.length)
  const depth = shape[axis]!
  const numbers = listing.constant(
    indices!.dtype,
    [depth],
    Int32Array.from({ length: depth }, (_, i) => i),
  )
  const along = {
    ...numbers,
    shape: shape.map((_, i) => (i === axis ? depth : 1)),
    strides: shape.map((_, i) => (i === axis ? 1 : 0)),
  }
  const hit = listing.line("equalInteger", [insertAxis(indices!, axis), along], 10)
  return [listing.line("select", [hit, on!, off!], dtype)]
}

/** Ops that move or name elements. */
export const views: LowerTable = {
  Const: constantNode,
  Identity: ({ inputs }) => inputs,
  StopGradient: ({ inputs }) => inputs,
  Reshape: toOutputShape,
  ExpandDims: toOutputShape,
  Squeeze: toOutputShape,
  ZerosLike: zerosLike,
  OnesLike: ({ node, listing }) => {
    const { dtype, shape } = node.outputs[0]!
    const one = dtype === float32 ? int32Bits([1]) : Int32Array.of(1)
    return [broadcastTo(listing.constant(dtype, [], one), shape)]
  },
  Fill: fill,
  BroadcastTo: ({ node, inputs }) => [broadcastTo(inputs[0]!, shapeOf(node))],
  Tile: tile,
  Transpose: (lowering) => [transpose(lowering.inputs[0]!, integersAt(lowering, 1))],
  Slice: (lowering) => [slice(lowering.inputs[0]!, integersAt(lowering, 1), shapeOf(lowering.node))],
  SplitV: splitV,
  Split: (lowering) => {
    const view = lowering.inputs[1]!
    const axis = axisOf(integersAt(lowering, 0)[0]!, view.shape.length)
    return lowering.node.outputs.map(({ shape }, i) => cut(view, axis, i * shape[axis]!, shape[axis]!))
  },
  Unpack: unpack,
  Pack: pack,
  ConcatV2: concat,
  ReverseV2: reverse,
  Pad: pad,
  PadV2: pad,
  MatrixDiagPart: ({ inputs }) => [diagonal(inputs[0]!)],
  MatrixDiag: matrixDiag,
  Bitcast: ({ node, inputs }) => [{ ...inputs[0]!, dtype: node.outputs[0]!.dtype }],
  OneHot: oneHot,
  Range: range,
}
