/**
 * Runs a listing without numbers: for every word of memory, which storage was last written there. An instruction that reads a word
 * which another storage has overwritten, or which was never written, is a hazard, whether or not the numbers happen to agree. Also
 * one that writes what it reads elsewhere, or one word twice. Next: `random-programs.test.ts`.
 */
import type { Assembled, Given } from "../../../src/engine/machine/assemble.js"
import type { Call, Kernel, Line } from "../../../src/engine/machine/items.js"
import { usefulLines } from "../../../src/engine/machine/kernel.js"
import type { Listing } from "../../../src/engine/machine/listing.js"
import { isWhole, type Storage, type View } from "../../../src/engine/machine/view.js"

/** Where storages lie. */
export interface Layout {
  readonly given: ReadonlyMap<Storage, Given>
  readonly assembled: Pick<Assembled, "offsets">
}

type Element = readonly [word: number, index: number]

/** The storage's elements that a view names, in its order. */
export const elementsOf = ({ shape, strides, offset }: View): number[] =>
  shape.reduce(
    (places, size, axis) =>
      places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * strides[axis]!)),
    [offset],
  )

/** Buffers in one numbering of words, as far apart as they are never long. */
const bufferWords = 2 ** 40

const nameOf = (storage: Storage): string => `${storage.role} of ${storage.elements}`

/** Simulates; throws an Error at the first hazard. `wanted` is what must be there at the end. */
export const checkMemory = (
  listing: Listing,
  { given, assembled }: Layout,
  wanted: readonly View[],
): void => {
  const owners = new Map<number, Storage>()
  const placeOf = (storage: Storage): Given | undefined => {
    const own = assembled.offsets.get(storage)
    return given.get(storage) ?? (own === undefined ? undefined : [0, own])
  }
  const isStored = ({ output }: Line): boolean => placeOf(output.storage) !== undefined
  const wordsOf = (view: View): Element[] => {
    const place = placeOf(view.storage)
    if (place === undefined) throw new Error(`a ${nameOf(view.storage)} is read or written but has no place`)
    return elementsOf(view).map((element, index) => {
      if (element < 0 || element >= view.storage.elements)
        throw new Error(`element ${element} is outside of a ${nameOf(view.storage)}`)
      return [place[0] * bufferWords + place[1] + element * view.storage.width, index]
    })
  }
  const read = (view: View): Element[] => {
    const words = wordsOf(view)
    for (const [word] of words) {
      const owner = owners.get(word)
      if (owner !== view.storage)
        throw new Error(
          `word ${word} of a ${nameOf(view.storage)} ${owner ? `holds a ${nameOf(owner)}` : "was never written"}`,
        )
    }
    return words
  }
  const own = (view: View): void => {
    for (const [word] of wordsOf(view)) owners.set(word, view.storage)
  }
  const runKernel = (kernel: Kernel): void => {
    const lines = usefulLines(kernel, isStored)
    const made = new Set<Storage>()
    const reads = new Map<number, number>()
    const writes = new Set<number>()
    const sharedReads = new Set<number>()
    for (const { inputs, output } of lines) {
      for (const view of inputs.filter((v) => !(isWhole(v) && made.has(v.storage))))
        for (const [word, index] of read(view)) {
          if (reads.has(word) && reads.get(word) !== index) sharedReads.add(word)
          reads.set(word, index)
        }
      if (isWhole(output)) made.add(output.storage)
    }
    for (const { output } of lines.filter(isStored)) {
      for (const [word, index] of wordsOf(output)) {
        if (writes.has(word)) throw new Error(`word ${word} is written twice by one kernel`)
        if (sharedReads.has(word) || (reads.get(word) ?? index) !== index)
          throw new Error(`word ${word} is written by a kernel that reads it for another element`)
        writes.add(word)
      }
    }
    for (const { output } of lines.filter(isStored)) own(output)
  }
  const runCall = ({ reads, output }: Call): void => {
    if (!output.some(({ storage }) => placeOf(storage))) return
    const seen = new Set(reads.flatMap((view) => read(view).map(([word]) => word)))
    for (const view of output.filter(({ storage }) => placeOf(storage))) {
      if (wordsOf(view).some(([word]) => seen.has(word))) throw new Error("a call writes what it reads")
      own(view)
    }
  }
  const known = [...given.keys(), ...assembled.offsets.keys()].filter(({ role }) => role !== "temporary")
  const inputs = [...known, ...wanted.map(({ storage }) => storage).filter(({ role }) => role === "kept")]
  for (const storage of inputs) own({ storage, dtype: 1, shape: [storage.elements], strides: [1], offset: 0 })
  for (const item of [...listing.once, ...listing.body])
    if (item.kind === "kernel") runKernel(item)
    else runCall(item)
  // where a result is computed straight into an output or a slot, that place holds the result
  const renamed = [...given].filter(([{ role }]) => role === "temporary").map(([, place]) => `${place}`)
  const isReplaced = ({ storage }: View): boolean =>
    storage.role !== "temporary" && renamed.includes(`${given.get(storage)}`)
  for (const view of wanted.filter((view) => !isReplaced(view))) read(view)
}
