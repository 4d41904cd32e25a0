/** Sums that would not be the marginal. Next: `options.ts`. */
import {
  bernoulli,
  categorical,
  model,
  normal,
  observe,
  type Program,
  plate,
  poisson,
  sample,
  scale,
  type Tensor,
  tf,
  trace,
} from "latently"
import { summed, untypedGuide } from "../case.js"
import { fitted, type Mistake } from "../mistake.js"
import { coin, countWith, number, numberWith } from "./small-programs.js"

const rowsOf = (use: (k: Tensor) => Generator<any, unknown, any>) =>
  model(function* () {
    const k: Tensor = yield* plate("rows", 2, function* () {
      return yield* sample("k", bernoulli({ probs: 0.3 }))
    })
    yield* use(k)
  } as never) as Program<any>

const together = rowsOf(function* (k) {
  yield* observe("x", normal(tf.sum(k), 1), 1)
})

const elsewhere = rowsOf(function* (k) {
  yield* plate("others", 2, function* () {
    yield* observe("x", normal(tf.gather(k, tf.tensor1d([1, 1], "int32")), 1), [1, 1])
  })
})

const ofRows = (program: Program<any>): Program<any> =>
  untypedGuide(program, function* () {
    yield* plate("rows", 2, function* () {
      yield* sample("k", bernoulli({ probs: 0.4 }))
    })
  })

const read = model(function* () {
  const k = yield* sample("k", bernoulli({ probs: 0.3 }))
  const far = (k as Tensor).dataSync()[0]! > 0
  yield* observe("x", normal(far ? 5 : 0, 1), 1)
})

const below = model(function* (x: tf.Tensor1D) {
  const k = yield* sample("k", bernoulli({ probs: 0.3 }))
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(k, 1), row)
  })
})

const four = model(function* () {
  const all = []
  for (let i = 0; i < 8; i++) all.push(yield* sample(`k${i}`, bernoulli({ probs: 0.3 })))
  yield* observe(
    "x",
    normal(tf.addN(all.map((k) => tf.add(k, tf.zeros([2, 2, 2, 2, 2, 2])))), 1).toEvent(6),
    tf.zeros([2, 2, 2, 2, 2, 2]),
  )
})

export const sums: readonly Mistake[] = [
  {
    name: "a sum over all numbers",
    code: "not-enumerable",
    texts: ["normal has no finite list"],
    site: "z",
    run: () => numberWith({ gradient: "exact" }),
  },
  {
    name: "a sum over all counts",
    code: "not-enumerable",
    texts: ["poisson has no finite list"],
    site: "n",
    run: () => countWith({ gradient: "exact" }),
  },
  {
    name: "a sum over a guide's rows that meet outside",
    code: "cannot-enumerate",
    texts: ["'x' (no plate) depends on all its rows together", '"score"'],
    site: "k",
    run: () => fitted(together, ofRows(together)),
  },
  {
    name: "a sum over a guide's rows taken to another plate",
    code: "cannot-enumerate",
    texts: ["'x' (plate others[2])"],
    site: "k",
    run: () => fitted(elsewhere, ofRows(elsewhere)),
  },
  {
    name: "a sum over a model's rows that meet outside",
    code: "cannot-marginalize",
    texts: ["'x' (no plate) depends on all its rows together"],
    site: "k",
    run: () => trace(summed(together, "k"), []),
  },
  {
    name: "a sum over a model's rows taken to another plate",
    code: "cannot-marginalize",
    texts: ["'x' (plate others[2])"],
    site: "k",
    run: () => trace(summed(elsewhere, "k"), []),
  },
  {
    name: "a value read that the model sums over",
    code: "enumerated-read",
    texts: ["holds all its values at once", "tf.where"],
    site: "k",
    run: () => trace(summed(read, "k"), []),
  },
  {
    name: "a value read that the guide sums over",
    code: "enumerated-read",
    texts: ['{ gradient: "score" }'],
    site: "k",
    run: () =>
      fitted(
        read,
        untypedGuide(read, function* () {
          yield* sample("k", bernoulli({ probs: 0.4 }))
        }),
      ),
  },
  {
    name: "a sum over counts without end",
    code: "not-enumerable",
    texts: ["poisson"],
    site: "n",
    run: () =>
      trace(
        summed(
          model(function* () {
            yield* sample("n", poisson(2))
          }),
          "n",
        ),
        [],
      ),
  },
  {
    name: "a sum over numbers",
    code: "not-enumerable",
    texts: ["normal"],
    site: "z",
    run: () => trace(summed(number, "z"), []),
  },
  {
    name: "a sum with a batch below it",
    code: "cannot-marginalize",
    texts: ["site 'k'", "only a batch is seen", "batch"],
    run: () =>
      fitted(
        summed(below, "k"),
        untypedGuide(below, function* () {}),
        [tf.tensor1d([1, 2, 3])],
        { batch: 2 },
      ),
  },
  {
    name: "a sum with a scaled term in it",
    code: "cannot-marginalize",
    texts: ["site 'k'", "a sum of powers is not a power of the sum", "outside marginalize"],
    run: () => trace(summed(scale(coin, 0.5), "k"), []),
  },
  {
    name: "sums that meet in more axes than there are",
    code: "too-many-axes",
    texts: ["'k0', 'k1'", "write several as one categorical"],
    run: () => trace(summed(four, ...Array.from({ length: 8 }, (_, i) => `k${i}`)), []),
  },
  {
    name: "categories that add to nothing",
    code: "invalid-parameter",
    texts: ["categorical", "'probs'"],
    site: "k",
    run: () =>
      trace(
        model(function* () {
          yield* sample("k", categorical({ probs: [0.5, -0.5, 1] }))
        }),
        [],
      ),
  },
]
