/** Estimators of discrete sites: RELAX's toy, E[(b - t)²], and a row of coins in a plate; all unbiased, in order of variance. */
import {
  bernoulli,
  elbo,
  explain,
  factor,
  guide,
  mlp,
  model,
  normal,
  observe,
  oneHotCategorical,
  type Program,
  param,
  plate,
  type SampleOptions,
  sample,
  scope,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../../backends.js"
import { type Asked, along, estimates, meanOf, zScore } from "./estimates.js"

const target = 0.499

/** Rows that are all alike make one gradient the mean of that many independent ones. */
const alike = 400

/** The same logit in model and guide: the divergence is 0 whatever it is, and the bound is -E[(b - t)²] a row. */
const toy = model(function* () {
  const logit = yield* param("logit", 0.4, undefined, { shared: true })
  yield* plate("rows", alike, function* () {
    const b = yield* sample("b", bernoulli({ logits: logit }))
    yield* factor("loss", tf.neg(tf.square(tf.sub(b, target))))
  })
})

type Options = SampleOptions<"boolean">

const toyGuide = (options: Options, network = false): Program<any> =>
  guide(toy, function* () {
    const logit = yield* param("logit", 0.4, undefined, { shared: true })
    const net = network ? yield* scope("surrogate", mlp([1, 8, 1], { activation: "tanh" })) : undefined
    const surrogate = net && ((noisy: tf.Tensor) => tf.squeeze(net(tf.expandDims(noisy, 1)), [1]))
    yield* plate("rows", alike, function* () {
      yield* sample("b", bernoulli({ logits: logit }), { ...options, ...(surrogate ? { surrogate } : {}) })
    })
  }) as unknown as Program<any>

const p = 1 / (1 + Math.exp(-0.4))

/** d/dlogit of -E[(b - t)²]. */
const exact = -alike * (1 - 2 * target) * p * (1 - p)

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    it.each([
      ["exact", { gradient: "exact" }, 1],
      ["score, running average", { gradient: "score" }, 1],
      ["score, no baseline", { gradient: "score", baseline: "none" }, 1],
      ["score, leave-one-out", { gradient: "score" }, 4],
      ["rebar", { gradient: "rebar" }, 1],
      ["rebar, hard", { gradient: "rebar", temperature: 0.1, baseline: "none" }, 1],
      ["rebar, 3 particles", { gradient: "rebar" }, 3],
      ["relax", { gradient: "relax" }, 1],
    ] as const)("%s: the toy's gradient is (2t - 1) dp", (_, options, particles) => {
      const draws = options.gradient === "exact" ? 2 : 25
      const { gradients } = estimates(
        toy,
        toyGuide(options, options.gradient === "relax"),
        [],
        elbo({ particles }),
        {
          draws,
          burn: 5,
        },
      )
      if (options.gradient === "exact") expect(gradients.logit![0]![0]).toBeCloseTo(exact, 3)
      else expect(Math.abs(zScore(along(gradients.logit!), exact))).toBeLessThan(4.5)
    })
  })

const heights = [1.5, -2, 0.7]

/** Three coins a row, their sum seen through a curved link. */
const coins = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const b = yield* sample("b", bernoulli({ logits: tf.tensor1d([0.3, -0.2, 0]) }).toEvent(1))
    yield* observe("x", normal(tf.tanh(tf.sum(tf.mul(b, tf.tensor1d(heights)), -1)), 0.6), row)
  })
})

const first = [0.5, -0.4, 0.2]

const coinsGuide = (options: Options, learned: boolean): Program<any> =>
  guide(coins, function* (x) {
    const logits = yield* param("logits", first)
    const value = learned ? yield* scope("value", mlp([1, 8, 1], { activation: "tanh" })) : undefined
    const net =
      options.gradient === "relax"
        ? yield* scope("surrogate", mlp([3, 8, 1], { activation: "tanh" }))
        : undefined
    yield* plate("rows", x, function* (row) {
      yield* sample("b", bernoulli({ logits }).toEvent(1), {
        ...options,
        ...(value ? { baseline: tf.squeeze(value(tf.expandDims(row, 1)), [-1]) } : {}),
        ...(net ? { surrogate: (noisy: tf.Tensor) => tf.squeeze(net(noisy), [-1]) } : {}),
      })
    })
  }) as unknown as Program<any>

/** The exact gradient by enumeration of the eight values, a row. */
const coinsExact = (x: number): number[] => {
  const bound = (logits: readonly number[]): number => {
    let total = 0
    for (let code = 0; code < 8; code++) {
      const b = [0, 1, 2].map((i) => (code >> i) & 1)
      const log = (given: readonly number[]): number =>
        b.reduce<number>((s, v, i) => s - Math.log(1 + Math.exp(v === 1 ? -given[i]! : given[i]!)), 0)
      const loc = Math.tanh(b.reduce<number>((s, v, i) => s + v * heights[i]!, 0))
      const likelihood = -0.5 * Math.log(2 * Math.PI * 0.36) - (x - loc) ** 2 / 0.72
      total += Math.exp(log(logits)) * (likelihood + log([0.3, -0.2, 0]) - log(logits))
    }
    return total
  }
  return first.map((at, i) => {
    const moved = (by: number): number => bound(first.map((v, j) => (i === j ? at + by : v)))
    return (moved(1e-4) - moved(-1e-4)) / 2e-4
  })
}

