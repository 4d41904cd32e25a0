/** The largest of each row against a stable sort: ties, zeros of both signs, infinities, NaN. */
import { expect, it } from "vitest"
import { asIntegers, onEveryMachine, runInstruction, someNumbers } from "../instruction.js"

onEveryMachine("sort", (machine) => {
  it("gives the largest first, and of equal ones that of the lower index", () => {
    for (const [batch, size, k] of [
      [1, 10, 3],
      [3, 1, 1],
      [2, 7, 7],
      [4, 5, 0],
      [100, 100, 50],
      [1, 5000, 5000],
      [1, 5000, 7],
    ]) {
      const values = someNumbers(batch! * size!).map((value) => Math.trunc(value * 40))
      if (size! > 50) values.set([Infinity, -Infinity, 0, -0, -0, 0], 20)
      const outputs = runInstruction(
        machine,
        "sort",
        [batch!, size!, k!],
        [values],
        [batch! * k!, batch! * k!],
      )
      const [best, places] = [outputs[0]!, asIntegers(outputs[1]!)]
      for (let row = 0; row < batch!; row++) {
        const numbers = values.subarray(row * size!, (row + 1) * size!)
        const order = [...numbers.keys()].sort((a, b) =>
          numbers[a]! === numbers[b]! ? a - b : numbers[a]! > numbers[b]! ? -1 : 1,
        )
        const [from, to] = [row * k!, (row + 1) * k!]
        expect([...places.subarray(from, to)], `${[batch, size, k]}`).toEqual(order.slice(0, k))
        expect([...best.subarray(from, to)]).toEqual(order.slice(0, k).map((at) => numbers[at]))
      }
    }
  })

  it("takes NaN for the largest", () => {
    const outputs = runInstruction(
      machine,
      "sort",
      [1, 4, 4],
      [Float32Array.of(1, Number.NaN, 3, Infinity)],
      [4, 4],
    )
    expect(asIntegers(outputs[1]!)).toEqual(Int32Array.of(1, 3, 2, 0))
  })
})
