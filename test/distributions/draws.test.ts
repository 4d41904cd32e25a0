/** The same key draws the same numbers on every backend, up to float32 rounding. */
import { describe, expect, it } from "vitest"
import { setBackend } from "../../src/engine/backend.js"
import { backends, useBackend } from "../backends.js"
import { batchOfThree } from "./battery/row.js"
import { rows } from "./table/index.js"

const draw = async (row: (typeof rows)[number], backend: (typeof backends)[number]): Promise<number[]> => {
  await setBackend(backend)
  return [...batchOfThree(row).sample(31, [200]).dataSync()]
}

describe("draws on every backend", () => {
  useBackend(backends[0]!)
  for (const row of rows)
    if (row.noDraws === undefined)
      it(row.name, async () => {
        const first = await draw(row, backends[0]!)
        for (const backend of backends.slice(1))
          for (const [i, x] of (await draw(row, backend)).entries())
            expect(Math.abs(x - first[i]!)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(first[i]!)))
      })
})