describe("three coins in each row", () => {
  useBackend("tensorflow")
  const rows = 200
  const x = 0.8
  const cases: readonly (readonly [string, Options, boolean, number])[] = [
    ["score without a baseline", { gradient: "score", baseline: "none" }, false, 1],
    ["score, running average", { gradient: "score" }, false, 1],
    ["score, learned baseline", { gradient: "score" }, true, 1],
    ["score, leave-one-out", { gradient: "score" }, false, 3],
    ["rebar", { gradient: "rebar" }, false, 1],
    ["rebar, divergence by the draw", { gradient: "rebar" }, false, 1],
    ["rebar, 3 particles in one run", { gradient: "rebar" }, false, 3],
    ["relax", { gradient: "relax" }, false, 1],
  ]
  const run = (
    title: string,
    options: Options,
    learned: boolean,
    particles: number,
    train?: Asked["train"],
  ) =>
    estimates(coins, coinsGuide(options, learned), [tf.fill([rows], x)], elbo({ particles }), {
      draws: 40,
      burn: 20,
      drawnKl: title.includes("by the draw"),
      ...(train ? { train } : {}),
    }).gradients.logits!

  it.each(cases)("%s: unbiased, by enumeration", (title, options, learned, particles) => {
    const gradients = run(title, options, learned, particles)
    coinsExact(x).forEach((expected, i) => {
      expect(Math.abs(zScore(along(gradients, i), rows * expected))).toBeLessThan(4.5)
    })
  })

  it("vary in the published order: no baseline, running average, then the relaxed control variates", () => {
    const surrogate = { steps: 120, rate: 0.03, only: (name: string) => name.startsWith("surrogate") }
    const spread = ([title, options, learned, particles]: (typeof cases)[number]): number => {
      const gradients = run(
        title,
        options,
        learned,
        particles,
        options.gradient === "relax" ? surrogate : undefined,
      )
      return first.reduce((sum, _, i) => sum + meanOf(along(gradients, i)).variance, 0)
    }
    const [none, running, rebar, relax] = [0, 1, 4, 7].map((i) => spread(cases[i]!))
    expect(running).toBeLessThan(none!)
    expect(rebar).toBeLessThan(0.85 * running!)
    expect(relax).toBeLessThan(rebar!)
  })
})

describe("a one-hot class in each row", () => {
  useBackend("tensorflow")
  it.each(["score", "rebar"] as const)("%s: unbiased, by enumeration", (gradient) => {
    const levels = [-1, 0.5, 2]
    const program = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const k = yield* sample("k", oneHotCategorical({ probs: [0.2, 0.5, 0.3] }))
        yield* observe("x", normal(tf.sum(tf.mul(k, tf.tensor1d(levels)), -1), 1), row)
      })
    })
    const q = guide(program, function* (x) {
      const logits = yield* param("logits", [0.2, 0, -0.3])
      yield* plate("rows", x, function* () {
        yield* sample("k", oneHotCategorical({ logits }), { gradient })
      })
    })
    const at = [0.2, 0, -0.3]
    const bound = (logits: readonly number[]): number => {
      const all = Math.log(logits.reduce((s, l) => s + Math.exp(l), 0))
      return levels.reduce((sum, level, k) => {
        const logQ = logits[k]! - all
        const logP = Math.log([0.2, 0.5, 0.3][k]!) - 0.5 * Math.log(2 * Math.PI) - 0.5 * (1.1 - level) ** 2
        return sum + Math.exp(logQ) * (logP - logQ)
      }, 0)
    }
    const { gradients } = estimates(program, q as unknown as Program<any>, [tf.fill([200], 1.1)], elbo(), {
      draws: 60,
      burn: 20,
    })
    at.forEach((_, i) => {
      const moved = (by: number): number => bound(at.map((v, j) => (i === j ? v + by : v)))
      const expected = (200 * (moved(1e-4) - moved(-1e-4))) / 2e-4
      expect(Math.abs(zScore(along(gradients.logits!, i), expected))).toBeLessThan(4.5)
    })
  })
})

describe("explain", () => {
  useBackend("tensorflow")
  it("names the control variate", () => {
    const { sites } = explain(toy, toyGuide({ gradient: "rebar", temperature: 0.25 }) as any, [])
    expect(sites.b).toMatchObject({
      estimator: "rebar",
      why:
        "asked for at the site; score function with a control variate from a relaxed draw (temperature 0.25); " +
        "baseline: running average of earlier steps (one particle)",
    })
  })
  it.each([
    ["running average of earlier steps (one particle)", {}, false, 1],
    ["mean of the other particles (3 particles)", {}, false, 3],
    ["running average of earlier steps (asked for)", { baseline: "running" }, false, 3],
    ["none (asked for)", { baseline: "none" }, false, 1],
    ["learned value, and what it leaves by the mean of the other particles (2 particles)", {}, true, 2],
  ] as const)("names the baseline: %s", (said, options, learned, particles) => {
    const q = coinsGuide({ gradient: "score", ...options }, learned) as any
    const { sites } = explain(coins, q, [tf.tensor1d([1, 1, 1])], { objective: elbo({ particles }) })
    expect(sites.b?.why).toBe(`asked for at the site; baseline: ${said}`)
  })
  it("refuses the mean of the other particles where there is one", () => {
    const q = coinsGuide({ gradient: "score", baseline: "leaveOneOut" }, false) as any
    expect(() => explain(coins, q, [tf.tensor1d([1, 1, 1])])).toThrow(
      /the mean of the other particles, but there is only one/,
    )
  })
})
