/** Running results and searches against loops. */
import { expect, it } from "vitest"
import { asIntegers, firstDifference, onEveryMachine, runInstruction, someNumbers } from "../instruction.js"

const shapes = [
  [1, 10, 1],
  [3, 0, 2],
  [2, 1, 3],
  [3, 17, 33],
  [100, 500, 1],
  [1, 50, 1000],
] as const

/** The running result of one line, in float32 after each step. */
const running = (line: readonly number[], product: boolean, exclusive: boolean): number[] => {
  let total = product ? 1 : 0
  return line.map((value) => {
    const before = total
    total = Math.fround(product ? total * value : total + value)
    return exclusive ? before : total
  })
}

onEveryMachine("scan", (machine) => {
  for (const [kind, exclusive, reverse] of [0, 1].flatMap((a) =>
    [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c] as const)),
  ))
    it(`runs ${kind ? "products" : "sums"}${exclusive ? ", exclusive" : ""}${reverse ? ", reverse" : ""}`, () => {
      for (const [outer, size, inner] of shapes) {
        const values = someNumbers(outer * size * inner).map((value) => (kind ? 1 + value / 16 : value))
        const head = [kind, outer, size, inner, exclusive, reverse]
        const [result] = runInstruction(machine, "cumulate", head, [values], [values.length])
        const expected = new Float32Array(values.length)
        for (let line = 0; line < outer * inner; line++) {
          const steps = Array.from({ length: size }, (_, j) => (reverse ? size - 1 - j : j))
          const places = steps.map((j) => (Math.floor(line / inner) * size + j) * inner + (line % inner))
          const numbers = running(
            places.map((at) => values[at]!),
            kind === 1,
            exclusive === 1,
          )
          for (const [j, at] of places.entries()) expected[at] = numbers[j]!
        }
        expect(firstDifference(result!, expected), `${head}`).toBe(-1)
      }
    })

  it("counts the sorted numbers below, or not above, each value", () => {
    for (const [upper, batch, size, count] of [
      [0, 3, 100, 200],
      [1, 3, 100, 200],
      [0, 2, 0, 3],
      [1, 2, 1, 7],
      [1, 1, 50, 5000],
    ]) {
      const sorted = new Float32Array(batch! * size!)
      for (let b = 0; b < batch!; b++)
        sorted.set(
          someNumbers(size!, b)
            .map((value) => Math.floor(value * 40))
            .sort(),
          b * size!,
        )
      const values = someNumbers(batch! * count!, 9).map((value) => Math.floor(value * 50))
      const [found] = runInstruction(
        machine,
        "search",
        [upper!, batch!, size!, count!],
        [sorted, values],
        [values.length],
      )
      const expected = Int32Array.from(values, (value, at) => {
        const row = sorted.subarray(Math.floor(at / count!) * size!).subarray(0, size)
        return row.filter((number) => (upper ? number <= value : number < value)).length
      })
      expect(firstDifference(asIntegers(found!), expected), `${[upper, batch, size, count]}`).toBe(-1)
    }
  })
})
