/** Matrix products and triangular systems. Next: `rows.ts`. */
import { isSet } from "../../compile/graph.js"
import { sizeOf } from "../../tensor.js"
import type { Listing } from "../listing.js"
import { broadcastTo, float32, float64, jointShape, reshape, slice, transpose, type View } from "../view.js"
import { type Lower, type Lowering, type LowerTable, notHere } from "./node.js"
import { reshaped } from "./views.js"

const lastTwoSwapped = (view: View): View => {
  const rank = view.shape.length
  return transpose(view, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2])
}

/** As one batch of matrices, of which rows or columns lie without gaps. */
const asBatch = (listing: Listing, view: View, batch: readonly number[]): View => {
  const matrix = view.shape.slice(-2)
  const all = broadcastTo(view, [...batch, ...matrix])
  const [rows, columns] = all.strides.slice(-2)
  const plain = rows === 1 || columns === 1 || matrix.includes(1)
  const flat = [sizeOf(batch), ...matrix]
  return (plain ? reshape(all, flat) : undefined) ?? reshaped(listing, listing.dense(all), flat)
}

/** A product of float64 matrices with few terms (sums of a row, mostly), term by term; the machine's own is for float32. */
const productByTerms = (listing: Listing, a: View, b: View): View => {
  const [m, k] = a.shape as [number, number]
  const n = b.shape[1]!
  const term = (l: number): View => {
    const parts = [slice(a, [0, l], [m, 1]), slice(b, [l, 0], [1, n])]
    return listing.line("multiply", parts, float64)
  }
  const rest = Array.from({ length: k - 1 }, (_, l) => term(l + 1))
  return rest.reduce((sum, next) => listing.line("add", [sum, next], float64), term(0))
}

/** More terms than this are not written out. */
const mostTerms = 64

const product: Lower = ({ node, inputs, listing }) => {
  const turned = [isSet(node, "transpose_a", "adj_x"), isSet(node, "transpose_b", "adj_y")]
  const [left, right] = inputs.map((view, i) => (turned[i] ? lastTwoSwapped(view) : view))
  const { dtype, shape } = node.outputs[0]!
  const terms = left!.shape.at(-1)!
  if (dtype === float64 && shape.length === 2 && terms > 0 && terms <= mostTerms)
    return [productByTerms(listing, left!, right!)]
  if (dtype !== float32) throw notHere(node, "of such a type is not lowered")
  const batch = jointShape([left!, right!].map((view) => view.shape.slice(0, -2)))
  const [a, b] = [left!, right!].map((view) => asBatch(listing, view, batch))
  const [count, m, k] = a!.shape
  const n = b!.shape[2]!
  const output = listing.temporary(dtype, shape)
  listing.call("product", [a!, b!], [output], (place) => {
    const operand = (view: View) => [...place(view), ...view.strides]
    return [count!, m!, n, k!, ...operand(a!), ...operand(b!), ...place(output), m! * n, n]
  })
  return [output]
}

/** A batch of dense square matrices and what stands beside them. */
const matricesOf = ({ inputs, listing }: Lowering): readonly View[] =>
  inputs.map((view) => listing.dense(view))

/** The instruction for matrices of such elements. */
const inPrecision = ({ dtype }: View, name: string): string =>
  dtype === float64 ? `double${name[0]!.toUpperCase()}${name.slice(1)}` : name

const triangularSolve: Lower = (lowering) => {
  const { node, listing } = lowering
  const [matrix, right] = matricesOf(lowering)
  if (sizeOf(matrix!.shape.slice(0, -2)) !== sizeOf(right!.shape.slice(0, -2)))
    throw notHere(node, "with batches that broadcast is not lowered")
  const [n, m] = right!.shape.slice(-2)
  const output = listing.temporary(right!.dtype, right!.shape)
  const head = [
    sizeOf(right!.shape.slice(0, -2)),
    n!,
    m!,
    Number(isSet(node, "lower")),
    Number(isSet(node, "adjoint")),
  ]
  listing.call(inPrecision(right!, "triangularSolve"), [matrix!, right!], [output], (place) => [
    ...head,
    ...place(matrix!),
    ...place(right!),
    ...place(output),
  ])
  return [output]
}

const cholesky: Lower = (lowering) => {
  const [matrix] = matricesOf(lowering)
  const output = lowering.listing.temporary(matrix!.dtype, matrix!.shape)
  const head = [sizeOf(matrix!.shape.slice(0, -2)), matrix!.shape.at(-1)!]
  lowering.listing.call(inPrecision(matrix!, "cholesky"), [matrix!], [output], (place) => [
    ...head,
    ...place(matrix!),
    ...place(output),
  ])
  return [output]
}

/** Ops of linear algebra. */
export const products: LowerTable = {
  MatMul: product,
  BatchMatMul: product,
  BatchMatMulV2: product,
  MatrixTriangularSolve: triangularSolve,
  Cholesky: cholesky,
}
