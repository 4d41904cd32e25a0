/**
 * A listing as words and memory: what is still needed when decides which storages may lie in the same place. Next: `kernel.ts`,
 * and `stepper.ts`, which runs it.
 */
import { EngineError } from "../error.js"
import type { Item, Line } from "./items.js"
import { encodeKernel, usefulLines } from "./kernel.js"
import type { Listing } from "./listing.js"
import type { Machine } from "./machine.js"
import { inCacheLines, isWhole, type Storage, type View } from "./view.js"

/** Where a storage lies: which buffer, and the word it begins at. */
export type Given = readonly [buffer: number, offset: number]

/** A program ready to be loaded. Offsets are in words of the machine's own memory, its first buffer. */
export interface Assembled {
  readonly once: Int32Array
  readonly body: Int32Array
  /** Words of own memory. */
  readonly words: number
  readonly offsets: ReadonlyMap<Storage, number>
  /** Constants to be put in place before anything runs. */
  readonly constants: readonly Storage[]
}

const sizeInWords = ({ elements, width }: Storage): number => inCacheLines(Math.max(1, elements * width))

/** What an item reads from memory, not from registers of its own. */
const readsFromMemory = (item: Item, lines: readonly Line[]): readonly View[] => {
  if (item.kind === "call") return item.reads
  const made = new Set<Storage>()
  return lines.flatMap(({ inputs, output }) => {
    const read = inputs.filter((view) => !(isWhole(view) && made.has(view.storage)))
    if (isWhole(output)) made.add(output.storage)
    return read
  })
}

/** Which storages must be in memory: those read by another instruction than the one that makes them, and what is wanted after all. */
const findStored = (listing: Listing, wanted: readonly View[]) => {
  const stored = new Set(wanted.map(({ storage }) => storage))
  const isStored = ({ output }: Line): boolean =>
    stored.has(output.storage) || output.storage.role !== "temporary"
  const kept: { readonly item: Item; readonly lines: readonly Line[]; readonly once: boolean }[] = []
  const visit = (item: Item, once: boolean): void => {
    const lines = item.kind === "kernel" ? usefulLines(item, isStored) : []
    const used =
      item.kind === "kernel" ? lines.length > 0 : item.output.some(({ storage }) => stored.has(storage))
    if (!used) return
    kept.push({ item, lines, once })
    for (const { storage } of readsFromMemory(item, lines)) stored.add(storage)
  }
  for (const item of listing.body.toReversed()) visit(item, false)
  for (const item of listing.once.toReversed()) visit(item, true)
  return { items: kept.toReversed(), isStored }
}

/** The first and the last instruction a storage must keep its contents for. */
interface Life {
  readonly storage: Storage
  from: number
  to: number
}

type Kept = ReturnType<typeof findStored>["items"]

const findLives = (items: Kept, isStored: (line: Line) => boolean, wanted: readonly View[]): Life[] => {
  const lives = new Map<Storage, Life>()
  const touch = ({ storage }: View, at: number): void => {
    const life = lives.get(storage) ?? { storage, from: at, to: at }
    life.from = Math.min(life.from, at)
    life.to = Math.max(life.to, at)
    lives.set(storage, life)
  }
  const onceMade = new Set<Storage>()
  for (const [at, { item, lines, once }] of items.entries()) {
    for (const view of readsFromMemory(item, lines)) touch(view, at)
    const written = item.kind === "call" ? item.output : lines.filter(isStored).map(({ output }) => output)
    for (const view of written) {
      touch(view, at)
      if (once) onceMade.add(view.storage)
    }
  }
  for (const view of wanted) touch(view, items.length)
  for (const life of lives.values())
    if (life.storage.role !== "temporary" || onceMade.has(life.storage)) {
      life.from = Number.NEGATIVE_INFINITY
      life.to = Number.POSITIVE_INFINITY
    }
  return [...lives.values()]
}

/** The lowest place for each storage, the largest first, that no other one needs at the same time. */
const layOutMemory = (lives: readonly Life[]): { offsets: Map<Storage, number>; words: number } => {
  const placed: (Life & { readonly begin: number; readonly end: number })[] = []
  let words = 0
  for (const life of lives.toSorted((a, b) => sizeInWords(b.storage) - sizeInWords(a.storage))) {
    const size = sizeInWords(life.storage)
    const others = placed
      .filter((other) => other.from <= life.to && life.from <= other.to)
      .sort((a, b) => a.begin - b.begin)
    let begin = 0
    for (const other of others) {
      if (begin + size <= other.begin) break
      begin = Math.max(begin, other.end)
    }
    placed.push({ ...life, begin, end: begin + size })
    words = Math.max(words, begin + size)
  }
  return { offsets: new Map(placed.map(({ storage, begin }) => [storage, begin])), words }
}

/**
 * Words for the machine. `given` says where storages lie that are not the program's own; all others get a place in its own
 * memory, buffer 0. `wanted` is what is read after a step.
 */
export const assemble = (
  machine: Machine,
  listing: Listing,
  given: ReadonlyMap<Storage, Given>,
  wanted: readonly View[],
): Assembled => {
  const { items, isStored } = findStored(listing, wanted)
  const lives = findLives(items, isStored, wanted).filter(({ storage }) => !given.has(storage))
  const { offsets, words } = layOutMemory(lives)
  const place = ({ storage, offset }: View): Given => {
    const [buffer, begin] = given.get(storage) ?? [0, offsets.get(storage)!]
    return [buffer, begin + offset * storage.width]
  }
  const codes = (names: readonly string[]) => new Map(names.map((name, code) => [name, code]))
  const operations = { single: codes(machine.operations), double: codes(machine.doubleOperations) }
  const instructions = codes(machine.instructions)
  const wordsOf = (item: Item): number[] => {
    const name =
      item.kind === "call"
        ? item.instruction
        : item.precision === "single"
          ? "elementwise"
          : "doubleElementwise"
    const own =
      item.kind === "kernel" ? encodeKernel(item, { operations, place, isStored }) : item.words(place)
    const code = instructions.get(name)
    if (code === undefined)
      throw new EngineError("machine", `'${name}' is not an instruction of the step machine`)
    return own.length === 0 ? [] : [code, own.length, ...own]
  }
  const encode = (once: boolean): Int32Array =>
    Int32Array.from(items.filter((kept) => kept.once === once).flatMap(({ item }) => wordsOf(item)))
  const constants = lives.map(({ storage }) => storage).filter(({ role }) => role === "constant")
  return { once: encode(true), body: encode(false), words, offsets, constants }
}
