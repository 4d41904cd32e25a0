/**
 * The list of a program's instructions while it is being written. A line that has been written already is not written again; what
 * depends on constants and data alone goes into a part that runs once. Next: `lower.ts`, which writes; `part.ts`, where lines go.
 */
import { unchanged } from "./identities.js"
import type { Call, Item } from "./items.js"
import { createNames } from "./names.js"
import { createPart, type Part } from "./part.js"
import {
  broadcastTo,
  type ElementType,
  isDense,
  jointShape,
  makeTensor,
  type Storage,
  type View,
} from "./view.js"

/** What is written: instructions that run once, and those of every step. */
export interface Listing {
  readonly once: Item[]
  readonly body: Item[]
  /** A line whose inputs broadcast to the output's shape; gives its result. */
  line(operation: string, inputs: readonly View[], dtype: ElementType): View
  /** Copies elements to a place in another storage: one of their own, or `over` what was stored there before. */
  store(from: View, into: View, over?: "over"): void
  /** The view itself where it has no gaps, else a copy. */
  dense(view: View): View
  call(instruction: string, reads: readonly View[], output: readonly View[], words: Call["words"]): void
  /** New memory of a step. */
  temporary(dtype: ElementType, shape: readonly number[]): View
  /** A tensor whose numbers are known. */
  constant(dtype: ElementType, shape: readonly number[], contents: Int32Array): View
  /** Whether it is the same at every step. */
  isFixed(view: View): boolean
}

/** Results of more elements than this are computed anew at each step, even from constants. */
const keptElements = 1 << 20

/** Which views are the same at every step, and what is written where for it. */
const createParts = (listing: Pick<Listing, "once" | "body">) => {
  const [once, body] = [createPart(listing.once), createPart(listing.body)]
  const fixed = new Set<Storage>()
  const isFixed = ({ storage }: View): boolean =>
    storage.role === "constant" || storage.role === "data" || fixed.has(storage)
  /** The part for what reads and writes these; from there on its outputs are as fixed as its inputs. */
  const partFor = (inputs: readonly View[], outputs: readonly View[]): Part => {
    const elements = outputs.reduce((sum, { storage }) => sum + storage.elements, 0)
    if (elements > keptElements || !inputs.every(isFixed)) return body
    for (const { storage } of outputs) fixed.add(storage)
    return once
  }
  return { body, isFixed, partFor }
}

const temporary: Listing["temporary"] = (dtype, shape) => makeTensor({ dtype, shape }, "temporary")

/** Constants of more elements than this are not looked for among those there are. */
const sharedElements = 1024

/** Constants, small ones once each. */
const createConstants = (): Listing["constant"] => {
  const known = new Map<string, View>()
  return (dtype, shape, contents) => {
    const make = (): View => makeTensor({ dtype, shape }, "constant", contents)
    if (contents.length > sharedElements) return make()
    const key = `${dtype} ${shape} ${contents}`
    const view = known.get(key) ?? make()
    known.set(key, view)
    return view
  }
}

/** An empty listing. */
export const createListing = (): Listing => {
  const lists = { once: [] as Item[], body: [] as Item[] }
  const { body, isFixed, partFor } = createParts(lists)
  const nameOf = createNames()
  const written = new Map<string, View>()
  const line: Listing["line"] = (operation, given, dtype) => {
    const shape = jointShape(given.map((view) => view.shape))
    const inputs = given.map((view) => broadcastTo(view, shape))
    const key = `${operation} ${dtype} ${inputs.map(nameOf).join(" ")}`
    const same = unchanged(operation, inputs) ?? written.get(key)
    if (same !== undefined) return same
    const output = temporary(dtype, shape)
    partFor(inputs, [output]).add({ operation, inputs, output })
    written.set(key, output)
    return output
  }
  return {
    ...lists,
    line,
    temporary,
    isFixed,
    constant: createConstants(),
    dense: (view) => (isDense(view) ? view : line("move", [view], view.dtype)),
    store: (from, into, over) =>
      body.add({ operation: "move", inputs: [broadcastTo(from, into.shape)], output: into }, over === "over"),
    call: (instruction, reads, output, words) =>
      partFor(reads, output).call({ kind: "call", instruction, reads, output, words }),
  }
}
