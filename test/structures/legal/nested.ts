/** Plates in plates, plates beside plates, and rows that are more than numbers. Next: `enumerated.ts`. */
import { bernoulli, guide, model, normal, observe, param, plate, sample, tf } from "latently"
import type { Case, Draw, Terms } from "../case.js"
import { bernoulliLog, normalLog, sigmoid, sum } from "../density.js"

const table = [
  [0.4, -1.1, 2.2],
  [0.3, 1.7, -0.6],
]
const args = (): [tf.Tensor2D] => [tf.tensor2d(table)]

const grid = model(function* (x: tf.Tensor2D) {
  yield* plate("groups", x, function* (group) {
    const a = yield* sample("a", normal(0, 1))
    yield* plate(
      "members",
      group,
      function* (member) {
        const b = yield* sample("b", normal(tf.expandDims(a, 1), 0.7))
        yield* observe("x", normal(b, 0.5), member)
      },
      { axis: 1 },
    )
  })
})

const gridCase: Case = {
  name: "a plate in a plate, a latent in each",
  model: grid,
  guide: guide(grid, function* (x) {
    const loc = yield* param("loc", 0.2)
    yield* plate("groups", x, function* (group) {
      yield* sample("a", normal(loc, 0.6))
      yield* plate(
        "members",
        group,
        function* (member) {
          yield* sample("b", normal(tf.mul(member, loc), 0.4))
        },
        { axis: 1 },
      )
    })
  }),
  args,
  terms: (d, t) =>
    d.rows("groups").forEach((n, i) => {
      const a = d.row("a")[i]!
      t.prior(normalLog(a), i)
      t.guide("a", normalLog(a, d.num("loc"), 0.6), i)
      table[n]!.forEach((x, j) => {
        const b = d.grid("b", 3)[i]![j]!
        t.prior(normalLog(b, a, 0.7), i)
        t.data(normalLog(x, b, 0.5), i)
        t.guide("b", normalLog(b, x * d.num("loc"), 0.4), i)
      })
    }),
}

const outerOnly = model(function* (x: tf.Tensor2D) {
  yield* plate("groups", x, function* (group) {
    const b = yield* sample("b", bernoulli({ probs: 0.4 }))
    yield* plate(
      "members",
      group,
      function* (member) {
        yield* observe("x", normal(tf.mul(tf.expandDims(b, -1), 2), 1), member)
      },
      { axis: 1 },
    )
  })
})

const outerCase = (gradient: "exact" | "score"): Case => ({
  name: `a coin in the outer plate, data in the inner, ${gradient}`,
  model: outerOnly,
  guide: guide(outerOnly, function* (x) {
    const logit = yield* param("logit", 0.2)
    yield* plate("groups", x, function* () {
      yield* sample("b", bernoulli({ logits: logit }), { gradient })
    })
  }),
  args,
  draws: "discrete",
  terms: (d, t) =>
    d.rows("groups").forEach((n, i) => {
      const b = d.row("b")[i]!
      t.prior(bernoulliLog(b, 0.4), i)
      t.guide("b", bernoulliLog(b, sigmoid(d.num("logit"))), i)
      for (const x of table[n]!) t.data(normalLog(x, 2 * b), i)
    }),
})

const deep = model(function* () {
  yield* plate("a", 2, function* () {
    yield* plate("b", 2, function* () {
      yield* plate("c", 3, function* () {
        const z = yield* sample("z", normal(0, 1))
        yield* observe("x", normal(z, 1), tf.ones([2, 2, 3]))
      })
    })
  })
})

const siblings = model(function* () {
  const shared = yield* sample("shared", normal(0, 1))
  yield* plate("left", 2, function* () {
    const u = yield* sample("u", normal(shared, 1))
    yield* observe("x", normal(u, 1), [0.5, 1])
  })
  yield* plate("right", 3, function* () {
    const v = yield* sample("v", normal(shared, 1))
    yield* observe("y", normal(v, 1), [0.1, 0.2, 0.3])
  })
})

const vectors = model(function* (rows: { x: tf.Tensor2D; y: tf.Tensor1D }) {
  yield* plate("rows", rows, function* ({ x, y }) {
    const z = yield* sample("z", normal(tf.zeros([2]), 1).toEvent(1))
    yield* observe("x", normal(z, 0.7).toEvent(1), x)
    yield* observe("y", normal(tf.sum(z, 1), 0.5), y)
  })
})

