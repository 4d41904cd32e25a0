/** Sites without names and sites made by loops. */
import { guide, model, normal, observe, param, sample, type Tensor, tf } from "latently"
import { type Case, untypedGuide } from "../case.js"
import { normalLog } from "../density.js"

const unnamed = model(function* () {
  const a = (yield sample(normal(0, 1))) as Tensor
  yield sample(normal(a, 1))
  yield* observe("x", normal(a, 0.5), 1.2)
})

const steps = [0.3, 0.8, 0.1]

const walk = model(function* () {
  let z: Tensor = tf.scalar(0)
  for (const [i, x] of steps.entries()) {
    z = yield* sample(`z${i}`, normal(z, 1))
    yield* observe(`x${i}`, normal(z, 0.5), x)
  }
})

export const loops: readonly Case[] = [
  {
    name: "latents without names, numbered in order",
    model: unnamed,
    guide: untypedGuide(unnamed, function* () {
      const loc = yield* param("loc", 0.2)
      yield sample(normal(loc, 0.6))
      yield sample(normal(loc, 0.7))
    }),
    terms: (d, t) => {
      t.prior(normalLog(d.num("$0")))
      t.prior(normalLog(d.num("$1"), d.num("$0")))
      t.data(normalLog(1.2, d.num("$0"), 0.5))
      t.guide("$0", normalLog(d.num("$0"), d.num("loc"), 0.6))
      t.guide("$1", normalLog(d.num("$1"), d.num("loc"), 0.7))
    },
  },
  {
    name: "a chain of latents made by a loop",
    model: walk,
    guide: guide(walk, function* () {
      let z: Tensor = yield* param("first", 0.2)
      for (const i of steps.keys()) z = yield* sample(`z${i}`, normal(tf.mul(z, 0.8), 0.6))
    }),
    terms: (d, t) =>
      steps.forEach((x, i) => {
        const z = d.num(`z${i}`)
        const before = i === 0 ? 0 : d.num(`z${i - 1}`)
        t.prior(normalLog(z, before))
        t.data(normalLog(x, z, 0.5))
        t.guide(`z${i}`, normalLog(z, 0.8 * (i === 0 ? d.num("first") : before), 0.6))
      }),
  },
]
