/** What a person reads when a program is not a program. */
import { marginalize, mlp, model, normal, observe, ready, sample, tf, trace } from "latently"
import { beforeAll, describe, it } from "vitest"
import { caught, says } from "./caught.js"

beforeAll(async () => {
  await ready()
})

const here = "test/dsl/errors-language.test.ts:"

describe("mistakes of the language", () => {
  it("names a site that was never yielded", () => {
    const program = model(function* () {
      yield* sample("a", normal(0, 1))
      observe("x", normal(0, 1), 1)
    })
    says(
      caught(() => trace(program, [])),
      "forgotten-yield",
      "site 'x'",
      'yield* observe("x", …)',
      here,
    )
  })

  it("explains a site used as a tensor", () => {
    const program = model(function* () {
      const z = sample("z", normal(0, 1))
      yield* observe("x", normal(tf.add(z as never, 1), 1), 1)
    })
    says(
      caught(() => trace(program, [])),
      "program-failed",
      "was it yielded?",
    )
  })

  it("refuses async programs", () => {
    says(
      caught(() => model(async function* () {} as never)),
      "async-program",
      "cannot wait",
      here,
    )
  })

  it("refuses functions without the star", () => {
    const program = model((() => 3) as never)
    says(
      caught(() => trace(program, [] as never)),
      "not-a-generator",
      "3",
      "function*",
    )
  })

  it("refuses a distribution yielded without a name", () => {
    const program = model(function* () {
      yield normal(0, 1) as never
    })
    says(
      caught(() => trace(program, [])),
      "not-a-site",
      "a distribution",
      "yield* sample(name, distribution)",
    )
  })

  it("refuses a program yielded without the star", () => {
    const program = model(function* () {
      yield mlp([1, 2]) as never
    })
    says(
      caught(() => trace(program, [])),
      "not-a-site",
      "a running program",
      "yield*",
    )
  })

  it("refuses to sum out what has no finite values", () => {
    const program = model(function* () {
      yield* sample("z", normal(0, 1))
    })
    says(
      caught(() => trace(marginalize(program, "z" as never), [] as never)),
      "not-enumerable",
      "site 'z'",
      "normal",
    )
  })
})
