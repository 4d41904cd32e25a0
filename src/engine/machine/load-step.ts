/** A recorded step made into a program: lowered, its carry bound to the slots, assembled, loaded. Next: `stepper.ts`. */
import { dataType, first, type Node, typeOf } from "../compile/graph.js"
import { listCarry, type RecordedStep } from "../compile/recorded-step.js"
import { type Assembled, assemble, type Given } from "./assemble.js"
import { closeCarry, movesOf, type Slots } from "./carry.js"
import { carryBuffer, type Data } from "./data.js"
import { createListing, type Listing } from "./listing.js"
import { lower } from "./lower.js"
import type { Machine, Program, Words } from "./machine.js"
import { ownMemory, runOnce } from "./own-memory.js"
import { sinkLines } from "./sink.js"
import { makeTensor, type Storage, type View } from "./view.js"

/** One step, loaded: for batches of one length. */
export interface LoadedStep {
  readonly program: Program
  readonly toldAt: number
  readonly toldWords: number
  readonly tellsAt: number
  readonly kinds: number
  /** Kept alive for the program. */
  readonly buffers: readonly Words[]
}

/** A step as a listing: what it is told, what it tells, and where the carry's new values come from. */
interface Lowered {
  readonly told: View
  readonly tells: View
  readonly next: readonly View[]
}

const lowerStep = (
  listing: Listing,
  step: RecordedStep,
  given: ReadonlyMap<Node, View>,
  slots: Slots,
): Lowered => {
  const told = makeTensor(typeOf(first(step.order)), "kept")
  const all = new Map(given).set(step.order, told)
  for (const [i, node] of listCarry(step.carry).entries()) all.set(node, listCarry(slots.views)[i]!)
  // gradients first: updates then come after everything that reads the old values
  const results = lower(listing, all, [...step.gradients, step.reported, ...listCarry(step.next)])
  const [reported, ...next] = results.slice(step.gradients.length)
  const tells = listing.temporary(dataType.float32, reported!.shape)
  listing.store(reported!, tells)
  return { told, tells, next }
}

const placesOf = (data: Data, slots: Slots, renamed: ReadonlyMap<Storage, Given>): Map<Storage, Given> => {
  const carry = [...slots.offsets].map(([storage, offset]) => [storage, [carryBuffer, offset]] as const)
  return new Map<Storage, Given>([...data.places, ...carry, ...renamed])
}

const loadAssembled = (machine: Machine, assembled: Assembled, others: readonly Words[]) => {
  const buffers = [ownMemory(machine, assembled), ...others]
  runOnce(machine, assembled.once, buffers)
  return { program: machine.load(assembled.body, buffers), buffers }
}

/** Makes a program of a step whose carry lies in the given memory. Throws an `EngineError` where the machine lacks an op of it. */
export const loadStep = (
  machine: Machine,
  step: RecordedStep,
  data: Data,
  slots: Slots,
  carry: Float32Array,
): LoadedStep => {
  const listing = createListing()
  const { told, tells, next } = lowerStep(listing, step, data.given, slots)
  const moves = movesOf(listing, next, slots)
  sinkLines(
    listing.body,
    [tells, ...moves.map(({ value }) => value)].map(({ storage }) => storage),
  )
  const renamed = closeCarry(listing, moves, slots, [carryBuffer, 0])
  const inPlace = moves.map(({ value }) => value).filter(({ storage }) => renamed.has(storage))
  const wanted = [told, tells, ...inPlace]
  const assembled = assemble(machine, listing, placesOf(data, slots, renamed), wanted)
  return {
    ...loadAssembled(machine, assembled, [carry, ...data.buffers]),
    toldAt: assembled.offsets.get(told.storage)!,
    toldWords: told.storage.elements,
    tellsAt: assembled.offsets.get(tells.storage)!,
    kinds: tells.storage.elements,
  }
}
