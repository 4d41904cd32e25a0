/** What a person reads when a guide or an option does not fit. */
import {
  bernoulli,
  categorical,
  fit,
  guide,
  model,
  normal,
  observe,
  param,
  plate,
  ready,
  sample,
  tf,
} from "latently"
import { beforeAll, describe, expect, it } from "vitest"
import { caughtAsync, says } from "./caught.js"

beforeAll(async () => {
  await ready()
})

describe("guides whose names are only known at run time", () => {
  const name = (text: string): string => text
  const program = model(function* () {
    yield* sample(name("z"), normal(0, 1))
    yield* sample(name("w"), bernoulli({ probs: 0.5 }))
  })

  it("refuses one that misses a latent", async () => {
    const q = guide(program, function* () {
      yield* sample(name("z"), normal(0, 1))
    })
    says(await caughtAsync(fit(program, q, [])), "guide-misses-site", "site 'w'", 'marginalize(model, "w")')
  })

  it("refuses one with a site too many", async () => {
    const q = guide(program, function* () {
      yield* sample(name("z"), normal(0, 1))
      yield* sample(name("w"), bernoulli({ probs: 0.5 }))
      yield* sample(name("y"), normal(0, 1))
    })
    says(await caughtAsync(fit(program, q, [])), "guide-stray-site", "site 'y'", "'z', 'w'")
  })

  it("refuses one that can leave the support", async () => {
    const q = guide(program, function* () {
      yield* sample(name("z"), normal(0, 1))
      yield* sample(name("w"), categorical({ probs: [0.2, 0.3, 0.5] }))
    })
    says(await caughtAsync(fit(program, q, [])), "guide-support", "site 'w'", "{0, 1}")
  })

  it("refuses one with a latent in other plates", async () => {
    const plated = model(function* () {
      yield* plate("rows", 3, function* () {
        yield* sample(name("z"), normal(0, 1))
      })
    })
    const q = guide(plated, function* () {
      yield* plate("others", 3, function* () {
        yield* sample(name("z"), normal(0, 1))
      })
    })
    says(await caughtAsync(fit(plated, q, [])), "guide-plates", "plate others[3]", "plate rows[3]")
  })

  it("refuses a param of one name in both, unless it is shared", async () => {
    const both = model(function* () {
      const loc = yield* param("loc", 0)
      yield* observe("x", normal(loc, 1), 1)
    })
    const q = guide(both, function* () {
      yield* param("loc", 0)
    })
    says(await caughtAsync(fit(both, q, [])), "param-in-both", "site 'loc'", "shared")
  })
})

describe("options of a fit", () => {
  const program = model(function* (x: tf.Tensor1D) {
    const loc = yield* param("loc", 0)
    yield* plate("rows", x, function* (row) {
      yield* observe("x", normal(loc, 1), row)
    })
  })
  const none = guide(program, function* () {})
  const data = tf.keep(tf.tensor1d([1, 2, 3]))

  it.each([
    [{ batch: 4 }, "bad-batch", "plate 'rows', which has 3"],
    [{ batch: 0 }, "bad-batch", "0 rows"],
    [{ batch: { columns: 2 } }, "bad-batch", "no outermost plate 'columns'"],
    [{ particles: 0 }, "bad-option", "particles is 0"],
    [{ steps: 0 }, "bad-option", "steps is 0"],
    [{ steps: 1.5 }, "bad-option", "steps is 1.5"],
    [{ tolerance: -1 }, "bad-option", "tolerance is -1"],
  ] as const)("refuses %j", async (options, code, text) => {
    says(await caughtAsync(fit(program, none, [data], options)), code, text)
  })

  it("refuses a negative learning rate by name", async () => {
    await expect(fit(program, none, [data], { learningRate: -1 })).rejects.toThrow("learningRate is -1")
  })

  it("refuses arguments that are not an array", async () => {
    says(await caughtAsync(fit(program, none, data as never)), "arguments", "not an array", "[data]")
  })
})
