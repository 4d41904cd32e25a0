/** Rows that read each other where nothing goes row by row: legal, weighed as whole runs. Next: `enumerated.ts`. */
import { guide, model, normal, observe, param, plate, sample, tf } from "latently"
import type { Case } from "../case.js"
import { normalLog } from "../density.js"

const data = [0.4, 1.1, 2.2]

const walk = model(function* (x: tf.Tensor1D) {
  yield* plate("steps", x, function* (row) {
    const jump = yield* sample("jump", normal(0, 1))
    yield* observe("x", normal(tf.cumsum(jump), 0.8), row)
  })
})

export const meeting: readonly Case[] = [
  {
    name: "a random walk written in a plate",
    model: walk,
    guide: guide(walk, function* (x) {
      const loc = yield* param("loc", 0.2)
      yield* plate("steps", x, function* () {
        yield* sample("jump", normal(loc, 0.6))
      })
    }),
    args: () => [tf.tensor1d(data)],
    terms: (d, t) => {
      let at = 0
      for (const [i, jump] of d.row("jump").entries()) {
        at += jump
        t.prior(normalLog(jump))
        t.data(normalLog(data[i]!, at, 0.8))
        t.guide("jump", normalLog(jump, d.num("loc"), 0.6))
      }
    },
  },
]
