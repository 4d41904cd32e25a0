import { describe, expect, it } from "vitest"
import { createListing, type Listing } from "../../../src/engine/machine/listing.js"
import {
  float32,
  makeStorage,
  type Storage,
  slice,
  type View,
  whole,
} from "../../../src/engine/machine/view.js"
import { checkMemory } from "./memory-check.js"

const kept = (): View => whole(makeStorage(float32, 4, "kept"), float32, [4])

/** Checks a listing whose storages lie at these words of buffer 0. */
const check = (listing: Listing, offsets: readonly (readonly [View, number])[], wanted: View[]): void => {
  const places = new Map<Storage, number>(offsets.map(([{ storage }, at]) => [storage, at]))
  checkMemory(listing, { given: new Map(), assembled: { offsets: places } }, wanted)
}

describe("the check of memory", () => {
  it("accepts results that have places of their own", () => {
    const listing = createListing()
    const x = kept()
    const y = listing.line("negate", [x], float32)
    const total = listing.temporary(float32, [])
    listing.call("reduce", [y], [total], () => [])
    expect(() =>
      check(
        listing,
        [
          [x, 0],
          [y, 16],
          [total, 32],
        ],
        [total],
      ),
    ).not.toThrow()
  })

  it("finds what is read after something else was written there", () => {
    const listing = createListing()
    const [x, y] = [kept(), listing.temporary(float32, [4])]
    listing.call("bits", [], [y], () => [])
    const sum = listing.line("add", [x, y], float32)
    expect(() =>
      check(
        listing,
        [
          [x, 0],
          [y, 0],
          [sum, 16],
        ],
        [sum],
      ),
    ).toThrow("holds a temporary of 4")
  })

  it("finds a part that is stored by the kernel that fills the whole", () => {
    const listing = createListing()
    const [x, y] = [kept(), listing.temporary(float32, [4])]
    listing.store(x, y)
    listing.store(x, slice(y, [3], [4], [-1]))
    const places = [
      [x, 0],
      [y, 16],
    ] as const
    expect(() => check(listing, places, [y])).toThrow("is written twice by one kernel")
  })

  it("finds what a kernel overwrites before it reads it for another element", () => {
    const listing = createListing()
    const x = kept()
    const y = listing.line("negate", [slice(x, [3], [4], [-1])], float32)
    const places = [
      [x, 0],
      [y, 0],
    ] as const
    expect(() => check(listing, places, [y])).toThrow("reads it for another element")
  })

  it("finds what nothing writes", () => {
    const y = createListing().temporary(float32, [4])
    expect(() => check(createListing(), [[y, 0]], [y])).toThrow("was never written")
  })
})
