/** How much of a recorded step is matrix products and convolutions, which no compiler makes faster. Next: `compiler.ts`. */
import { sizeOf } from "../tensor.js"
import { isSet, type Node, type Source, typeOf } from "./graph.js"
import { inOrder } from "./in-order.js"

const productOf = (node: Node): number => {
  const shape = typeOf(node.inputs[0]!).shape
  const inner = isSet(node, "transpose_a", "adj_x") ? shape.at(-2)! : shape.at(-1)!
  return 2 * sizeOf(node.outputs[0]!.shape) * inner
}

const convolutionOf = (node: Node): number => {
  const [a, b] = node.inputs.map((source) => typeOf(source).shape)
  return 2 * Math.max(sizeOf(node.outputs[0]!.shape), sizeOf(a!), sizeOf(b!)) * 9
}

/** Floating-point operations of the matrix products and (roughly) the convolutions that the results need. */
export const matrixWork = (results: readonly Source[]): number =>
  inOrder(results).reduce((sum, node) => {
    if (node.op === "MatMul" || node.op === "BatchMatMulV2") return sum + productOf(node)
    return node.op.includes("Conv") ? sum + convolutionOf(node) : sum
  }, 0)

/** Numbers that the results' nodes make on the way, all together. */
export const elementWork = (results: readonly Source[]): number =>
  inOrder(results).reduce((sum, node) => sum + node.outputs.reduce((n, { shape }) => n + sizeOf(shape), 0), 0)
