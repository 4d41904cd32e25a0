/** Reductions against loops in double: every kind, shapes around the widths of vectors and blocks, NaN, and nothing at all. */
import { expect, it } from "vitest"
import type { Machine } from "../../../../src/engine/machine/machine.js"
import {
  asIntegers,
  bitsOf,
  firstDifference,
  onEveryMachine,
  runInstruction,
  someNumbers,
} from "../instruction.js"

type Shape = readonly [outer: number, middle: number, inner: number]

const sizes = [0, 1, 2, 15, 16, 17, 33, 129]
const shapes: Shape[] = [
  ...sizes.flatMap((middle) => sizes.map((inner): Shape => [3, middle, inner])),
  [1, 300_000, 1],
  [1, 5000, 50],
  [2, 7, 20_001],
  [20, 8193, 1],
  [300, 3, 200],
]

const reduceWith = (
  machine: Machine,
  kind: number,
  factor: number,
  shape: Shape,
  values: Float32Array | Int32Array,
) => runInstruction(machine, "reduce", [kind, bitsOf(factor), ...shape], [values], [shape[0] * shape[2]])[0]!

/** The middle of each result, first to last. */
const linesOf = ([outer, middle, inner]: Shape, values: ArrayLike<number>): number[][] =>
  Array.from({ length: outer * inner }, (_, at) => {
    const start = Math.floor(at / inner) * middle * inner + (at % inner)
    return Array.from({ length: middle }, (_, j) => values[start + j * inner]!)
  })

const total = (line: readonly number[]): number => line.reduce((sum, value) => sum + value, 0)
const largest = (line: readonly number[]): number => line.reduce((a, b) => Math.max(a, b), -Infinity)
const smallest = (line: readonly number[]): number => line.reduce((a, b) => Math.min(a, b), Infinity)

onEveryMachine("reduce", (machine) => {
  it("sums to the rounding of at most 60 additions, and scales", () => {
    for (const shape of shapes) {
      const values = someNumbers(shape[0] * shape[1] * shape[2])
      const sums = reduceWith(machine, 0, 0.5, shape, values)
      const worst = linesOf(shape, values).reduce((worst, line, at) => {
        const unit = (2 ** -24 * total(line.map(Math.abs))) / 2
        return Math.max(worst, Math.abs(sums[at]! - total(line) / 2) / (unit || 1))
      }, 0)
      expect(worst, `${shape}`).toBeLessThanOrEqual(60)
    }
  })

  it("sums a million equal numbers as a tree does, to the rounding of 40 additions", () => {
    const values = new Float32Array(1_000_000).fill(0.1)
    const exact = Math.fround(0.1) * 1_000_000
    expect(Math.abs(reduceWith(machine, 0, 1, [1, 1_000_000, 1], values)[0]! / exact - 1)).toBeLessThan(
      40 * 2 ** -24,
    )
  })

  it("finds maxima and minima, and keeps NaN", () => {
    for (const shape of shapes) {
      const values = someNumbers(shape[0] * shape[1] * shape[2])
      if (values.length > 100) for (const at of [5, 77, values.length - 1]) values[at] = Number.NaN
      const lines = linesOf(shape, values)
      const [max, min] = [1, 2].map((kind) => reduceWith(machine, kind, 1, shape, values))
      expect(firstDifference(max!, Float32Array.from(lines, largest)), `max ${shape}`).toBe(-1)
      expect(firstDifference(min!, Float32Array.from(lines, smallest)), `min ${shape}`).toBe(-1)
    }
  })

  it("multiplies", () => {
    const values = someNumbers(3 * 20 * 33).map((value) => 1 + value / 4)
    const lines = linesOf([3, 20, 33], values)
    const products = reduceWith(machine, 3, 1, [3, 20, 33], values)
    for (const [at, line] of lines.entries())
      expect(products[at]! / line.reduce((a, b) => a * b, 1)).toBeCloseTo(1, 5)
    expect(reduceWith(machine, 3, 1, [2, 0, 1], new Float32Array(1))).toEqual(Float32Array.of(1, 1))
  })

  it("tells all and any", () => {
    for (const shape of shapes) {
      const rare = Int32Array.from(someNumbers(shape[0] * shape[1] * shape[2]), (value) =>
        Number(value > 0.48),
      )
      const common = rare.map((value) => 1 - value)
      const any = Int32Array.from(linesOf(shape, rare), (line) => Number(line.includes(1)))
      const all = Int32Array.from(linesOf(shape, common), (line) => Number(!line.includes(0)))
      const [someTrue, allTrue] = [
        reduceWith(machine, 5, 1, shape, rare),
        reduceWith(machine, 4, 1, shape, common),
      ]
      expect(firstDifference(asIntegers(someTrue), any), `any ${shape}`).toBe(-1)
      expect(firstDifference(asIntegers(allTrue), all), `all ${shape}`).toBe(-1)
    }
  })

  it("reduces whole numbers exactly, sums modulo 2^32", () => {
    for (const shape of shapes.filter(([outer, middle]) => outer * middle > 0)) {
      const values = Int32Array.from(someNumbers(shape[0] * shape[1] * shape[2]), (value) =>
        Math.floor(value * 2 ** 32),
      )
      const lines = linesOf(shape, values)
      const of = (kind: number) => asIntegers(reduceWith(machine, kind, 1, shape, values))
      const sums = Int32Array.from(lines, (line) => line.reduce((a, b) => (a + b) | 0, 0))
      expect(firstDifference(of(6), sums), `sum ${shape}`).toBe(-1)
      expect(firstDifference(of(7), Int32Array.from(lines, largest)), `max ${shape}`).toBe(-1)
      expect(firstDifference(of(8), Int32Array.from(lines, smallest)), `min ${shape}`).toBe(-1)
    }
  })
})
