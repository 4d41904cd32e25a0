/** Mistakes of plates, batches, masks and scales. Next: `guides.ts`. */
import { model, normal, observe, param, plate, sample, tf, trace } from "latently"
import { untypedGuide } from "../case.js"
import { fitted, type Mistake } from "../mistake.js"

const given = (rows: unknown, options: object = {}): unknown => {
  const program = model(function* () {
    yield* plate("rows", rows as tf.Tensor1D, function* () {}, options)
  })
  return trace(program, [])
}

const rows = model(function* (x: tf.Tensor1D) {
  const loc = yield* param("loc", 0)
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(loc, 1), row)
  })
})

const data = (): [tf.Tensor1D] => [tf.tensor1d([1, 2, 3])]

const z3 = (name: string, size: number) =>
  model(function* () {
    yield* plate(name, size, function* () {
      yield* sample("z", normal(0, 1))
    })
  })

export const plates: readonly Mistake[] = [
  {
    name: "a negative number of rows",
    code: "bad-plate",
    texts: ["plate 'rows'", "-1", "whole number above 0"],
    run: () => given(-1),
  },
  {
    name: "a number of rows as text",
    code: "bad-plate",
    texts: ["was given string as its rows"],
    run: () => given("3"),
  },
  {
    name: "an argument that was not passed",
    code: "bad-plate",
    texts: ["was given undefined", "is an argument missing?"],
    run: () => trace(rows, [] as never),
  },
  {
    name: "rows as an array",
    code: "bad-plate",
    texts: ["was given an array", "tf.tensor1d"],
    run: () => given([1, 2, 3]),
  },
  {
    name: "rows that are one number",
    code: "bad-plate",
    texts: ["rows []", "axis 0"],
    run: () => given(tf.scalar(1)),
  },
  {
    name: "a record of unequal rows",
    code: "bad-plate",
    texts: ["a [2], b [3]", "the same, non-zero size"],
    run: () => given({ a: tf.zeros([2]), b: tf.zeros([3]) }),
  },
  {
    name: "a record without tensors",
    code: "bad-plate",
    texts: ["was given object"],
    run: () => given({ a: 3 }),
  },
  { name: "an empty record", code: "bad-plate", texts: ["no well-defined size"], run: () => given({}) },
  {
    name: "an axis that the rows do not have",
    code: "bad-plate",
    texts: ["rows [3], axis 3"],
    run: () => given(tf.zeros([3]), { axis: 3 }),
  },
  {
    name: "a row's value used outside its plate",
    code: "plate-shape",
    texts: ["batch shape [3]", "plates' shape is []", ".toEvent(1)"],
    site: "x",
    run: () =>
      trace(
        model(function* () {
          const z = yield* plate("rows", 3, function* () {
            return yield* sample("z", normal(0, 1))
          })
          yield* observe("x", normal(z, 1), 1)
        }),
        [],
      ),
  },
  {
    name: "an outer row's value used in an inner plate as it is",
    code: "plate-shape",
    texts: ["batch shape [2]", "plates' shape is [2, 3]", "tf.expandDims"],
    site: "b",
    run: () =>
      trace(
        model(function* () {
          yield* plate("outer", 2, function* () {
            const a = yield* sample("a", normal(0, 1))
            yield* plate("inner", 3, function* () {
              yield* sample("b", normal(a, 1))
            })
          })
        }),
        [],
      ),
  },
  {
    name: "a network's column used as a row's number",
    code: "plate-shape",
    texts: ["batch shape [3, 1]", "plates' shape is [3]", ".toEvent(1)"],
    site: "x",
    run: () =>
      trace(
        model(function* () {
          yield* plate("rows", 3, function* () {
            yield* sample("x", normal(tf.zeros([3, 1]), 1))
          })
        }),
        [],
      ),
  },
  {
    name: "a plate of other size in the guide",
    code: "value-shape",
    texts: ["[4]", "[3]"],
    site: "z",
    run: () => fitted(z3("rows", 3), z3("rows", 4)),
  },
  {
    name: "a plate of other size in the guide, around what is not a latent",
    code: "plate-size",
    texts: ["plate 'rows' has 2 rows in the guide and 3 in the model"],
    site: "noise",
    run: () =>
      fitted(
        rows,
        untypedGuide(rows, function* () {
          yield* plate("rows", 2, function* () {
            yield* param("noise", [1, 2])
          })
        }),
        data(),
      ),
  },
  {
    name: "plates in another order in the guide",
    code: "guide-plates",
    texts: ["plates b[2], a[2] in the guide", "plates a[2], b[2] in the model"],
    site: "z",
    run: () => {
      const nest = (outer: string, within: string) =>
        model(function* () {
          yield* plate(outer, 2, function* () {
            yield* plate(within, 2, function* () {
              yield* sample("z", normal(0, 1))
            })
          })
        })
      return fitted(nest("a", "b"), nest("b", "a"))
    },
  },
  {
    name: "a latent outside its plate in the guide",
    code: "guide-plates",
    texts: ["no plate in the guide", "plate rows[3] in the model"],
    site: "z",
    run: () =>
      fitted(
        z3("rows", 3),
        untypedGuide(z3("rows", 3), function* () {
          yield* sample("z", normal(tf.zeros([3]), 1).toEvent(1))
        }),
      ),
  },
]
