/** Plates: rows, batches, nesting, siblings, records, and latents in and around them. Next: `enumerated.ts`. */
import {
  bernoulli,
  guide,
  mlp,
  model,
  normal,
  observe,
  param,
  plate,
  poisson,
  sample,
  scope,
  tf,
} from "latently"
import type { Case, Draw, Terms } from "../case.js"
import { bernoulliLog, normalKl, normalLog, poissonLog, sigmoid, sum } from "../density.js"

const data = [0.4, -1.1, 2.2, 0.3, 1.7]
const rows = (): [tf.Tensor1D] => [tf.tensor1d(data)]

const locals = model(function* (x: tf.Tensor1D) {
  const shift = yield* param("shift", 0.5)
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(shift, 1))
    yield* observe("x", normal(z, 0.8), row)
  })
})

const linear = guide(locals, function* (x) {
  const slope = yield* param("slope", 0.3)
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.mul(row, slope), 0.6))
  })
})

const network = guide(locals, function* (x) {
  const encode = yield* scope("encoder", mlp([1, 2, 1], { activation: "tanh" }))
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.squeeze(encode(tf.expandDims(row, 1)), [1]), 0.6))
  })
})

const localTerms =
  (locAt: (d: Draw, x: number) => number): Case["terms"] =>
  (d, t) =>
    d.rows("rows").forEach((n, i) => {
      const z = d.row("z")[i]!
      t.prior(normalLog(z, d.num("shift")), i)
      t.data(normalLog(data[n]!, z, 0.8), i)
      t.guide("z", normalLog(z, locAt(d, data[n]!), 0.6), i)
    })

const networkAt = (d: Draw, x: number): number => {
  const [w, b, v] = ["layer0/weights", "layer0/bias", "layer1/weights"].map((name) =>
    d.row(`encoder/${name}`),
  )
  return d.num("encoder/layer1/bias") + sum(w!.map((each, j) => v![j]! * Math.tanh(each * x + b![j]!)))
}

const withGlobal = model(function* (x: tf.Tensor1D) {
  const mu = yield* sample("mu", normal(0, 2))
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(mu, 1))
    yield* observe("x", normal(z, 0.8), row)
  })
})

const withGlobalGuide = guide(withGlobal, function* (x) {
  const loc = yield* param("loc", 0.2)
  yield* sample("mu", normal(loc, 0.5))
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.mul(row, loc), 0.6))
  })
})

const hierarchical = {
  model: withGlobal,
  guide: withGlobalGuide,
  args: rows,
  terms: (d: Draw, t: Terms) => {
    const mu = d.num("mu")
    t.prior(normalLog(mu, 0, 2))
    t.guide("mu", normalLog(mu, d.num("loc"), 0.5))
    d.rows("rows").forEach((n, i) => {
      const z = d.row("z")[i]!
      t.prior(normalLog(z, mu), i)
      t.data(normalLog(data[n]!, z, 0.8), i)
      t.guide("z", normalLog(z, data[n]! * d.num("loc"), 0.6), i)
    })
  },
}

const weighsRuns = {
  iwae: "objective-batch",
  renyi: "objective-batch",
  doublyReparameterized: "objective-batch",
  reweightedWakeSleep: "objective-batch",
  vimco: "objective-batch",
} as const

const global = model(function* (x: tf.Tensor1D) {
  const z = yield* sample("z", normal(0, 1))
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(z, 0.8), row)
  })
})

const globalCase: Case = {
  name: "one latent of all rows",
  model: global,
  guide: guide(global, function* () {
    const loc = yield* param("loc", 0.2)
    yield* sample("z", normal(loc, 0.5))
  }),
  args: rows,
  terms: (d, t) => {
    t.prior(normalLog(d.num("z")))
    t.guide("z", normalLog(d.num("z"), d.num("loc"), 0.5))
    for (const [i, n] of d.rows("rows").entries()) t.data(normalLog(data[n]!, d.num("z"), 0.8), i)
  },
  kl: (d) => normalKl(d.num("loc"), 0.5),
}

const coins = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const b = yield* sample("b", bernoulli({ probs: 0.3 }))
    yield* observe("x", normal(tf.mul(b, 2), 1), row)
  })
})

const coinCase = (name: string, gradient: "exact" | "score", batch?: number): Case => ({
  name,
  model: coins,
  guide: guide(coins, function* (x) {
    const logit = yield* param("logit", 0.1)
    yield* plate("rows", x, function* (row) {
      yield* sample("b", bernoulli({ logits: tf.add(row, logit) }), { gradient })
    })
  }),
  args: rows,
  draws: "discrete",
  ...(batch === undefined ? {} : { batch }),
  terms: (d, t) =>
    d.rows("rows").forEach((n, i) => {
      const b = d.row("b")[i]!
      t.prior(bernoulliLog(b, 0.3), i)
      t.data(normalLog(data[n]!, 2 * b), i)
      t.guide("b", bernoulliLog(b, sigmoid(data[n]! + d.num("logit"))), i)
    }),
})

export const plates: readonly Case[] = [
  {
    name: "a latent in each row",
    model: locals,
    guide: linear,
    args: rows,
    terms: localTerms((d, x) => d.num("slope") * x),
  },
  {
    name: "a latent in each row, three rows in a batch of five",
    model: locals,
    guide: linear,
    args: rows,
    batch: 3,
    terms: localTerms((d, x) => d.num("slope") * x),
    kl: (d) =>
      (5 / d.rows("rows").length) *
      sum(d.rows("rows").map((n) => normalKl(d.num("slope") * data[n]!, 0.6, d.num("shift")))),
  },
  {
    name: "a latent in each row, an encoder",
    model: locals,
    guide: network,
    args: rows,
    terms: localTerms(networkAt),
  },
  {
    name: "an encoder, one row in a batch",
    model: locals,
    guide: network,
    args: rows,
    batch: 1,
    terms: localTerms(networkAt),
  },
  globalCase,
  {
    ...globalCase,
    name: "one latent of all rows, in batches",
    batch: 2,
    refused: weighsRuns,
    kl: (d) => normalKl(d.num("loc"), 0.5),
  },
  { name: "a latent of all and one of each row", ...hierarchical },
  { name: "a latent of all and one of each row, in batches", ...hierarchical, batch: 2, refused: weighsRuns },
  coinCase("a coin in each row, summed exactly", "exact"),
  coinCase("a coin in each row, summed exactly, in batches", "exact", 2),
  coinCase("a coin in each row, by score function", "score"),
  coinCase("a coin in each row, by score function, in batches", "score", 2),
  ...(() => {
    const counts = model(function* () {
      yield* plate("rows", 3, function* (indices) {
        const n = yield* sample("n", poisson(2))
        yield* observe("x", normal(n, 1), tf.add(tf.cast(indices, "float32"), 0.5))
      })
    })
    return [
      {
        name: "a plate of a number of rows, a count in each",
        model: counts,
        guide: guide(counts, function* () {
          const raw = yield* param("raw", 0.3)
          yield* plate("rows", 3, function* () {
            yield* sample("n", poisson(tf.exp(raw)))
          })
        }),
        draws: "discrete" as const,
        terms: (d: Draw, t: Terms) =>
          d.rows("rows").forEach((at, i) => {
            const n = d.row("n")[i]!
            t.prior(poissonLog(n, 2), i)
            t.data(normalLog(at + 0.5, n), i)
            t.guide("n", poissonLog(n, Math.exp(d.num("raw"))), i)
          }),
      },
    ]
  })(),
]
