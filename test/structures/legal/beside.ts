/** Latents summed out of the model beside latents that the guide draws. Next: `handlers.ts`. */
import { bernoulli, model, normal, observe, param, plate, sample, type Tensor, tf } from "latently"
import { type Case, summed, untypedGuide } from "../case.js"
import { bernoulliLog, mixtureLog, normalLog, sigmoid, sum } from "../density.js"

const data = [0.4, -1.1, 2.2, 0.3]
const rows = (): [tf.Tensor1D] => [tf.tensor1d(data)]
const prior = summed(
  model(function* (x: tf.Tensor1D) {
    yield* plate("rows", x, function* (row) {
      const k: Tensor = yield* sample("k", bernoulli({ probs: 0.4 }))
      const z = yield* sample("z", normal(tf.mul(k, 2), 1))
      yield* observe("x", normal(z, 0.8), row)
    })
  }),
  "k",
)

const priorCase: Case = {
  name: "a latent with a mixture as its prior",
  model: prior,
  guide: untypedGuide(prior, function* (x: tf.Tensor1D) {
    const slope = yield* param("slope", 0.4)
    yield* plate("rows", x, function* (row) {
      yield* sample("z", normal(tf.mul(row, slope), 0.6))
    })
  }),
  args: rows,
  refused: { annealed: "inseparable-divergence" },
  // the prior is summed together with the data, so nothing of the divergence has a closed form
  kl: (d) =>
    (data.length / d.rows("rows").length) *
    sum(d.rows("rows").map((n, i) => normalLog(d.row("z")[i]!, data[n]! * d.num("slope"), 0.6))),
  terms: (d, t) =>
    d.rows("rows").forEach((n, i) => {
      const z = d.row("z")[i]!
      t.data(mixtureLog([0.6, 0.4], [normalLog(z), normalLog(z, 2)]) + normalLog(data[n]!, z, 0.8), i)
      t.guide("z", normalLog(z, data[n]! * d.num("slope"), 0.6), i)
    }),
}

const gate = summed(
  model(function* () {
    const z = yield* sample("z", normal(0, 1))
    const k = yield* sample("k", bernoulli({ logits: z }))
    yield* observe("x", normal(tf.mul(k, 2), 1), 0.9)
  }),
  "k",
)

const half = summed(
  model(function* () {
    const a = yield* sample("a", bernoulli({ probs: 0.3 }))
    const k = yield* sample("k", bernoulli({ logits: tf.sub(tf.mul(a, 2), 1) }))
    yield* observe("x", normal(tf.mul(k, 2), 1), 0.9)
  }),
  "k",
)

const halfCase = (gradient: "exact" | "score"): Case => ({
  name: `one coin summed out of the model, its parent by the guide, ${gradient}`,
  model: half,
  guide: untypedGuide(half, function* () {
    const logit = yield* param("logit", 0.2)
    yield* sample("a", bernoulli({ logits: logit }), { gradient })
  }),
  draws: "discrete",
  terms: (d, t) => {
    const [a, on] = [d.num("a"), sigmoid(2 * d.num("a") - 1)]
    t.prior(bernoulliLog(a, 0.3))
    t.data(mixtureLog([1 - on, on], [normalLog(0.9), normalLog(0.9, 2)]))
    t.guide("a", bernoulliLog(a, sigmoid(d.num("logit"))))
  },
})

export const beside: readonly Case[] = [
  priorCase,
  { ...priorCase, name: "a latent with a mixture as its prior, in batches", batch: 2 },
  {
    name: "a coin whose odds are a latent",
    model: gate,
    guide: untypedGuide(gate, function* () {
      const loc = yield* param("loc", 0.2)
      yield* sample("z", normal(loc, 0.7))
    }),
    terms: (d, t) => {
      const z = d.num("z")
      t.prior(normalLog(z))
      t.data(mixtureLog([1 - sigmoid(z), sigmoid(z)], [normalLog(0.9), normalLog(0.9, 2)]))
      t.guide("z", normalLog(z, d.num("loc"), 0.7))
    },
  },
  halfCase("exact"),
  halfCase("score"),
]
