/** Rows by index against loops: indices out of range, rows of every length, sums in the order of the rows. */
import { expect, it } from "vitest"
import { asIntegers, onEveryMachine, runInstruction, someNumbers } from "../instruction.js"

const indicesBelow = (count: number, size: number): Int32Array =>
  Int32Array.from(someNumbers(count, 7), (value) => Math.floor((value + 0.5) * (size + 2)) - 1)

onEveryMachine("rows", (machine) => {
  it("gathers rows, NaN for an index that is out of range", () => {
    const cases = [
      [1, 10, 1, 20],
      [3, 10, 7, 33],
      [2, 10, 17, 40],
      [1, 0, 3, 4],
      [2, 5, 3, 0],
      [1, 1000, 400, 1000],
      [1, 5000, 1, 300_000],
    ] as const
    for (const [outer, size, inner, count] of cases) {
      const source = someNumbers(outer * size * inner)
      const indices = indicesBelow(count, size)
      const [rows] = runInstruction(
        machine,
        "gather",
        [outer, size, inner, count],
        [source, indices],
        [outer * count * inner],
      )
      const expected = rows!.map((_, at) => {
        const [o, j, c] = [Math.floor(at / inner / count), Math.floor(at / inner) % count, at % inner]
        const index = indices[j]!
        return index < 0 || index >= size ? Number.NaN : source[(o * size + index) * inner + c]!
      })
      expect(rows, `${[outer, size, inner, count]}`).toEqual(expected)
      for (const bits of asIntegers(rows!).filter((_, at) => Number.isNaN(rows![at])))
        expect(bits).toBe(0x7fc00000)
    }
  })

  it("adds up segments in the order of their rows", () => {
    const cases = [
      [10, 4, 1],
      [0, 3, 2],
      [5, 0, 2],
      [1000, 10, 33],
      [2000, 20, 300],
      [20_000, 500, 20],
    ] as const
    for (const [count, segments, inner] of cases) {
      const data = someNumbers(count * inner)
      const ids = indicesBelow(count, segments)
      const expected = new Float32Array(segments * inner)
      for (const [j, id] of ids.entries())
        if (id >= 0 && id < segments)
          for (let c = 0; c < inner; c++) expected[id * inner + c]! += data[j * inner + c]!
      const [sums] = runInstruction(
        machine,
        "segmentSum",
        [count, segments, inner],
        [data, ids],
        [segments * inner],
      )
      expect(sums, `${[count, segments, inner]}`).toEqual(expected)
    }
  })
})
