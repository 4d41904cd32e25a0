/**
 * A recorded graph as a listing for the step machine: each node is looked up in the tables of `lower/` and writes its instructions.
 * A graph with an op that is in none of them is not lowered at all. Next: `listing.ts`, then `assemble.ts`.
 */
import type { Node, Source } from "../compile/graph.js"
import { inOrder } from "../compile/in-order.js"
import type { Listing } from "./listing.js"
import { elementwise } from "./lower/elementwise.js"
import { type LowerTable, notHere } from "./lower/node.js"
import { positions } from "./lower/positions.js"
import { products } from "./lower/products.js"
import { reductions } from "./lower/reductions.js"
import { rows } from "./lower/rows.js"
import { special } from "./lower/special.js"
import { stridedSlices } from "./lower/strided.js"
import { views } from "./lower/views.js"
import { createNames } from "./names.js"
import type { View } from "./view.js"

const table: LowerTable = {
  ...elementwise,
  ...special,
  ...views,
  ...stridedSlices,
  ...reductions,
  ...positions,
  ...products,
  ...rows,
}

const attributesKey = ({ attributes }: Node): string =>
  attributes.map(({ name, value }) => (value.kind === "tensor" ? "" : `${name}=${value.value}`)).join()

/**
 * Writes what the results need. `given` has the views of placeholders; the answer has one view a result. Throws an `EngineError`
 * ("machine") at the first op that the machine does not have.
 */
export const lower = (
  listing: Listing,
  given: ReadonlyMap<Node, View>,
  results: readonly Source[],
): View[] => {
  const made = new Map<Node, readonly View[]>()
  const known = new Map<string, readonly View[]>()
  const nameOf = createNames()
  const viewOf = ({ node, index }: Source): View => made.get(node)![index]!
  const write = (node: Node): readonly View[] => {
    const inputs = node.inputs.map(viewOf)
    const key = `${node.op} ${node.outputs.map(({ shape }) => shape)} ${attributesKey(node)} ${inputs.map(nameOf).join(" ")}`
    const same = node.op === "Const" ? undefined : known.get(key)
    if (same !== undefined) return same
    const write = table[node.op]
    if (write === undefined) throw notHere(node)
    const outputs = write({ node, inputs, listing })
    known.set(key, outputs)
    return outputs
  }
  for (const node of inOrder(results)) {
    const view = given.get(node)
    made.set(node, view === undefined ? write(node) : [view])
  }
  return results.map(viewOf)
}
