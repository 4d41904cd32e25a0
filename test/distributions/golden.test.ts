/** Golden log-probabilities and gradients of every family, on every backend. The numbers: `test/golden/score.ts`. */
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"
import { answer, derivatives, type Golden, goldenOf, judgeGradient, judgeLogProb } from "./battery/judge.js"
import type { Row } from "./battery/row.js"
import { rows } from "./table/index.js"

const name = (golden: Golden): string => JSON.stringify([golden.parameters, golden.value])

/** Every wrong answer in words; at most this share of the extreme ones may be wrong (R1), none of the others. */
const wrongLogProbs = (row: Row, values: readonly Golden[]): string[] =>
  values.flatMap((golden) => {
    const got = answer(row, golden)
    return judgeLogProb(golden, got) === "wrong" ? [`${name(golden)}: ${got}, exact ${golden.logProb}`] : []
  })

const wrongGradients = (row: Row, golden: Golden): string[] =>
  derivatives(row, golden).flatMap((got, i) => {
    const [parameter, { exact }] = Object.entries(golden.gradients)[i]!
    const verdict = judgeGradient(golden, parameter, got)
    return verdict === "wrong" ? [`${name(golden)} by ${parameter}: ${got}, exact ${exact}`] : []
  })

for (const backend of backends)
  describe(`golden values on ${backend}`, () => {
    useBackend(backend)
    for (const row of rows) {
      const golden = goldenOf(row)
      if (golden.length === 0) continue
      const kinds = ["ordinary", "boundary", "outside", "extreme"] as const
      for (const kind of kinds) {
        const values = golden.filter((entry) => entry.kind === kind)
        if (values.length > 0)
          it(`${row.name}: ${values.length} ${kind} log-probabilities`, () => {
            expect(wrongLogProbs(row, values)).toEqual([])
          })
      }
      it(`${row.name}: gradients`, () => {
        const inside = golden.filter((entry) => Object.keys(entry.gradients).length > 0)
        expect(inside.flatMap((entry) => wrongGradients(row, entry))).toEqual([])
      })
    }
  })
