/**
 * Making a recorded graph smaller before it is written: what no result needs is left out, equal constants become one, and
 * a few patterns that TensorFlow.js writes out become the op they mean. TensorFlow's own graph optimizer and XLA do the
 * rest (common subexpressions, folding, fusion).
 */
import type { Attribute, Node, Source } from "./graph.js"
import { typeOf } from "./graph.js"

/** Every node that the results need, each after the nodes it reads or waits for. */
export const inOrder = (results: readonly Source[]): Node[] => {
  const seen = new Set<Node>()
  const before = (node: Node, i: number): Node | undefined =>
    node.inputs[i]?.node ?? node.after?.[i - node.inputs.length]
  const visit = (node: Node): void => {
    const pending = [{ node, next: 0 }]
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const needed = before(top.node, top.next++)
      if (needed === undefined) seen.add(pending.pop()!.node)
      else if (!seen.has(needed)) pending.push({ node: needed, next: 0 })
    }
  }
  for (const { node } of results) if (!seen.has(node)) visit(node)
  return [...seen]
}

/** The results with some outputs put in the place of others: `replace` answers for nodes that are not to be copied. */
export const substitute = (
  results: readonly Source[],
  replace: (node: Node) => Source | undefined,
  rebuild: (node: Node) => Node = (node) => node,
): Source[] => {
  const made = new Map<Node, Node>()
  const follow = (source: Source): Source =>
    replace(source.node) ?? { node: made.get(source.node)!, index: source.index }
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

/** The same results from fewer and cheaper nodes. Placeholders stay the nodes they were. */
export const simplify = (results: readonly Source[]): Source[] => {
  const constants = new Map<string, Node>()
  const share = (node: Node): Node => {
    const key = constantKey(node)
    if (key === undefined) return node
    const same = constants.get(key) ?? node
    constants.set(key, same)
    return same
  }
  return substitute(
    results,
    () => undefined,
    (node) => share(asMatMul(node)),
  )
}
