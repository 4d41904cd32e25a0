/**
 * What the lowering of an op is given: the recorded node, the views of its inputs, and the listing to write to. The tables of ops
 * are beside this file. Next: `elementwise.ts`.
 */
import type { AttributeValue, Node } from "../../compile/graph.js"
import { EngineError } from "../../error.js"
import type { Listing } from "../listing.js"
import type { View } from "../view.js"

/** A node on its way into a listing. */
export interface Lowering {
  readonly node: Node
  readonly inputs: readonly View[]
  readonly listing: Listing
}

/** Writes an op and gives its outputs. */
export type Lower = (lowering: Lowering) => readonly View[]

/** Ops by TensorFlow's names. */
export type LowerTable = Readonly<Record<string, Lower>>

/** An op, or a way of using one, that the machine does not have; the step then runs as a TensorFlow graph. */
export const notHere = (node: Node, what = "is not an instruction of the step machine"): EngineError =>
  new EngineError("machine", `${node.op} ${what}`)

const attributeOf = (node: Node, name: string): AttributeValue | undefined =>
  node.attributes.find((attribute) => attribute.name === name)?.value

/** An attribute that is a whole number; `otherwise` where it is absent. */
export const integerAttribute = (node: Node, name: string, otherwise: number): number => {
  const value = attributeOf(node, name)?.value
  return value === undefined ? otherwise : Number(value)
}

/** The numbers of an int32 input that is written in the graph: a shape, axes, positions. */
export const integersAt = ({ node }: Lowering, i: number): number[] => {
  const source = node.inputs[i]!.node
  const value = attributeOf(source, "value")
  if (source.op !== "Const" || value?.kind !== "tensor") throw notHere(node, "has a shape that is computed")
  return [...new Int32Array(value.value.bytes.slice().buffer)]
}

/** An axis counted from the end where it is negative. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** The shape of an output. */
export const shapeOf = (node: Node, i = 0): readonly number[] => node.outputs[i]!.shape
