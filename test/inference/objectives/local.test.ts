/** Local expectation gradients: unbiased whatever the group, the plates and the dependence; with all elements less varied than scores. */
import {
  annealed,
  bernoulli,
  categorical,
  checkGradient,
  elbo,
  explain,
  guide,
  marginalize,
  model,
  normal,
  observe,
  oneHotCategorical,
  param,
  plate,
  type SampleOptions,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../../backends.js"
import { coins, coinsExact, coinsGuide, first } from "./coins.js"
import { along, estimates, meanOf, zScore } from "./estimates.js"

type Options = SampleOptions<"boolean">
const rows = 150
const x = 0.8
const local = (group?: number): Options => ({ gradient: "local", ...(group === undefined ? {} : { group }) })

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    it.each([
      ["one of three elements", local(1), 1, false],
      ["two of three, 3 particles", local(2), 3, false],
      ["all", local(), 1, false],
      ["all, divergence by the draw", local(), 1, true],
    ] as const)("%s: unbiased, by enumeration", (_, options, particles, drawnKl) => {
      const { gradients } = estimates(coins, coinsGuide(options), [tf.fill([rows], x)], elbo({ particles }), {
        draws: 25,
        drawnKl,
      })
      coinsExact(x).forEach((expected, i) => {
        expect(Math.abs(zScore(along(gradients.logits!, i), rows * expected))).toBeLessThan(4.5)
      })
    })
  })

describe("unbiased by checkGradient, where", () => {
  useBackend("tensorflow")
  const data = tf.fill([60], 0.7) as tf.Tensor1D
  const holds = (check: ReturnType<typeof checkGradient>): void => {
    expect(String(check)).toContain(check.reference)
    expect(check.maxAbsZ).toBeLessThan(check.limit)
  }
  const quick = { draws: 25, varianceDraws: 0 }

  it("rows of a plate are seen together, so that they are its elements", () => {
    const program = model(function* (x: tf.Tensor1D) {
      const on = yield* plate("units", 3, function* () {
        return yield* sample("on", bernoulli({ probs: 0.4 }))
      })
      const sum = tf.sum(tf.mul(on, tf.tensor1d([1, -0.6, 0.5])))
      yield* plate("rows", x, function* (row) {
        yield* observe("x", normal(tf.tanh(sum), 3), row)
      })
    })
    const q = guide(program as any, function* () {
      const logits = yield* param("logits", [0.3, -0.2, 0.1])
      yield* plate("units", 3, function* () {
        yield* sample("on", bernoulli({ logits }), local(2))
      })
    })
    const { sites } = explain(program as any, q as any, [data] as any)
    expect(sites.on!.why).toBe(
      "asked for at the site; 2 of 3 elements of a row each step, each summed over its 2 values given the others " +
        "(2 more evaluations, each in a run of its own)",
    )
    holds(checkGradient(program as any, q as any, [data] as any, { ...quick, draws: 150 }))
  })

  it("a latent made given it is summed out of the model, and another exactly in the guide", () => {
    const whole = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const b = yield* sample("b", bernoulli({ logits: tf.tensor1d([0.3, -0.4]) }).toEvent(1))
        const c = yield* sample("c", bernoulli({ logits: tf.sum(b, -1) }))
        const d = yield* sample("d", bernoulli({ probs: 0.3 }))
        yield* observe(
          "x",
          normal(tf.add(tf.add(c, tf.mul(d, 0.7)), tf.sum(tf.mul(b, tf.tensor1d([0.5, -1])), -1)), 0.7),
          row,
        )
      })
    })
    const program = marginalize(whole, "c")
    const q = guide(program, function* (x) {
      const first = yield* param("first", [0.2, -0.1])
      const second = yield* param("second", 0.4)
      yield* plate("rows", x, function* () {
        yield* sample("b", bernoulli({ logits: first }).toEvent(1), local(1))
        yield* sample("d", bernoulli({ logits: second }))
      })
    })
    const { sites } = explain(program, q, [data])
    expect([sites.b!.estimator, sites.d!.estimator]).toEqual(["local", "exact"])
    holds(checkGradient(program, q, [data], quick))
  })

  it("an element is one of several classes, or a one-hot vector", () => {
    const program = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const k = yield* sample("k", categorical({ probs: [0.2, 0.3, 0.5] }))
        const h = yield* sample("h", oneHotCategorical({ logits: tf.zeros([2, 3]) }).toEvent(1))
        const loc = tf.sum(
          tf.mul(
            h,
            tf.tensor2d([
              [-1, 0.5, 2],
              [0.3, 0, -0.8],
            ]),
          ),
          [-2, -1],
        )
        yield* observe("x", normal(tf.add(loc, tf.mul(tf.cast(k, "float32"), 0.4)), 1), row)
      })
    })
    const q = guide(program, function* (x) {
      const logits = yield* param("logits", [0.1, 0.2, -0.3])
      const levels = yield* param("levels", [
        [0.2, 0, -0.1],
        [0.4, -0.5, 0],
      ])
      yield* plate("rows", x, function* () {
        yield* sample("k", categorical({ logits }), { gradient: "local" })
        yield* sample("h", oneHotCategorical({ logits: levels }).toEvent(1), { gradient: "local", group: 1 })
      })
    })
    expect(explain(program, q, [data]).sites.h!.why).toContain(
      "1 of 2 elements of a row each step, each summed over its 3",
    )
    holds(checkGradient(program, q, [data], quick))
  })
})

