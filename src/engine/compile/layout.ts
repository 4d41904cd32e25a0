/**
 * From nodes to messages: every node gets a name, and inputs are written the way a graph or a function wants them.
 * Next: `definition.ts` for the messages, `op-outputs.ts` for the names.
 */
import { nodeMessage } from "./definition.js"
import type { Node, Source } from "./graph.js"
import { inOrder } from "./in-order.js"
import { outputName } from "./op-outputs.js"
import type { Bytes } from "./protobuf.js"

/** Nodes written down, and how outputs are referred to. */
export interface Laid {
  readonly nodes: readonly Bytes[]
  refer(source: Source): string
  /** The outputs' names, joined as the session takes them. */
  names(sources: readonly Source[]): string
  /** Whether the node is among those written. */
  has(node: Node): boolean
}

/**
 * The nodes that `results` need. In a graph an output is written `node:index`; in a function, whose arguments are named by
 * `given`, it is `node:output name:index`.
 */
export const layOut = (results: readonly Source[], given?: ReadonlyMap<Node, string>): Laid => {
  const names = new Map(given)
  const refer = ({ node, index }: Source): string => {
    const name = names.get(node)!
    if (given === undefined) return `${name}:${index}`
    return given.has(node) ? name : `${name}:${outputName(node.op, index)}`
  }
  const nodes: Bytes[] = []
  for (const node of inOrder(results)) {
    if (names.has(node)) continue
    const name = `n${nodes.length}`
    const after = (node.after ?? []).map((before) => `^${names.get(before)!}`)
    nodes.push(nodeMessage(name, node.op, [...node.inputs.map(refer), ...after], node.attributes))
    names.set(node, name)
  }
  return {
    nodes,
    refer,
    names: (sources) => sources.map(refer).join(","),
    has: (node) => names.has(node),
  }
}
