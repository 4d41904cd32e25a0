/** Names that are none and values of the wrong kind. Next: `values.ts`. */
import { factor, model, normal, observe, type Program, plate, sample, scope, trace } from "latently"
import type { Mistake } from "../mistake.js"

/** Traces a program whose types would not pass. */
const traced = (body: (...args: any[]) => Generator<any, unknown, any>, args: readonly any[] = []): unknown =>
  trace(model(body as never) as Program<any>, [...args])

export const kinds: readonly Mistake[] = [
  {
    name: "an empty name",
    code: "bad-name",
    texts: ["its name is empty", "without a name is numbered"],
    line: true,
    run: () =>
      traced(function* () {
        yield* sample("", normal(0, 1))
      }),
  },
  {
    name: "an empty name of a scope",
    code: "bad-name",
    texts: ['scope was named ""'],
    run: () =>
      traced(function* () {
        yield* scope("", function* () {
          yield* sample("z", normal(0, 1))
        })
      }),
  },
  {
    name: "a plate without a name",
    code: "bad-name",
    texts: ["a plate was named 3", 'plate("rows"'],
    run: () =>
      traced(function* () {
        yield* (plate as (...given: unknown[]) => Generator)(3, function* () {})
      }),
  },
  {
    name: "a latent without a distribution",
    code: "not-a-distribution",
    texts: ["second argument is not a distribution", 'sample("name", normal(0, 1))'],
    site: "z",
    run: () =>
      traced(function* () {
        yield* sample("z", 3 as never)
      }),
  },
  {
    name: "data and distribution in the wrong order",
    code: "bad-value",
    texts: ['observe("x", …) was given a distribution as its value', 'observe("x", distribution, value)'],
    line: true,
    run: () =>
      traced(function* () {
        yield* observe("x", 1 as never, normal(0, 1) as never)
      }),
  },
  {
    name: "null as data",
    code: "bad-value",
    texts: ["was given null"],
    line: true,
    run: () =>
      traced(function* () {
        yield* observe("x", normal(0, 1), null as never)
      }),
  },
  {
    name: "no data",
    code: "missing-value",
    texts: ["was given no value", 'observe("x", dist, value)'],
    site: "x",
    run: () =>
      traced(function* () {
        yield* observe("x", normal(0, 1), undefined as never)
      }),
  },
  {
    name: "text as data",
    code: "bad-value",
    texts: ["was given string"],
    run: () =>
      traced(function* () {
        yield* observe("x", normal(0, 1), "1.5" as never)
      }),
  },
  {
    name: "rows of unequal length as data",
    code: "bad-value",
    texts: ["an uneven array"],
    run: () =>
      traced(function* () {
        yield* observe("x", normal(0, 1), [[1], [1, 2]])
      }),
  },
  {
    name: "a factor of nothing",
    code: "bad-value",
    texts: ['factor("f", …) was given undefined'],
    run: () =>
      traced(function* () {
        yield* factor("f", undefined as never)
      }),
  },
  {
    name: "a factor that is NaN",
    code: "bad-factor",
    texts: ["its log-weight is NaN", "-Infinity"],
    site: "f",
    run: () =>
      traced(function* () {
        yield* factor("f", Number.NaN)
      }),
  },
  {
    name: "a factor of +∞",
    code: "bad-factor",
    texts: ["its log-weight is Infinity"],
    site: "f",
    run: () =>
      traced(function* () {
        yield* factor("f", Number.POSITIVE_INFINITY)
      }),
  },
]
