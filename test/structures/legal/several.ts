/** Several latents with differentiable draws, and vectors of them. Next: `discrete.ts`. */
import { guide, model, multivariateNormal, normal, observe, param, sample, tf } from "latently"
import type { Case } from "../case.js"
import { multivariateNormalLog, normalKl, normalLog, sum } from "../density.js"

const pair = model(function* () {
  const a = yield* sample("a", normal(0, 1))
  const b = yield* sample("b", normal(a, 0.7))
  yield* observe("x", normal(tf.add(a, b), 0.5), 1.2)
})

const three = model(function* () {
  const z = yield* sample("z", normal(tf.zeros([3]), 1).toEvent(1))
  yield* observe("x", normal(tf.sum(z), 0.5), 1.2)
})

const pairTerms =
  (log: (d: Parameters<Case["terms"]>[0], t: Parameters<Case["terms"]>[1]) => void): Case["terms"] =>
  (d, t) => {
    const [a, b] = [d.num("a"), d.num("b")]
    t.prior(normalLog(a))
    t.prior(normalLog(b, a, 0.7))
    t.data(normalLog(1.2, a + b, 0.5))
    log(d, t)
  }

export const several: readonly Case[] = [
  {
    name: "two latents, the guide in the model's order",
    model: pair,
    guide: guide(pair, function* () {
      const loc = yield* param("loc", [0.2, 0.5])
      yield* sample("a", normal(tf.gather(loc, 0), 0.6))
      yield* sample("b", normal(tf.gather(loc, 1), 0.8))
    }),
    terms: pairTerms((d, t) => {
      t.guide("a", normalLog(d.num("a"), d.row("loc")[0], 0.6))
      t.guide("b", normalLog(d.num("b"), d.row("loc")[1], 0.8))
    }),
  },
  {
    name: "two latents, the guide in the other order, each given the one before",
    model: pair,
    guide: guide(pair, function* () {
      const loc = yield* param("loc", 0.2)
      const b = yield* sample("b", normal(loc, 0.8))
      yield* sample("a", normal(tf.mul(b, 0.5), 0.6))
    }),
    terms: pairTerms((d, t) => {
      t.guide("b", normalLog(d.num("b"), d.num("loc"), 0.8))
      t.guide("a", normalLog(d.num("a"), 0.5 * d.num("b"), 0.6))
    }),
    // a was drawn given b, so b cannot be integrated out at a fixed a: only a's divergence has a closed form
    kl: (d) =>
      normalLog(d.num("b"), d.num("loc"), 0.8) -
      normalLog(d.num("b"), d.num("a"), 0.7) +
      normalKl(0.5 * d.num("b"), 0.6),
  },
  {
    name: "a vector latent, an independent guide",
    model: three,
    guide: guide(three, function* () {
      const loc = yield* param("loc", [0.1, 0.2, 0.3])
      yield* sample("z", normal(loc, 0.7).toEvent(1))
    }),
    terms: (d, t) => {
      const z = d.row("z")
      t.prior(sum(z.map((v) => normalLog(v))))
      t.data(normalLog(1.2, sum(z), 0.5))
      t.guide("z", sum(z.map((v, i) => normalLog(v, d.row("loc")[i], 0.7))))
    },
    kl: (d) => sum(d.row("loc").map((loc) => normalKl(loc, 0.7))),
  },
  {
    name: "a vector latent, a guide with correlations",
    model: three,
    guide: guide(three, function* () {
      const loc = yield* param("loc", [0.1, 0.2, 0.3])
      const scaleTril = [
        [1, 0, 0],
        [0.5, 0.8, 0],
        [0.2, -0.3, 0.9],
      ]
      yield* sample("z", multivariateNormal({ loc, scaleTril }))
    }),
    terms: (d, t) => {
      const z = d.row("z")
      t.prior(sum(z.map((v) => normalLog(v))))
      t.data(normalLog(1.2, sum(z), 0.5))
      const tril = [[1], [0.5, 0.8], [0.2, -0.3, 0.9]]
      t.guide("z", multivariateNormalLog(z, d.row("loc"), tril))
    },
  },
]
