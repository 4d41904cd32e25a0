/**
 * The carry of a step in the machine's memory: where each tensor lies, and how a step's results get there. A result is computed
 * straight into its place where nothing needs the old value any more; else it is copied there at the end. Next: `stepper.ts`.
 */
import type { Node } from "../compile/graph.js"
import { type CarryOf, listCarry } from "../compile/recorded-step.js"
import type { Given } from "./assemble.js"
import { type Kernel, outputsOf, readsOf } from "./items.js"
import type { Listing } from "./listing.js"
import { float32, inCacheLines, isDense, isWhole, makeTensor, type Storage, type View } from "./view.js"

/** The places of a carry in its buffer: numbers of parameters and state first, so that one pass can tell whether they are finite. */
export interface Slots {
  readonly views: CarryOf<View>
  readonly offsets: ReadonlyMap<Storage, number>
  readonly words: number
  /** Words that hold float32 parameters and state, and nothing else but zeros. */
  readonly checked: number
}

/** Lays out a carry of these types. */
export const layOutCarry = (carry: CarryOf<Node>): Slots => {
  const viewOf = ({ outputs: [type] }: Node): View => makeTensor(type!, "kept")
  const views = {
    parameters: carry.parameters.map(viewOf),
    moments: carry.moments.map(viewOf),
    state: carry.state.map(viewOf),
  }
  const isChecked = (view: View): boolean => view.dtype === float32 && !views.moments.includes(view)
  const all = listCarry(views)
  const offsets = new Map<Storage, number>()
  let words = 0
  const put = ({ storage }: View): void => {
    offsets.set(storage, words)
    words += inCacheLines(storage.elements)
  }
  all.filter(isChecked).forEach(put)
  const checked = words
  all.filter((view) => !isChecked(view)).forEach(put)
  return { views, offsets, words, checked }
}

const makerOf = ({ body }: Listing, { storage }: View): number =>
  body.findIndex(
    (item) => item.kind === "kernel" && item.lines.some(({ output }) => output.storage === storage),
  )

const writersOf = ({ body }: Listing, { storage }: View): number =>
  body.flatMap(outputsOf).filter((output) => output.storage === storage).length

/** Whether the kernel at `at` may write the slot while it runs: nothing later reads it, and it itself only element by element. */
const isFree = ({ body }: Listing, slot: View, at: number): boolean =>
  body.every((item, i) => {
    const reads = readsOf(item).filter(({ storage }) => storage === slot.storage)
    if (i < at) return true
    return i > at ? reads.length === 0 : reads.every((view) => isWhole(view) || isUnitBroadcast(view, slot))
  })

/** A slot of one word read by a kernel that goes over one element. */
const isUnitBroadcast = (view: View, slot: View): boolean =>
  slot.storage.elements === 1 && view.shape.every((size) => size === 1)

const canWriteInPlace = (listing: Listing, result: View, slot: View): boolean => {
  if (result.storage.role !== "temporary" || !isWhole(result) || listing.isFixed(result)) return false
  const at = makerOf(listing, result)
  return at >= 0 && writersOf(listing, result) === 1 && isFree(listing, slot, at)
}

const copyAtEnd = ({ body }: Listing, from: View, slot: View): void => {
  const into = { ...slot, shape: from.shape, strides: slot.strides }
  const line = { operation: "move", inputs: [from], output: into }
  const kernel: Kernel = {
    kind: "kernel",
    precision: "single",
    count: slot.storage.elements,
    shape: isDense(from) ? undefined : from.shape.filter((size) => size !== 1),
    lines: [line],
  }
  body.push(kernel)
}

/** The value in memory of its own where it lies in another slot, which may be overwritten first. */
const apart = (listing: Listing, value: View): View => {
  if (value.storage.role !== "kept") return value
  const copy = listing.temporary(value.dtype, value.shape)
  listing.store(value, copy)
  return copy
}

/** A result that is to end in a slot. */
export interface Move {
  readonly slot: View
  readonly value: View
}

/** Which results have to go where, each in memory that is no slot. */
export const movesOf = (listing: Listing, results: readonly View[], slots: Slots): Move[] =>
  results.flatMap((result, i) => {
    const slot = listCarry(slots.views)[i]!
    const stays = result.storage === slot.storage && isWhole(result)
    return stays ? [] : [{ slot, value: apart(listing, result) }]
  })

/** Has the results end in the slots. Gives the storages that are slots under another name. */
export const closeCarry = (
  listing: Listing,
  moves: readonly Move[],
  slots: Slots,
  given: Given,
): Map<Storage, Given> => {
  const renamed = new Map<Storage, Given>()
  const left = moves.filter(({ slot, value }) => {
    if (renamed.has(value.storage) || !canWriteInPlace(listing, value, slot)) return true
    renamed.set(value.storage, [given[0], given[1] + slots.offsets.get(slot.storage)!])
    return false
  })
  for (const { slot, value } of left) copyAtEnd(listing, value, slot)
  return renamed
}
