/** Discrete latents, alone and beside continuous ones: exact sums, score functions, control variates. Next: `plates.ts`. */
import {
  bernoulli,
  binomial,
  categorical,
  geometric,
  guide,
  mlp,
  model,
  normal,
  observe,
  oneHotCategorical,
  param,
  poisson,
  sample,
  scope,
  tf,
} from "latently"
import type { Case, Draw } from "../case.js"
import {
  bernoulliLog,
  binomialLog,
  categoricalLog,
  geometricLog,
  normalLog,
  poissonLog,
  sigmoid,
  softmax,
} from "../density.js"

const coin = model(function* () {
  const height = yield* param("height", 1.5)
  const b = yield* sample("b", bernoulli({ probs: 0.3 }))
  yield* observe("x", normal(tf.mul(b, height), 1), 0.9)
})

const coinTerms =
  (log: (d: Draw) => number): Case["terms"] =>
  (d, t) => {
    t.prior(bernoulliLog(d.num("b"), 0.3))
    t.data(normalLog(0.9, d.num("b") * d.num("height")))
    t.guide("b", log(d))
  }

const coinCase = (name: string, options: object): Case => ({
  name,
  model: coin,
  guide: guide(coin, function* () {
    const logit = yield* param("logit", -0.4)
    yield* sample("b", bernoulli({ logits: logit }), options)
  }),
  draws: "discrete",
  terms: coinTerms((d) => bernoulliLog(d.num("b"), sigmoid(d.num("logit")))),
})

const learned = guide(coin, function* () {
  const logit = yield* param("logit", -0.4)
  const net = yield* scope("baseline", mlp([1, 1]))
  const baseline = tf.reshape(net(tf.tensor2d([[0.9]])), [])
  yield* sample("b", bernoulli({ logits: logit }), { gradient: "score", baseline })
})

const relaxed = guide(coin, function* () {
  const logit = yield* param("logit", -0.4)
  const net = yield* scope("surrogate", mlp([1, 1]))
  const surrogate = (noisy: tf.Tensor): tf.Tensor => tf.reshape(net(tf.reshape(noisy, [-1, 1])), noisy.shape)
  yield* sample("b", bernoulli({ logits: logit }), { gradient: "relax", surrogate })
})

const kind = model(function* () {
  const k = yield* sample("k", categorical({ probs: [0.2, 0.3, 0.5] }))
  yield* observe("x", normal(k, 1), 0.9)
})

const kindTerms =
  (probs: (d: Draw) => readonly number[]): Case["terms"] =>
  (d, t) => {
    t.prior(categoricalLog(d.num("k"), [0.2, 0.3, 0.5]))
    t.data(normalLog(0.9, d.num("k")))
    t.guide("k", categoricalLog(d.num("k"), probs(d)))
  }

const count = model(function* () {
  const n = yield* sample("n", poisson(2))
  yield* observe("x", normal(n, 1), 1.6)
})

const countTerms =
  (log: (d: Draw) => number): Case["terms"] =>
  (d, t) => {
    t.prior(poissonLog(d.num("n"), 2))
    t.data(normalLog(1.6, d.num("n")))
    t.guide("n", log(d))
  }

export const discrete: readonly Case[] = [
  coinCase("a coin, summed exactly by rule", {}),
  coinCase("a coin, score function against a running average", { gradient: "score" }),
  coinCase("a coin, score function without a baseline", { gradient: "score", baseline: "none" }),
  coinCase("a coin, rebar", { gradient: "rebar" }),
  { ...coinCase("a coin, score function with a learned baseline", {}), guide: learned },
  { ...coinCase("a coin, relax with a learned function", {}), guide: relaxed },
  {
    name: "a category, summed exactly",
    model: kind,
    guide: guide(kind, function* () {
      const logits = yield* param("logits", [0.1, 0.2, 0.4])
      yield* sample("k", categorical({ logits }))
    }),
    draws: "discrete",
    terms: kindTerms((d) => softmax(d.row("logits"))),
  },
  {
    name: "a category, a guide with fewer of its values",
    model: kind,
    guide: guide(kind, function* () {
      yield* sample("k", categorical({ probs: [0.4, 0.6] }))
    }),
    draws: "discrete",
    terms: kindTerms(() => [0.4, 0.6]),
  },
  ...(() => {
    const hot = model(function* () {
      const k = yield* sample("k", oneHotCategorical({ probs: [0.2, 0.3, 0.5] }))
      yield* observe("x", normal(tf.sum(tf.mul(k, [0, 1, 4]), -1), 1), 0.9)
    })
    const at = (d: Draw): number => d.row("k").indexOf(1)
    return ["exact", "score"].map(
      (gradient): Case => ({
        name: `a one-hot category, ${gradient}`,
        model: hot,
        guide: guide(hot, function* () {
          const logits = yield* param("logits", [0.1, 0.2, 0.4])
          yield* sample("k", oneHotCategorical({ logits }), { gradient: gradient as "exact" })
        }),
        draws: "discrete",
        terms: (d, t) => {
          t.prior(categoricalLog(at(d), [0.2, 0.3, 0.5]))
          t.data(normalLog(0.9, [0, 1, 4][at(d)]))
          t.guide("k", categoricalLog(at(d), softmax(d.row("logits"))))
        },
      }),
    )
  })(),
  {
    name: "a count, a Poisson guide",
    model: count,
    guide: guide(count, function* () {
      const raw = yield* param("raw", 0.3)
      yield* sample("n", poisson(tf.exp(raw)))
    }),
    draws: "discrete",
    terms: countTerms((d) => poissonLog(d.num("n"), Math.exp(d.num("raw")))),
  },
  {
    name: "a count, a geometric guide",
    model: count,
    guide: guide(count, function* () {
      yield* sample("n", geometric({ probs: 0.4 }))
    }),
    draws: "discrete",
    terms: countTerms((d) => geometricLog(d.num("n"), 0.4)),
  },
  {
    name: "an unbounded count, a bounded guide",
    model: count,
    guide: guide(count, function* () {
      const logit = yield* param("logit", 0.3)
      yield* sample("n", binomial({ totalCount: 4, logits: logit }))
    }),
    draws: "discrete",
    terms: countTerms((d) => binomialLog(d.num("n"), 4, sigmoid(d.num("logit")))),
  },
]
