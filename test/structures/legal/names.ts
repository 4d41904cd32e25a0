/** Sites by their names: scopes, numbers, loops. Next: `programs.ts`. */
import { condition, guide, model, normal, observe, param, sample, scope } from "latently"
import type { Case } from "../case.js"
import { normalLog } from "../density.js"

const part = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 1), 0.5)
})

const twice = model(function* () {
  yield* scope("one", part)
  yield* scope("two", () => scope("deep", part))
})

export const names: readonly Case[] = [
  {
    name: "one program twice, under two names",
    model: twice,
    guide: guide(twice, function* () {
      const loc = yield* param("loc", 0.2)
      yield* sample("two/deep/z", normal(loc, 0.6))
      yield* sample("one/z", normal(loc, 0.8))
    }),
    terms: (d, t) => {
      for (const [name, sd] of [
        ["one/z", 0.8],
        ["two/deep/z", 0.6],
      ] as const) {
        const z = d.num(name)
        t.prior(normalLog(z))
        t.data(normalLog(0.5, z))
        t.guide(name, normalLog(z, d.num("loc"), sd))
      }
    },
  },
  {
    name: "a scoped latent conditioned by its full name",
    model: condition(twice, { "two/deep/z": 0.3 }),
    guide: guide(condition(twice, { "two/deep/z": 0.3 }), function* () {
      yield* sample("one/z", normal(0.2, 0.8))
    }),
    terms: (d, t) => {
      const z = d.num("one/z")
      t.prior(normalLog(z))
      t.data(normalLog(0.5, z) + normalLog(0.3) + normalLog(0.5, 0.3))
      t.guide("one/z", normalLog(z, 0.2, 0.8))
    },
  },
]
