/** Programs changed by handlers: conditioned, fixed, masked, scaled, hidden, renamed. Next: `programs.ts`. */
import {
  block,
  condition,
  guide,
  intervene,
  mask,
  model,
  normal,
  observe,
  param,
  plate,
  sample,
  scale,
  seed,
  substitute,
  tf,
} from "latently"
import type { Case, Draw } from "../case.js"
import { normalKl, normalLog } from "../density.js"

const joint = model(function* () {
  const spread = yield* param("spread", 0.1)
  const z = yield* sample("z", normal(0, 1))
  yield* sample("x", normal(z, tf.exp(spread)))
})

const given = condition(joint, { x: 1.2 })

const ofZ = <P extends typeof given>(program: P) =>
  guide(program as typeof given, function* () {
    const loc = yield* param("loc", 0.2)
    yield* sample("z", normal(loc, 0.6))
  })

const qOfZ = (d: Draw): number => normalLog(d.num("z"), d.num("loc"), 0.6)

const data = [0.4, -1.1, 2.2]
const rows = (): [tf.Tensor1D] => [tf.tensor1d(data)]

const inRows = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 0.8), row)
  })
})

const rowGuide = guide(inRows, function* (x) {
  const slope = yield* param("slope", 0.3)
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.mul(row, slope), 0.6))
  })
})

const rowTerms =
  (weigh: { prior: readonly number[]; data: readonly number[]; guide: readonly number[] }): Case["terms"] =>
  (d, t) =>
    d.row("z").forEach((z, i) => {
      t.prior(weigh.prior[i]! * normalLog(z), i)
      t.data(weigh.data[i]! * normalLog(data[i]!, z, 0.8), i)
      t.guide("z", weigh.guide[i]! * normalLog(z, data[i]! * d.num("slope"), 0.6), i)
    })

const all = [1, 1, 1]
const some = [1, 0, 1]

const partly = model(function* (rows: { x: tf.Tensor1D; known: tf.Tensor1D }) {
  yield* plate("rows", rows, function* ({ x, known }) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 0.8).mask(known), x)
  })
})

const partlyCase: Case = {
  name: "a distribution that counts in some rows",
  model: partly,
  guide: guide(partly, function* (rows) {
    const slope = yield* param("slope", 0.3)
    yield* plate("rows", rows, function* ({ x }) {
      yield* sample("z", normal(tf.mul(x, slope), 0.6))
    })
  }),
  args: () => [{ x: tf.tensor1d(data), known: tf.tensor1d(some) }],
  terms: (d, t) =>
    d.rows("rows").forEach((n, i) => {
      const z = d.row("z")[i]!
      t.prior(normalLog(z), i)
      t.data(some[n]! * normalLog(data[n]!, z, 0.8), i)
      t.guide("z", normalLog(z, data[n]! * d.num("slope"), 0.6), i)
    }),
}

const both = model(function* () {
  const a = yield* sample("a", normal(0, 1))
  const b = yield* sample("b", normal(a, 1))
  yield* observe("x", normal(b, 0.5), 1.2)
})

const ofB = (program: Case["model"]) =>
  guide(program as never, function* () {
    const loc = yield* param("loc", 0.2)
    yield* sample("b", normal(loc, 0.6))
  }) as Case["guide"]

const bTerms =
  (prior: (b: number) => number): Case["terms"] =>
  (d, t) => {
    const b = d.num("b")
    t.prior(prior(b))
    t.data(normalLog(1.2, b, 0.5))
    t.guide("b", normalLog(b, d.num("loc"), 0.6))
  }

const scaledPart = model(function* (x: tf.Tensor1D) {
  const z = yield* sample("z", normal(0, 1))
  const likelihood = scale(
    model(function* () {
      yield* plate("rows", x, function* (row) {
        yield* observe("x", normal(z, 0.8), row)
      })
    }),
    0.5,
  )
  yield* likelihood()
})

const intervened = intervene(both, { a: 0.7 })
const observedA = condition(both, { a: 0.7 })
const hidden = block(inRows, "x")

export const handlers: readonly Case[] = [
  {
    name: "conditioned on data",
    model: given,
    guide: ofZ(given),
    terms: (d, t) => {
      t.prior(normalLog(d.num("z")))
      t.data(normalLog(1.2, d.num("z"), Math.exp(d.num("spread"))))
      t.guide("z", qOfZ(d))
    },
    kl: (d) => normalKl(d.num("loc"), 0.6),
  },
  {
    name: "a param fixed from outside",
    model: substitute(given, { spread: 0.4 }),
    guide: ofZ(given),
    terms: (d, t) => {
      t.prior(normalLog(d.num("z")))
      t.data(normalLog(1.2, d.num("z"), Math.exp(Math.fround(0.4))))
      t.guide("z", qOfZ(d))
    },
  },
  {
    name: "a latent conditioned: its density counts as data",
    model: observedA,
    guide: ofB(observedA),
    terms: (d, t) => {
      t.data(normalLog(0.7))
      bTerms((b) => normalLog(b, 0.7))(d, t)
    },
  },
  {
    name: "a latent set from outside: its density is gone",
    model: intervened,
    guide: ofB(intervened),
    terms: bTerms((b) => normalLog(b, 0.7)),
  },
  {
    name: "model and guide masked alike",
    model: mask(inRows, some),
    guide: mask(rowGuide, some),
    args: rows,
    terms: rowTerms({ prior: some, data: some, guide: some }),
  },
  partlyCase,
  { ...partlyCase, name: "a distribution that counts in some rows, in batches", batch: 2 },
  {
    name: "model and guide masked twice",
    model: mask(mask(inRows, some), [1, 1, 0]),
    guide: mask(rowGuide, [1, 0, 0]),
    args: rows,
    terms: rowTerms({ prior: [1, 0, 0], data: [1, 0, 0], guide: [1, 0, 0] }),
  },
  {
    name: "model and guide scaled alike",
    model: scale(inRows, 0.5),
    guide: scale(rowGuide, 0.5),
    args: rows,
    terms: rowTerms({ prior: all.map(() => 0.5), data: all.map(() => 0.5), guide: all.map(() => 0.5) }),
    kl: (d) => 0.5 * data.reduce((total, x) => total + normalKl(d.num("slope") * x, 0.6), 0),
  },
  {
    name: "the likelihood alone scaled, twice",
    model: scaledPart,
    guide: guide(scaledPart, function* () {
      const loc = yield* param("loc", 0.2)
      yield* sample("z", normal(loc, 0.6))
    }),
    args: rows,
    terms: (d, t) => {
      t.prior(normalLog(d.num("z")))
      for (const x of data) t.data(0.5 * normalLog(x, d.num("z"), 0.8))
      t.guide("z", qOfZ(d))
    },
    kl: (d) => normalKl(d.num("loc"), 0.6),
  },
  {
    name: "data hidden from the record",
    model: hidden,
    guide: rowGuide,
    args: rows,
    terms: rowTerms({ prior: all, data: [0, 0, 0], guide: all }),
  },
  {
    name: "draws from a seed of their own",
    model: inRows,
    guide: seed(rowGuide, 7),
    args: rows,
    terms: rowTerms({ prior: all, data: all, guide: all }),
    // one seed gives every particle of a run the same draw, but copies of rows their own
  },
]
