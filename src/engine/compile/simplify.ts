/**
 * Making a recorded graph smaller before it is written: what no result needs is left out, equal constants become one, and
 * a few patterns that TensorFlow.js writes out become the op they mean. TensorFlow's own graph optimizer and XLA do the
 * rest (common subexpressions, folding, fusion).
 */
import { shareCopies } from "./copies.js"
import { type Attribute, type Node, type Source, sameShape, typeOf } from "./graph.js"
import { inOrder } from "./in-order.js"

/**
 * The results with some outputs put in the place of others. `replace` answers for nodes that are not to be copied;
 * `rebuild` may change a copied node, or name an output that stands for its first.
 */
export const substitute = (
  results: readonly Source[],
  replace: (node: Node) => Source | undefined,
  rebuild: (node: Node) => Node | Source = (node) => node,
): Source[] => {
  const made = new Map<Node, Node | Source>()
  const follow = ({ node, index }: Source): Source => {
    const replaced = replace(node)
    if (replaced !== undefined) return replaced
    const copy = made.get(node)!
    return "node" in copy ? copy : { node: copy, index }
  }
  for (const node of inOrder(results)) {
    if (replace(node) !== undefined) continue
    made.set(node, rebuild(node.inputs.length === 0 ? node : { ...node, inputs: node.inputs.map(follow) }))
  }
  return results.map(follow)
}

const constantKey = (node: Node): string | undefined => {
  const value = node.attributes.find(({ name }) => name === "value")?.value
  if (node.op !== "Const" || value?.kind !== "tensor") return undefined
  const { dtype, shape, bytes } = value.value
  return `${dtype}:${shape}:${String.fromCharCode(...bytes)}`
}

const renamed: Readonly<Record<string, string>> = { adj_x: "transpose_a", adj_y: "transpose_b" }

/** Two-dimensional batched products as plain ones, for which TensorFlow has the faster kernel. */
const asMatMul = (node: Node): Node => {
  const flat = node.op === "BatchMatMulV2" && node.inputs.every((s) => typeOf(s).shape.length === 2)
  if (!flat) return node
  const rename = ({ name, value }: Attribute): Attribute => ({ name: renamed[name] ?? name, value })
  return { ...node, op: "MatMul", attributes: node.attributes.map(rename) }
}

/** The input of a node that changes nothing: TensorFlow.js's gradients are full of reshapes and casts to what they get. */
const passedOn = (node: Node): Source | undefined => {
  if (node.op !== "Reshape" && node.op !== "Cast" && node.op !== "Identity") return undefined
  const input = node.inputs[0]!
  const [before, after] = [typeOf(input), node.outputs[0]!]
  return before.dtype === after.dtype && sameShape(before.shape, after.shape) ? input : undefined
}

/** The same results from fewer and cheaper nodes. Placeholders stay the nodes they were. */
export const simplify = (results: readonly Source[]): readonly Source[] => {
  const constants = new Map<string, Node>()
  const share = (node: Node): Node => {
    const key = constantKey(node)
    if (key === undefined) return node
    const same = constants.get(key) ?? node
    constants.set(key, same)
    return same
  }
  const simple = substitute(
    results,
    () => undefined,
    (node) => passedOn(node) ?? share(asMatMul(node)),
  )
  return shareCopies(simple)
}
