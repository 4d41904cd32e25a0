/** What a person reads when a program is wrong: each mistake of the list in issue order, its code and its text. */
import {
  bernoulli,
  categorical,
  condition,
  deterministic,
  factor,
  fit,
  guide,
  logJoint,
  ModelError,
  marginalize,
  mlp,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  ready,
  sample,
  scope,
  substitute,
  tf,
  trace,
} from "latently"
import { beforeAll, describe, expect, it } from "vitest"

beforeAll(async () => {
  await ready()
})

const caught = (body: () => unknown): ModelError => {
  try {
    body()
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    return error as ModelError
  }
  throw new Error("nothing was thrown")
}

const caughtAsync = async (promise: Promise<unknown>): Promise<ModelError> => {
  const error = await promise.then(
    () => new Error("nothing was thrown"),
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(ModelError)
  return error as ModelError
}

const says = (error: ModelError, code: string, ...texts: readonly string[]): void => {
  expect(error.code).toBe(code)
  for (const text of texts) expect(error.message).toContain(text)
  expect(error.message).toContain("\n  fix: ")
}

const here = "test/dsl/errors.test.ts:"

describe("shapes at a site", () => {
  it("refuses data of shape [n, 1] against n rows, and says to squeeze", () => {
    const program = model(function* (x: tf.Tensor2D) {
      yield* plate("rows", x, function* (row) {
        yield* observe("x", normal(0, 1), row)
      })
    })
    const error = caught(() => trace(program, [tf.zeros<tf.Rank.R2>([5, 1])]))
    says(error, "value-shape", "site 'x' (plate rows[5])", "[5, 1]", "[5]", "tf.squeeze", here)
  })

  it("refuses parameters that would stretch a plate of n rows to n by n", () => {
    const program = model(function* (loc: tf.Tensor2D) {
      yield* plate("rows", 5, function* () {
        yield* sample("z", normal(loc, tf.ones([5])))
      })
    })
    says(
      caught(() => trace(program, [tf.zeros<tf.Rank.R2>([5, 1])])),
      "plate-shape",
      "site 'z'",
      "batch shape [5, 5]",
      "plates' shape is [5]",
    )
  })

  it("refuses a batch outside all plates, and says toEvent", () => {
    const program = model(function* () {
      yield* sample("w", normal(tf.zeros([3]), 1))
    })
    says(
      caught(() => trace(program, [])),
      "plate-shape",
      "batch shape [3]",
      "plates' shape is []",
      ".toEvent(1)",
    )
  })

  it("refuses a guide's draw of another shape", async () => {
    const program = model(function* () {
      yield* sample("w", normal(tf.zeros([3]), 1).toEvent(1))
    })
    const wrong = guide(program, function* () {
      yield* sample("w", normal(tf.zeros([4]), 1).toEvent(1))
    })
    says(await caughtAsync(fit(program, wrong, [])), "value-shape", "site 'w'", "[4]", "[3]")
  })

  it("refuses a factor that is not one number per row", () => {
    const program = model(function* () {
      yield* factor("penalty", [1, 2])
    })
    says(
      caught(() => trace(program, [])),
      "factor-shape",
      "site 'penalty'",
      "[2]",
      "sum it to a scalar",
    )
  })

  it("refuses a network's input of another width", () => {
    const program = model(function* (x: tf.Tensor2D) {
      const net = yield* scope("net", mlp([3, 2]))
      yield* deterministic("y", net(x))
    })
    says(
      caught(() => trace(program, [tf.zeros<tf.Rank.R2>([2, 4])])),
      "network-shape",
      "rows of 3 numbers",
      "[2, 4]",
    )
  })
})

describe("values and parameters", () => {
  const observing = (value: tf.Tensor) =>
    model(function* () {
      yield* plate("rows", 2, function* () {
        yield* observe("x", bernoulli({ probs: 0.5 }), value)
      })
    })

  it("refuses NaN data", () => {
    says(
      caught(() => trace(observing(tf.tensor1d([0, Number.NaN])), [])),
      "nan-data",
      "site 'x'",
      "NaN",
      here,
    )
  })

  it("refuses a value outside its support, naming the row", () => {
    says(
      caught(() => trace(observing(tf.tensor1d([0, 2])), [])),
      "outside-support",
      "2 (row 1)",
      "{0, 1}",
    )
  })

  it("names the site of a negative scale", () => {
    const program = model(function* () {
      yield* sample("a", normal(0, 1))
      yield* sample("b", normal(0, tf.scalar(-1)))
    })
    const error = caught(() => trace(program, []))
    says(error, "invalid-parameter", "site 'b'", "'scale'", "(0, ∞)", "-1", here)
    expect(error.site).toBe("b")
  })

  it("refuses a param that starts outside its support", async () => {
    const program = model(function* () {
      const scale = yield* param("scale", -1, positive)
      yield* observe("x", normal(0, scale), 0)
    })
    const none = guide(program, function* () {})
    says(await caughtAsync(fit(program, none, [])), "init-outside-support", "site 'scale'", "(0, ∞)")
  })

  it("refuses empty data and a plate without a size", () => {
    const program = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        yield* observe("x", normal(0, 1), row)
      })
    })
    says(
      caught(() => trace(program, [tf.zeros<tf.Rank.R1>([0])])),
      "empty-data",
      "plate 'rows'",
      "no rows",
    )
    const halves = model(function* () {
      yield* plate("rows", 2.5, function* () {})
    })
    says(
      caught(() => trace(halves, [])),
      "bad-plate",
      "2.5",
    )
  })
})

describe("plates", () => {
  it("refuses one inside itself, and one of two sizes", () => {
    const inside = model(function* () {
      yield* plate("rows", 2, function* () {
        yield* plate("rows", 2, function* () {})
      })
    })
    says(
      caught(() => trace(inside, [])),
      "plate-in-itself",
      "site 'rows'",
      "inside another of the same name",
    )
    const sizes = model(function* () {
      yield* plate("rows", 2, function* () {})
      yield* plate("rows", 3, function* () {})
    })
    says(
      caught(() => trace(sizes, [])),
      "plate-size",
      "3 rows here and had 2 before",
    )
  })
})

describe("names", () => {
  it("refuses a duplicate", () => {
    const program = model(function* () {
      yield* sample("z", normal(0, 1))
      yield* sample("z", normal(0, 1))
    })
    says(
      caught(() => trace(program, [])),
      "duplicate-site",
      "site 'z'",
      here,
    )
  })

  it("refuses handlers that name what is not there", () => {
    const program = model(function* () {
      yield* sample("z", normal(0, 1))
    })
    says(
      caught(() => trace(condition(program, { y: 1 } as never), [])),
      "unknown-site",
      "condition names 'y'",
    )
    says(
      caught(() => trace(substitute(program, { y: 1 }), [])),
      "unknown-site",
      "substitute names 'y'",
    )
  })

  it("refuses a log-joint without a value for a latent", () => {
    const program = model(function* () {
      yield* sample("z", normal(0, 1))
    })
    says(
      caught(() => logJoint(program, [], {})),
      "missing-value",
      "latent 'z'",
    )
  })
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
