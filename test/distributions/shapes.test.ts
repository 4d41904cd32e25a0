/** Shapes, broadcasting, keys and refusals of every family, on every backend. */
import { describe, expect, it } from "vitest"
import type { Distribution } from "../../src/distributions/distribution.js"
import { DistributionError } from "../../src/engine/error.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { at, batchOfThree, crossed, crossedCell, familyOf, invalidCases, type Row } from "./battery/row.js"
import { rows } from "./table/index.js"

const codeOf = (body: () => unknown): string => {
  try {
    body()
    return "nothing thrown"
  } catch (error) {
    return error instanceof DistributionError ? error.code : String(error)
  }
}

/** The cell [r, c] of a tensor with two batch axes. */
const cell = (x: Tensor, r: number, c: number): Tensor => tf.gather(tf.gather(x, r), c)

const expectClose = (got: Tensor, want: Tensor): void => {
  const [a, b] = [got.dataSync(), want.dataSync()]
  expect(got.shape).toEqual(want.shape)
  a.forEach((x, i) => {
    if (x !== b[i]) expect(Math.abs(x - b[i]!)).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(b[i]!)))
  })
}

/** A value of the right event shape for any batch, without drawing. */
const exampleOf = (row: Row, dist: Distribution, shape: readonly number[]): Tensor =>
  row.noDraws === undefined
    ? dist.sample(3, shape)
    : tf.zeros([...shape, ...dist.batchShape, ...dist.eventShape])

const shapes = (row: Row): void => {
  it("broadcasts [2, 1] with [3], each cell as its own distribution", () => {
    const dist = crossed(row)
    expect(dist.batchShape).toEqual([2, 3])
    const value = exampleOf(row, dist, [])
    expect(value.shape).toEqual([2, 3, ...dist.eventShape])
    const density = dist.logProb(value)
    expect(density.shape).toEqual([2, 3])
    for (const [r, c] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 2],
    ] as const)
      expectClose(cell(density, r, c), at(row, crossedCell(row, r, c)).logProb(cell(value, r, c)))
  })

  it("scores extra sample axes", () => {
    const one = at(row, row.cases[0])
    const three = batchOfThree(row)
    expect(one.batchShape).toEqual([])
    expect(one.logProb(exampleOf(row, one, [])).shape).toEqual([])
    expect(one.logProb(exampleOf(row, one, [4])).shape).toEqual([4])
    expect(three.logProb(exampleOf(row, three, [5, 2])).shape).toEqual([5, 2, 3])
  })

  it("refuses a value that would stretch the batch", () => {
    const three = batchOfThree(row)
    const two = tf.zeros([2, ...three.eventShape])
    expect(codeOf(() => three.logProb(two))).toBe("shape-mismatch")
    const event = three.eventShape.map((size) => size + 1)
    if (event.length > 0) expect(codeOf(() => three.logProb(tf.zeros([3, ...event])))).toBe("shape-mismatch")
  })

  it("has moments of the batch's shape", () => {
    const dist = crossed(row)
    for (const form of ["mean", "variance", "mode"] as const)
      if (dist.closed.has(form))
        expect(dist[form].shape.slice(0, 2 + dist.eventShape.length)).toEqual([2, 3, ...dist.eventShape])
    if (dist.closed.has("entropy")) expect(dist.entropy().shape).toEqual([2, 3])
  })
}

const refusals = (row: Row): void => {
  for (const [name, shown, parameters] of invalidCases(row))
    it(`refuses ${name} = ${shown} by name`, () => {
      const attempt = (): unknown => row.make(parameters)
      expect(codeOf(attempt)).toBe("invalid-parameter")
      expect(attempt).toThrow(`${familyOf(row)}: parameter '${name}'`)
    })

  it("refuses a value that is NaN", () => {
    const one = at(row, row.cases[0])
    expect(codeOf(() => one.logProb(tf.fill([2, ...one.eventShape], Number.NaN)))).toBe("nan-value")
  })
}

const keys = (row: Row): void => {
  it("draws the same numbers for the same key, and others for another", () => {
    const three = batchOfThree(row)
    const [first, again, other] = [7, 7, 8].map((key) => [...three.sample(key, [16]).dataSync()])
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })
}

for (const backend of backends)
  describe(`on ${backend}`, () => {
    useBackend(backend)
    for (const row of rows)
      describe(row.name, () => {
        shapes(row)
        refusals(row)
        if (row.noDraws === undefined) keys(row)
      })
  })
