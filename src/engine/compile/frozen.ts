/**
 * Finding what a recording would freeze. A number that the program computes in JavaScript (`Math.random()`, a weight from
 * a counter of its own) goes into the graph as a constant. Two recordings of the same step under different orders have the
 * same constants, unless there is such a number. Next: `recording.ts`.
 */
import { EngineError } from "../error.js"
import type { Node } from "./graph.js"
import { inOrder } from "./in-order.js"
import { atPlace, type Captured, type Recording } from "./recording.js"

const frozen = (place: string): EngineError =>
  new EngineError(
    "frozen-value",
    `a number computed in JavaScript differs from step to step${place}; recorded, it would stay what it was. ` +
      "Draw it from a site, or make it from the step counter with tensor operations",
  )

const changed = (place: string): EngineError =>
  new EngineError("changing-step", `the step runs different operations from one step to the next${place}`)

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i])

const constantBytes = (node: Node): Uint8Array | undefined => {
  const value = node.attributes.find(({ name }) => name === "value")?.value
  return node.op === "Const" && value?.kind === "tensor" ? value.value.bytes : undefined
}

const attributesOf = (node: Node): string =>
  JSON.stringify(constantBytes(node) ? node.outputs : node.attributes)

const sameCaptured = (a: Captured, b: Captured): boolean =>
  !a.made || !b.made || sameBytes(a.bytes(), b.bytes())

/** Why the first recording must not be used, or undefined where both are the same computation. */
export const findFrozen = (a: Recording, b: Recording): EngineError | undefined => {
  const nodes = inOrder(a.results)
  const others = inOrder(b.results)
  const placeOf = (node: Node): string =>
    [node, ...node.inputs.map((input) => input.node)].map((n) => atPlace(a.places.get(n))).find(Boolean) ?? ""
  for (const [i, node] of nodes.entries()) {
    const other = others[i]
    if (other === undefined || node.op !== other.op || attributesOf(node) !== attributesOf(other))
      return changed(placeOf(node))
    const [bytes, otherBytes] = [constantBytes(node), constantBytes(other)]
    if (bytes !== undefined && !sameBytes(bytes, otherBytes!)) return frozen(placeOf(node))
  }
  if (others.length !== nodes.length || a.captured.length !== b.captured.length) return changed("")
  const bad = a.captured.find((captured, i) => !sameCaptured(captured, b.captured[i]!))
  return bad && frozen(placeOf(bad.node))
}