describe("a divergence with a weight", () => {
  useBackend("tensorflow")
  it.each([false, true])("counts so in the sum too (drawn: %s)", (drawnKl) => {
    const objective = annealed({ weight: 0.3 })
    const asked = { draws: 25, drawnKl }
    const { gradients } = estimates(coins, coinsGuide(local(2)), [tf.fill([rows], x)], objective, asked)
    coinsExact(x, 0.3).forEach((expected, i) => {
      expect(Math.abs(zScore(along(gradients.logits!, i), rows * expected))).toBeLessThan(4.5)
    })
  })
})

describe("variance", () => {
  useBackend("tensorflow")
  it("falls as the group grows, and with all elements lies below that of scores", () => {
    const spread = (options: Options): number => {
      const asked = { draws: 50, burn: options.gradient === "score" ? 20 : 0 }
      const { gradients } = estimates(coins, coinsGuide(options), [tf.fill([40], x)], elbo(), asked)
      return first.reduce((sum, _, i) => sum + meanOf(along(gradients.logits!, i)).variance, 0)
    }
    const [score, one, two, all] = [{ gradient: "score" } as const, local(1), local(2), local()].map(spread)
    // the ratio of two variances, each of 50 draws of 3 numbers, has a standard error of about 16 %
    expect(two).toBeLessThan(0.6 * one!)
    expect(all).toBeLessThan(0.6 * two!)
    expect(all).toBeLessThan(0.6 * score!)
  })
  it("is none at the exact posterior, where every value is worth the same", () => {
    const program = model(function* () {
      yield* plate("rows", 20, function* () {
        yield* sample("b", bernoulli({ logits: tf.tensor1d([0.4, -1]) }).toEvent(1))
      })
    })
    const q = guide(program as any, function* () {
      const logits = yield* param("logits", [0.4, -1])
      yield* plate("rows", 20, function* () {
        yield* sample("b", bernoulli({ logits }).toEvent(1), local(1))
      })
    })
    const asked = { draws: 3, drawnKl: true }
    const { gradients } = estimates(program as any, q as any, [], elbo(), asked)
    for (const row of gradients.logits!) for (const value of row) expect(Math.abs(value)).toBeLessThan(1e-4)
  })
})

describe("refusals", () => {
  useBackend("tensorflow")
  it.each([
    [
      "a family without a list of values",
      () => normal(0, 1) as any,
      {},
      /no finite list of values to sum over/,
    ],
    ["a group of none", () => bernoulli({ probs: 0.5 }), { group: 0 }, /its group is 0/],
    [
      "an option of another estimator",
      () => bernoulli({ probs: 0.5 }),
      { baseline: "running" },
      /"local", which has no baseline/,
    ],
  ] as const)("%s", (_, dist, options, text) => {
    const program = model(function* () {
      yield* sample("z", dist())
    })
    const q = guide(program as any, function* () {
      yield* sample("z", dist(), { gradient: "local", ...options } as any)
    })
    expect(() => explain(program as any, q as any, [] as any)).toThrow(text)
  })
})