const again = model(function* () {
  yield* plate("rows", 2, function* () {
    yield* sample("z", normal(0, 1))
  })
  yield* plate("rows", 2, function* () {
    yield* observe("x", normal(0.5, 1), [0.5, 1])
  })
})

const one = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

const vectorData = { x: table.map((row) => row.slice(0, 2)), y: [0.7, -0.2] }

export const nested: readonly Case[] = [
  gridCase,
  { ...gridCase, name: "a plate in a plate, the outer in batches", batch: 1 },
  outerCase("exact"),
  outerCase("score"),
  { ...outerCase("exact"), name: "a coin in the outer plate, in batches", batch: 1 },
  {
    name: "three plates deep",
    model: deep,
    guide: guide(deep, function* () {
      const loc = yield* param("loc", 0.2)
      yield* plate("a", 2, function* () {
        yield* plate("b", 2, function* () {
          yield* plate("c", 3, function* () {
            yield* sample("z", normal(loc, 0.5))
          })
        })
      })
    }),
    terms: (d: Draw, t: Terms) =>
      d.grid("z", 6).forEach((zs, i) => {
        for (const z of zs) {
          t.prior(normalLog(z), i)
          t.data(normalLog(1, z), i)
          t.guide("z", normalLog(z, d.num("loc"), 0.5), i)
        }
      }),
  },
  {
    name: "two plates side by side under one latent, the guide's in the other order",
    model: siblings,
    guide: guide(siblings, function* () {
      const loc = yield* param("loc", 0.2)
      yield* plate("right", 3, function* () {
        yield* sample("v", normal(loc, 0.5))
      })
      yield* plate("left", 2, function* () {
        yield* sample("u", normal(loc, 0.6))
      })
      yield* sample("shared", normal(loc, 0.7))
    }),
    terms: (d, t) => {
      const [shared, loc] = [d.num("shared"), d.num("loc")]
      t.prior(normalLog(shared))
      t.guide("shared", normalLog(shared, loc, 0.7))
      d.row("u").forEach((u, i) => {
        t.prior(normalLog(u, shared))
        t.data(normalLog([0.5, 1][i]!, u))
        t.guide("u", normalLog(u, loc, 0.6))
      })
      d.row("v").forEach((v, i) => {
        t.prior(normalLog(v, shared))
        t.data(normalLog([0.1, 0.2, 0.3][i]!, v))
        t.guide("v", normalLog(v, loc, 0.5))
      })
    },
  },
  {
    name: "rows that are a record, a vector latent in each",
    model: vectors,
    guide: guide(vectors, function* (rows) {
      const slope = yield* param("slope", 0.3)
      yield* plate("rows", rows, function* ({ x }) {
        yield* sample("z", normal(tf.mul(x, slope), 0.6).toEvent(1))
      })
    }),
    args: () => [{ x: tf.tensor2d(vectorData.x), y: tf.tensor1d(vectorData.y) }],
    terms: (d, t) =>
      d.grid("z", 2).forEach((z, i) => {
        t.prior(sum(z.map((v) => normalLog(v))), i)
        t.data(sum(z.map((v, j) => normalLog(vectorData.x[i]![j]!, v, 0.7))), i)
        t.data(normalLog(vectorData.y[i]!, sum(z), 0.5), i)
        t.guide("z", sum(z.map((v, j) => normalLog(v, d.num("slope") * vectorData.x[i]![j]!, 0.6))), i)
      }),
  },
  {
    name: "a plate entered twice",
    model: again,
    guide: guide(again, function* () {
      const loc = yield* param("loc", 0.2)
      yield* plate("rows", 2, function* () {
        yield* sample("z", normal(loc, 0.5))
      })
    }),
    terms: (d, t) =>
      d.row("z").forEach((z, i) => {
        t.prior(normalLog(z), i)
        t.data(normalLog([0.5, 1][i]!, 0.5), i)
        t.guide("z", normalLog(z, d.num("loc"), 0.5), i)
      }),
  },
  {
    name: "a plate of one row",
    model: one,
    guide: guide(one, function* (x) {
      const loc = yield* param("loc", 0.2)
      yield* plate("rows", x, function* () {
        yield* sample("z", normal(loc, 0.5))
      })
    }),
    args: () => [tf.tensor1d([0.9])],
    terms: (d, t) => {
      t.prior(normalLog(d.num("z")), 0)
      t.data(normalLog(0.9, d.num("z")), 0)
      t.guide("z", normalLog(d.num("z"), d.num("loc"), 0.5), 0)
    },
  },
]
