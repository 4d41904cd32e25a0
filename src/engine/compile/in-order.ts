/** Walking a graph. Next: `simplify.ts`. */
import type { Node, Source } from "./graph.js"

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
