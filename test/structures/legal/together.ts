/** Discrete latents beside continuous ones and beside each other. Next: `plates.ts`. */
import { bernoulli, guide, model, normal, observe, param, sample, tf } from "latently"
import type { Case, Draw } from "../case.js"
import { bernoulliLog, normalLog, sigmoid } from "../density.js"

const mixed = model(function* () {
  const b = yield* sample("b", bernoulli({ probs: 0.3 }))
  const z = yield* sample("z", normal(tf.mul(b, 2), 1))
  yield* observe("x", normal(z, 0.7), 0.9)
})

const mixedTerms =
  (log: (d: Draw) => number): Case["terms"] =>
  (d, t) => {
    const [b, z] = [d.num("b"), d.num("z")]
    t.prior(bernoulliLog(b, 0.3))
    t.prior(normalLog(z, 2 * b))
    t.data(normalLog(0.9, z, 0.7))
    t.guide("b", bernoulliLog(b, sigmoid(d.num("logit"))))
    t.guide("z", log(d))
  }

const two = model(function* () {
  const a = yield* sample("a", bernoulli({ probs: 0.3 }))
  const b = yield* sample("b", bernoulli({ logits: tf.sub(tf.mul(a, 2), 1) }))
  yield* observe("x", normal(tf.add(a, b), 1), 0.9)
})

const twoTerms =
  (q: (d: Draw, t: Parameters<Case["terms"]>[1]) => void): Case["terms"] =>
  (d, t) => {
    const [a, b] = [d.num("a"), d.num("b")]
    t.prior(bernoulliLog(a, 0.3))
    t.prior(bernoulliLog(b, sigmoid(2 * a - 1)))
    t.data(normalLog(0.9, a + b))
    q(d, t)
  }

const twoCase = (name: string, first: object, second: object): Case => ({
  name,
  model: two,
  guide: guide(two, function* () {
    const logit = yield* param("logit", 0.2)
    const a = yield* sample("a", bernoulli({ logits: logit }), first)
    yield* sample("b", bernoulli({ logits: tf.add(a, logit) }), second)
  }),
  draws: "discrete",
  terms: twoTerms((d, t) => {
    t.guide("a", bernoulliLog(d.num("a"), sigmoid(d.num("logit"))))
    t.guide("b", bernoulliLog(d.num("b"), sigmoid(d.num("a") + d.num("logit"))))
  }),
})

export const together: readonly Case[] = [
  {
    name: "a coin summed exactly beside a number drawn alone",
    model: mixed,
    guide: guide(mixed, function* () {
      const logit = yield* param("logit", 0.2)
      yield* sample("b", bernoulli({ logits: logit }))
      yield* sample("z", normal(logit, 0.8))
    }),
    draws: "discrete",
    terms: mixedTerms((d) => normalLog(d.num("z"), d.num("logit"), 0.8)),
  },
  {
    name: "a coin drawn by score function, a number given it",
    model: mixed,
    guide: guide(mixed, function* () {
      const logit = yield* param("logit", 0.2)
      const b = yield* sample("b", bernoulli({ logits: logit }), { gradient: "score" })
      yield* sample("z", normal(tf.add(b, logit), 0.8))
    }),
    draws: "discrete",
    terms: mixedTerms((d) => normalLog(d.num("z"), d.num("b") + d.num("logit"), 0.8)),
  },
  {
    name: "a number first, a coin given it",
    model: mixed,
    guide: guide(mixed, function* () {
      const logit = yield* param("logit", 0.2)
      const z = yield* sample("z", normal(logit, 0.8))
      yield* sample("b", bernoulli({ logits: tf.add(tf.mul(z, 0), logit) }))
    }),
    draws: "discrete",
    terms: mixedTerms((d) => normalLog(d.num("z"), d.num("logit"), 0.8)),
  },
  twoCase("two coins, both summed exactly", { gradient: "exact" }, { gradient: "exact" }),
  twoCase("two coins, both by score function", { gradient: "score" }, { gradient: "score" }),
  twoCase("two coins, the second by score function, so the first too", {}, { gradient: "score" }),
  twoCase("two coins, the second by rebar", { gradient: "score" }, { gradient: "rebar" }),
]
