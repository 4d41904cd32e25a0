/** Mistakes of values: first values, data given by handlers, tensors that are gone. Next: `plates.ts`. */
import {
  deterministic,
  guide,
  mlp,
  model,
  normal,
  observe,
  type Program,
  param,
  plate,
  sample,
  tf,
  trace,
} from "latently"
import { fitted, type Mistake } from "../mistake.js"

const traced = (body: (...args: any[]) => Generator<any, unknown, any>, args: readonly any[] = []): unknown =>
  trace(model(body as never) as Program<any>, [...args])

const one = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 1), 1)
})

const started = (init: unknown): unknown =>
  traced(function* () {
    const a = yield* param("a", init as number)
    yield* observe("x", normal(a, 1), 1)
  })

const noGuide = (program: Program<any>): Program<any> => guide(program, function* () {})

const rows = model(function* (x: tf.Tensor1D) {
  const loc = yield* param("loc", 0)
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(loc, 1), row)
  })
})

export const values: readonly Mistake[] = [
  {
    name: "a param without a first value",
    code: "missing-init",
    texts: ['param("name", 0)'],
    site: "a",
    run: () => started(undefined),
  },
  {
    name: "a param that starts as text",
    code: "missing-init",
    texts: ["its first value is string"],
    site: "a",
    run: () => started("one"),
  },
  {
    name: "a param of unequal rows",
    code: "missing-init",
    texts: ["uneven array"],
    site: "a",
    run: () => started([[1], [1, 2]]),
  },
  {
    name: "a param whose function gives nothing",
    code: "missing-init",
    texts: ["has no first value"],
    site: "a",
    run: () => started(() => undefined),
  },
  {
    name: "a param that starts as NaN",
    code: "init-outside-support",
    texts: ["[NaN]", "(-∞, ∞)", "strictly inside"],
    site: "loc",
    run: () => {
      const program = model(function* () {
        const loc = yield* param("loc", Number.NaN)
        yield* observe("x", normal(loc, 1), 1)
      })
      return fitted(program, noGuide(program))
    },
  },
  {
    name: "a named value of nothing",
    code: "bad-value",
    texts: ['deterministic("d", …) was given undefined'],
    run: () =>
      traced(function* () {
        yield* deterministic("d", undefined as never)
      }),
  },
  {
    name: "arguments that are no array",
    code: "arguments",
    texts: ["not an array", "trace(program, [data])"],
    run: () => trace(one, 3 as never),
  },
  {
    name: "a seed that is no number",
    code: "bad-seed",
    texts: ["NaN"],
    run: () => trace(one, [], { seed: Number.NaN }),
  },
  {
    name: "data with NaN in a row no first batch sees",
    code: "nan-data",
    texts: ["[5]", "first in row 4", "mask(program, flags)"],
    run: () => fitted(rows, noGuide(rows), [tf.tensor1d([1, 2, 3, 4, Number.NaN])], { batch: 2 }),
  },
  {
    name: "data that were disposed",
    code: "disposed-tensor",
    texts: ["has been disposed", "tf.keep"],
    run: () => {
      const data = tf.tensor1d([1, 2])
      data.dispose()
      return trace(rows, [data])
    },
  },
  {
    name: "an operation that fails inside the program",
    code: "program-failed",
    texts: ["after site 'z'", "look at the shapes"],
    line: true,
    run: () =>
      traced(function* () {
        const z = yield* sample("z", normal(0, 1))
        yield* deterministic("d", tf.matMul(z, tf.zeros([2, 2])))
      }),
  },
  {
    name: "a network of one size",
    code: "network-shape",
    texts: ["mlp was given sizes [3]", "at least two"],
    run: () =>
      traced(function* () {
        yield* mlp([3])
      }),
  },
  {
    name: "an activation that does not exist",
    code: "bad-option",
    texts: ["activation: gelu", "relu, tanh"],
    run: () =>
      traced(function* () {
        yield* mlp([3, 2, 1], { activation: "gelu" as never })
      }),
  },
]
