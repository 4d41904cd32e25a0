/** Discrete latents summed out of the model: mixtures, chains, trees, nested plates, and beside what the guide draws. Next: `handlers.ts`. */
import {
  bernoulli,
  categorical,
  model,
  normal,
  observe,
  type Program,
  param,
  plate,
  sample,
  type Tensor,
  tf,
} from "latently"
import { type Case, type Draw, summed, untypedGuide } from "../case.js"
import { mixtureLog, normalLog, sum } from "../density.js"

const data = [0.4, -1.1, 2.2, 0.3]
const rows = (): [tf.Tensor1D] => [tf.tensor1d(data)]
const weights = [0.2, 0.3, 0.5]
const start = [0.6, 0.4]
const move = [
  [0.7, 0.3],
  [0.2, 0.8],
]

const none = (program: Program<any>): Program<any> => untypedGuide(program, function* () {})

const alone = summed(
  model(function* () {
    const height = yield* param("height", 1.5)
    const k = yield* sample("k", categorical({ probs: weights }))
    yield* observe("x", normal(tf.mul(k, height), 1), 0.9)
  }),
  "k",
)

const mixture = summed(
  model(function* (x: tf.Tensor1D) {
    const height = yield* param("height", 1.5)
    yield* plate("rows", x, function* (row) {
      const k = yield* sample("k", categorical({ probs: weights }))
      yield* observe("x", normal(tf.mul(k, height), 1), row)
    })
  }),
  "k",
)

const mixtureTerms: Case["terms"] = (d, t) =>
  d.rows("rows").forEach((n, i) => {
    const logs = [0, 1, 2].map((k) => normalLog(data[n]!, k * d.num("height")))
    t.data(mixtureLog(weights, logs), i)
  })

const shared = summed(
  model(function* (x: tf.Tensor1D) {
    const height = yield* param("height", 1.5)
    const k = yield* sample("k", categorical({ probs: weights }))
    yield* plate("rows", x, function* (row) {
      yield* observe("x", normal(tf.mul(k, height), 1), row)
    })
  }),
  "k",
)

const chosen = (k: Tensor): Tensor => tf.gather(tf.tensor2d(move), tf.cast(k, "int32"))

const chain = summed(
  model(function* () {
    const height = yield* param("height", 1.5)
    let probs: Tensor = tf.tensor1d(start)
    for (const [i, x] of data.entries()) {
      const k: Tensor = yield* sample(`k${i}`, categorical({ probs }))
      yield* observe(`x${i}`, normal(tf.mul(k, height), 1), x)
      probs = chosen(k)
    }
  }),
  ...["k0", "k1", "k2", "k3"],
)

const paths = (length: number): number[][] =>
  length === 0 ? [[]] : paths(length - 1).flatMap((path) => [0, 1].map((k) => [...path, k]))

const chainLog = (height: number): number =>
  mixtureLog(
    paths(data.length).map((path) =>
      path.reduce((p, k, i) => p * (i === 0 ? start[k]! : move[path[i - 1]!]![k]!), 1),
    ),
    paths(data.length).map((path) => sum(path.map((k, i) => normalLog(data[i]!, k * height)))),
  )

const tree = summed(
  model(function* () {
    const height = yield* param("height", 1.5)
    const root = yield* sample("root", categorical({ probs: start }))
    for (const leaf of ["left", "right"]) {
      const k: Tensor = yield* sample(leaf, categorical({ probs: chosen(root) }))
      yield* observe(`x-${leaf}`, normal(tf.mul(k, height), 1), leaf === "left" ? 0.4 : 1.8)
    }
  }),
  ...["root", "left", "right"],
)

const collider = summed(
  model(function* () {
    const height = yield* param("height", 1.5)
    const a = yield* sample("a", bernoulli({ probs: 0.3 }))
    const b = yield* sample("b", bernoulli({ probs: 0.6 }))
    yield* observe("x", normal(tf.mul(tf.add(a, b), height), 1), 0.9)
  }),
  "a",
  "b",
)

const groups = [
  [0.4, -1.1, 2.2],
  [0.3, 1.7, -0.6],
]

const nestedKinds = (inner: boolean) =>
  summed(
    model(function* (x: tf.Tensor2D) {
      const height = yield* param("height", 1.5)
      yield* plate("groups", x, function* (group) {
        const k: Tensor = yield* sample("k", bernoulli({ probs: 0.3 }))
        const above = tf.expandDims(tf.mul(k, height), -1)
        yield* plate(
          "members",
          group,
          function* (member) {
            const j: Tensor = inner ? yield* sample("j", bernoulli({ probs: 0.6 })) : tf.scalar(0)
            yield* observe("x", normal(tf.add(above, j), 1), member)
          },
          { axis: 1 },
        )
      })
    }),
    ...(inner ? ["k", "j"] : ["k"]),
  )

const nestedTerms =
  (inner: boolean): Case["terms"] =>
  (d, t) =>
    d.rows("groups").forEach((n, i) => {
      const given = (k: number): number =>
        sum(
          groups[n]!.map((x) =>
            mixtureLog(
              inner ? [0.4, 0.6] : [1],
              (inner ? [0, 1] : [0]).map((j) => normalLog(x, k * d.num("height") + j)),
            ),
          ),
        )
      t.data(mixtureLog([0.7, 0.3], [given(0), given(1)]), i)
    })

const alike = (name: string, program: Program<any>, log: (height: number) => number): Case => ({
  name,
  model: program,
  guide: none(program),
  terms: (d: Draw, t) => t.data(log(d.num("height"))),
})

const leafLog = (root: number, x: number, height: number): number =>
  mixtureLog(move[root]!, [normalLog(x), normalLog(x, height)])

export const enumerated: readonly Case[] = [
  alike("one category", alone, (height) =>
    mixtureLog(
      weights,
      [0, 1, 2].map((k) => normalLog(0.9, k * height)),
    ),
  ),
  { name: "a category in each row", model: mixture, guide: none(mixture), args: rows, terms: mixtureTerms },
  {
    name: "a category in each row, in batches",
    model: mixture,
    guide: none(mixture),
    args: rows,
    batch: 3,
    terms: mixtureTerms,
    refused: {
      iwae: "objective-batch",
      renyi: "objective-batch",
      doublyReparameterized: "objective-batch",
      reweightedWakeSleep: "objective-batch",
      vimco: "objective-batch",
    },
  },
  {
    name: "one category of all rows",
    model: shared,
    guide: none(shared),
    args: rows,
    terms: (d, t) =>
      t.data(
        mixtureLog(
          weights,
          [0, 1, 2].map((k) => sum(data.map((x) => normalLog(x, k * d.num("height"))))),
        ),
      ),
  },
  alike("a chain of four", chain, chainLog),
  alike("a tree of three", tree, (height) =>
    mixtureLog(
      start,
      [0, 1].map((root) => leafLog(root, 0.4, height) + leafLog(root, 1.8, height)),
    ),
  ),
  alike("two causes of one effect", collider, (height) =>
    mixtureLog(
      [0.28, 0.12, 0.42, 0.18],
      [0, 1, 1, 2].map((both) => normalLog(0.9, both * height)),
    ),
  ),
  {
    name: "a coin in the outer plate over the inner plate's data",
    model: nestedKinds(false),
    guide: none(nestedKinds(false)),
    args: () => [tf.tensor2d(groups)],
    terms: nestedTerms(false),
  },
  {
    name: "a coin in each of two nested plates",
    model: nestedKinds(true),
    guide: none(nestedKinds(true)),
    args: () => [tf.tensor2d(groups)],
    terms: nestedTerms(true),
  },
]
