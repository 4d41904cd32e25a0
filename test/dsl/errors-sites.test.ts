/** What a person reads when a site is wrong: shapes, values, plates, names. */
import {
  bernoulli,
  condition,
  deterministic,
  factor,
  fit,
  guide,
  logJoint,
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
import { caught, caughtAsync, says } from "./caught.js"

beforeAll(async () => {
  await ready()
})

const here = "test/dsl/errors-sites.test.ts:"

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
