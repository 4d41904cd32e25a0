/** Ops that pick rows by number, search, sort, and draw random bits. Next: `../lower.ts`. */
import { isSet } from "../../compile/graph.js"
import { sizeOf } from "../../tensor.js"
import type { Listing } from "../listing.js"
import type { View } from "../view.js"
import { bool, float32, float64, int32 } from "../view.js"
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
import { reshaped } from "./views.js"

const integer = (listing: Listing, value: number): View => listing.constant(int32, [], Int32Array.of(value))

/** Numbers of rows among those of all batches, -1 (which is no row) where one is not of its batch. */
const amongAll = (listing: Listing, indices: View, batches: number, size: number): View => {
  const rows = reshaped(listing, indices, [batches, sizeOf(indices.shape) / batches])
  const begins = listing.constant(
    int32,
    [batches, 1],
    Int32Array.from({ length: batches }, (_, i) => i * size),
  )
  const line = (operation: string, ...inputs: View[]): View =>
    listing.line(operation, inputs, operation.includes("Equal") || operation === "and" ? bool : int32)
  const belongs = line(
    "and",
    line("greaterEqualInteger", rows, integer(listing, 0)),
    line("lessEqualInteger", rows, integer(listing, size - 1)),
  )
  return line("select", belongs, line("addInteger", rows, begins), integer(listing, -1))
}

/** Rows of each batch by numbers of its own. */
const gatherInBatches = ({ node, inputs, listing }: Lowering, count: number): readonly View[] => {
  const [source, indices] = inputs.slice(0, 2).map((view) => listing.dense(view))
  const { shape, dtype } = source!
  const batches = sizeOf(shape.slice(0, count))
  const numbers = amongAll(listing, indices!, batches, shape[count]!)
  const sizes = [1, batches * shape[count]!, sizeOf(shape.slice(count + 1)), sizeOf(indices!.shape)]
  const output = listing.temporary(dtype, shapeOf(node))
  listing.call("gather", [source!, numbers], [output], (place) => [
    ...sizes,
    ...place(source!),
    ...place(numbers),
    ...place(output),
  ])
  return [output]
}

const gather: Lower = (lowering) => {
  const { node, listing } = lowering
  const batchAxes = integerAttribute(node, "batch_dims", 0)
  const [source, indices] = lowering.inputs.slice(0, 2).map((view) => listing.dense(view))
  if (batchAxes > 0) {
    if (axisOf(integersAt(lowering, 2)[0]!, source!.shape.length) !== batchAxes || source!.dtype === float64)
      throw notHere(node, "with axes between batch and rows is not lowered")
    return gatherInBatches(lowering, batchAxes)
  }
  if (source!.dtype === float64) throw notHere(node, "of such a type is not lowered")
  const axis = axisOf(integersAt(lowering, 2)[0]!, source!.shape.length)
  const { shape } = source!
  const sizes = [
    sizeOf(shape.slice(0, axis)),
    shape[axis]!,
    sizeOf(shape.slice(axis + 1)),
    sizeOf(indices!.shape),
  ]
  const output = listing.temporary(source!.dtype, shapeOf(node))
  listing.call("gather", [source!, indices!], [output], (place) => [
    ...sizes,
    ...place(source!),
    ...place(indices!),
    ...place(output),
  ])
  return [output]
}

const segmentSum: Lower = ({ node, inputs, listing }) => {
  const [data, ids] = inputs.slice(0, 2).map((view) => listing.dense(view))
  if (data!.dtype !== float32) throw notHere(node, "of such a type is not lowered")
  const count = sizeOf(ids!.shape)
  const inner = sizeOf(data!.shape.slice(ids!.shape.length))
  const output = listing.temporary(data!.dtype, shapeOf(node))
  listing.call("segmentSum", [data!, ids!], [output], (place) => [
    count,
    shapeOf(node)[0]!,
    inner,
    ...place(data!),
    ...place(ids!),
    ...place(output),
  ])
  return [output]
}

const bits: Lower = ({ node, inputs, listing }) => {
  const seed = listing.dense(inputs[1]!)
  const output = listing.temporary(node.outputs[0]!.dtype, shapeOf(node))
  listing.call("bits", [seed], [output], (place) => [sizeOf(shapeOf(node)), ...place(seed), ...place(output)])
  return [output]
}

const search =
  (upper: number): Lower =>
  ({ node, inputs, listing }) => {
    const [sorted, values] = inputs.map((view) => listing.dense(view))
    const [batch, size] = sorted!.shape
    const output = listing.temporary(int32, shapeOf(node))
    if (node.outputs[0]!.dtype !== int32) throw notHere(node, "in such a type is not lowered")
    listing.call("search", [sorted!, values!], [output], (place) => [
      upper,
      batch!,
      size!,
      values!.shape[1]!,
      ...place(sorted!),
      ...place(values!),
      ...place(output),
    ])
    return [output]
  }

const sort: Lower = (lowering) => {
  const { node, listing } = lowering
  const input = listing.dense(lowering.inputs[0]!)
  if (!isSet(node, "sorted") || input.dtype !== float32) throw notHere(node, "of this kind is not lowered")
  const [k] = integersAt(lowering, 1)
  const outputs = node.outputs.map(({ dtype, shape }) => listing.temporary(dtype, shape))
  const head = [sizeOf(input.shape.slice(0, -1)), input.shape.at(-1)!, k!]
  listing.call("sort", [input], outputs, (place) => [
    ...head,
    ...place(input),
    ...outputs.flatMap((view) => [...place(view)]),
  ])
  return outputs
}

/** Ops that work on rows. */
export const rows: LowerTable = {
  GatherV2: gather,
  UnsortedSegmentSum: segmentSum,
  StatelessRandomUniformFullInt: bits,
  LowerBound: search(0),
  UpperBound: search(1),
  TopKV2: sort,
}
