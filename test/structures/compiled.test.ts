/** A sample of the legal structures, recorded and run as one call: the same losses as operation by operation. */
import { elbo, fit, iwae, type Objective, ready } from "latently"
import { beforeAll, describe, expect, it } from "vitest"
import type { Case } from "./case.js"
import { beside } from "./legal/beside.js"
import { enumerated } from "./legal/enumerated.js"
import { handlers } from "./legal/handlers.js"
import { nested } from "./legal/nested.js"
import { plates } from "./legal/plates.js"
import { several } from "./legal/several.js"
import { together } from "./legal/together.js"

beforeAll(async () => {
  await ready()
})

/** Every fourth of each table, its first among them. */
const sampled = [several, together, plates, nested, enumerated, beside, handlers].flatMap((table) =>
  table.filter((_, i) => i % 4 === 0),
)

const losses = async (one: Case, objective: Objective, compile: boolean): Promise<readonly number[]> => {
  const fitted = await fit(one.model, one.guide, [...(one.args?.() ?? [])], {
    steps: 4,
    seed: 5,
    objective,
    compile,
    learningRate: 0.01,
    ...(one.batch === undefined ? {} : { batch: one.batch }),
  })
  const all = [...fitted.losses]
  fitted.dispose()
  return all
}

const agree = async (one: Case, objective: Objective): Promise<void> => {
  const eager = await losses(one, objective, false)
  const compiled = await losses(one, objective, true)
  expect(compiled.length).toBe(eager.length)
  for (const [i, loss] of eager.entries())
    expect(Math.abs(compiled[i]! - loss)).toBeLessThan(1e-4 * (1 + Math.abs(loss)))
}

describe("compiled and eager", () => {
  it.each(sampled.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    await agree(one, elbo())
    if (one.draws !== "discrete" && one.refused?.iwae === undefined) await agree(one, iwae({ particles: 2 }))
  })
})
