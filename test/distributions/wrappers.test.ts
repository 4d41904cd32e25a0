/** `expand`, `toEvent` and `mask` on every family: shapes, repeated densities, enumeration beside a repeated batch. */
import { describe, expect, it } from "vitest"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { at, type Row } from "./battery/row.js"
import { rows } from "./table/index.js"

const list = (x: Tensor): number[] => [...x.dataSync()]

const wrapped = (row: Row): void => {
  const dist = at(row, row.cases[0])
  const large = dist.expand([4, 3])
  const draws = large.sample(1, [2])
  expect(draws.shape).toEqual([2, 4, 3, ...dist.eventShape])
  const density = large.logProb(draws)
  expect(density.shape).toEqual([2, 4, 3])
  expect(list(density)).toEqual(list(dist.logProb(draws)))
  const rows = large.toEvent(1)
  const one = rows.sample(0)
  expect(rows.logProb(one).shape).toEqual([4])
  const masked = list(rows.mask([1, 0, 1, 0]).logProb(one))
  expect([masked[1], masked[3]]).toEqual([0, 0])
  expect([masked[0], masked[2]]).toEqual([list(rows.logProb(one))[0], list(rows.logProb(one))[2]])
  for (const form of ["mean", "variance", "mode"] as const)
    if (dist.closed.has(form))
      expect(large[form].shape.slice(0, 2 + dist.eventShape.length)).toEqual([4, 3, ...dist.eventShape])
  if (dist.closed.has("entropy")) expect(large.entropy().shape).toEqual([4, 3])
}

const enumerated = (row: Row): void => {
  const dist = at(row, row.cases[0])
  const large = dist.expand([4, 3])
  const values = large.enumerate()
  const count = dist.enumerate().shape[0]!
  expect(values.shape).toEqual([count, 1, 1, ...dist.eventShape])
  const density = large.logDensity(values)
  expect(density.shape).toEqual([count, 4, 3])
  const each = list(dist.logProb(dist.enumerate()))
  expect(list(density)).toEqual(each.flatMap((x) => new Array(12).fill(x)))
}

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    for (const row of rows) {
      if (row.noDraws !== undefined) continue
      it(row.name, () => {
        tf.tidy(() => wrapped(row))
      })
      it(`${row.name}, its values listed`, ({ skip }) => {
        if (!at(row, row.cases[0]).closed.has("enumerate")) skip()
        tf.tidy(() => enumerated(row))
      })
    }
  })
