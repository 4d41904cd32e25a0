/** Mistakes of batches, masks and scales. Next: `guides.ts`. */
import {
  guide,
  mask,
  model,
  normal,
  observe,
  type Program,
  param,
  plate,
  sample,
  scale,
  tf,
  trace,
} from "latently"
import { fitted, type Mistake } from "../mistake.js"

const rows = model(function* (x: tf.Tensor1D) {
  const loc = yield* param("loc", 0)
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(loc, 1), row)
  })
})

const none = (program: Program<any>): Program<any> => guide(program, function* () {})
const data = (): [tf.Tensor1D] => [tf.tensor1d([1, 2, 3])]

const two = model(function* () {
  yield* plate("a", 2, function* () {
    yield* sample("u", normal(0, 1))
  })
  yield* plate("b", 3, function* () {
    yield* sample("v", normal(0, 1))
  })
})

const inner = model(function* () {
  yield* plate("a", 2, function* () {
    yield* plate("b", 3, function* () {
      yield* sample("z", normal(0, 1))
    })
  })
})

const flags = (keep: unknown): unknown => trace(mask(rows, keep as number), data())
const times = (by: unknown): unknown => trace(scale(rows, by as number), data())

const partly = model(function* (x: tf.Tensor1D) {
  const loc = yield* param("loc", 0)
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(loc, 1).mask([1, 0, 1]), row)
  })
})

const batched =
  (program: Program<any>, batch: unknown, args: readonly any[] = []) =>
  (): unknown =>
    fitted(program, program === rows || program === partly ? none(program) : program, args, { batch })

export const batches: readonly Mistake[] = [
  {
    name: "all the data in a batch",
    code: "value-shape",
    texts: ["plate rows[2 of 3]", "[3]", "[2]"],
    site: "x",
    run: batched(
      model(function* (x: tf.Tensor1D) {
        yield* plate("rows", x, function* () {
          yield* observe("x", normal(0, 1), x)
        })
      }),
      2,
      data(),
    ),
  },
  {
    name: "a param for each row, in a batch",
    code: "plate-shape",
    texts: ["batch shape [3]", "plates' shape is [2]"],
    site: "x",
    run: batched(
      model(function* (x: tf.Tensor1D) {
        const loc = yield* param("loc", [0, 0, 0])
        yield* plate("rows", x, function* (row) {
          yield* observe("x", normal(loc, 1), row)
        })
      }),
      2,
      data(),
    ),
  },
  {
    name: "flags of another length",
    code: "mask-shape",
    texts: ["mask has shape [2]", "plates' shape is [3]"],
    site: "x",
    run: () => flags([1, 0]),
  },
  {
    name: "flags of too many axes",
    code: "mask-shape",
    texts: ["mask has shape [3, 1]"],
    site: "x",
    run: () => flags([[1], [0], [1]]),
  },
  {
    name: "flags of all rows, in a batch",
    code: "mask-shape",
    texts: ["[3]", "[2]", "hand the flags to the plate"],
    site: "x",
    run: () => fitted(mask(rows, [1, 0, 1]), none(rows), data(), { batch: 2 }),
  },
  {
    name: "a distribution's flags of all rows, in a batch",
    code: "mask-shape",
    texts: ["flags of shape [3]", "batch shape [2]"],
    site: "x",
    run: batched(partly, 2, data()),
  },
  {
    name: "weights as flags",
    code: "bad-mask",
    texts: ["0.5 among its flags", "scale(program, by)"],
    line: true,
    run: () => flags([1, 0.5, 1]),
  },
  { name: "NaN as a flag", code: "bad-mask", texts: ["NaN"], run: () => flags([1, Number.NaN, 1]) },
  {
    name: "a negative scale",
    code: "bad-scale",
    texts: ["by: -1", "from 0 up"],
    line: true,
    run: () => times(-1),
  },
  { name: "a scale that is NaN", code: "bad-scale", texts: ["by: NaN"], run: () => times(Number.NaN) },
  { name: "a scale as text", code: "bad-scale", texts: ["by: 2"], run: () => times("2") },
  {
    name: "a scale that is a tensor",
    code: "bad-scale",
    texts: ["factor(name, logWeight)"],
    run: () => times(tf.scalar(2)),
  },
  {
    name: "a batch without a plate",
    code: "bad-batch",
    texts: ["the program has no plate", 'plate("rows", data'],
    run: batched(
      model(function* () {
        yield* sample("z", normal(0, 1))
      }),
      2,
    ),
  },
  {
    name: "a batch of two plates, not said which",
    code: "bad-batch",
    texts: ["2 outermost plates: a, b", "batch: { a: 2 }"],
    run: batched(two, 2),
  },
  {
    name: "batches of two plates",
    code: "bad-batch",
    texts: ["must name one plate"],
    run: batched(two, { a: 1, b: 2 }),
  },
  {
    name: "a batch of an inner plate",
    code: "bad-batch",
    texts: ["no outermost plate 'b'", "the outermost plates are a"],
    run: batched(inner, { b: 2 }),
  },
  {
    name: "half a row in a batch",
    code: "bad-batch",
    texts: ["1.5 rows", "whole number"],
    run: batched(rows, 1.5, data()),
  },
]
