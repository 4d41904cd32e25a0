/** Estimators of a row of coins in a plate and of a one-hot class: all unbiased, in order of variance; what `explain` says. */
import {
  bernoulli,
  checkGradient,
  elbo,
  explain,
  fit,
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
  stopGradient,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../../backends.js"
import { coins, coinsExact, coinsGuide, first } from "./coins.js"
import { type Asked, along, estimates, meanOf, zScore } from "./estimates.js"

type Options = SampleOptions<"boolean">
type Case = readonly [title: string, options: Options, learned: boolean, particles: number]

describe("three coins in each row", () => {
  useBackend("tensorflow")
  const rows = 200
  const x = 0.8
  const cases: readonly Case[] = [
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
    const surrogate = { steps: 50, rate: 0.06, only: (name: string) => name.startsWith("surrogate") }
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

describe("a learned baseline", () => {
  useBackend("tensorflow")
  const sharing = (share: (hidden: tf.Tensor) => tf.Tensor): Program<any> =>
    guide(coins, function* (x) {
      const features = yield* scope("features", mlp([1, 4]))
      const logits = yield* scope("logits", mlp([4, 3]))
      const worth = yield* scope("worth", mlp([4, 1]))
      yield* plate("rows", x, function* (row) {
        const hidden = features(tf.expandDims(row, 1))
        const baseline = tf.squeeze(worth(share(hidden) as tf.Tensor2D), [-1])
        yield* sample("b", bernoulli({ logits: logits(hidden) }).toEvent(1), { gradient: "score", baseline })
      })
    }) as unknown as Program<any>
  const rows = tf.tensor1d([0.4, -0.2])

  it("is refused where its error would train the guide", () => {
    expect(() => explain(coins, sharing((hidden) => hidden) as any, [rows])).toThrow(
      /site 'b'.*its learned baseline depends on 'features\/layer0\/(weights|bias)'/s,
    )
  })
  it("may read the guide's features without a gradient, and the guide's own gradient is that of no baseline in the mean", () => {
    expect(explain(coins, sharing(stopGradient) as any, [rows]).sites.b!.estimator).toBe("score")
    const wild = (hidden: tf.Tensor): tf.Tensor => stopGradient(tf.mul(hidden, 30))
    const asked = { draws: 50, burn: 5 }
    const { gradients } = estimates(coins, sharing(wild), [tf.fill([100], 0.8)], elbo(), asked)
    const exact = checkGradient(coins, sharing(wild) as any, [tf.fill([100], 0.8) as tf.Tensor1D], {
      draws: 2,
      varianceDraws: 0,
    })
    for (const { name, index, exact: expected } of exact.parameters.filter((p) =>
      p.name.startsWith("logits"),
    ))
      expect(Math.abs(zScore(along(gradients[name]!, index), expected))).toBeLessThan(4.5)
  })
  it("takes off most of the variance that rows of different worth bring", () => {
    const data = tf.concat([tf.fill([40], 0), tf.fill([40], 3)]) as tf.Tensor1D
    const only = (name: string): boolean => name.startsWith("value")
    const spread = (learned: boolean): number => {
      const asked = { draws: 40, burn: 10, ...(learned ? { train: { steps: 50, rate: 0.2, only } } : {}) }
      const { gradients } = estimates(
        coins,
        coinsGuide({ gradient: "score" }, learned),
        [data],
        elbo(),
        asked,
      )
      return first.reduce((sum, _, i) => sum + meanOf(along(gradients.logits!, i)).variance, 0)
    }
    // the ratio of two variances, each of 40 draws of 3 numbers, has a standard error of about 18 %
    expect(spread(true)).toBeLessThan(0.5 * spread(false))
  })
})

describe("a recorded step", () => {
  useBackend("tensorflow")
  it.each([
    ["rebar", { gradient: "rebar" }, false],
    ["relax", { gradient: "relax" }, false],
    ["local", { gradient: "local", group: 2 }, false],
    ["learned baseline", { gradient: "score" }, true],
  ] as const)("is the eager one: %s", async (_, options, learned) => {
    const data = tf.tensor1d([0.3, -1, 0.8, 1.4])
    const fitted = (compile: boolean) =>
      fit(coins, coinsGuide(options, learned) as any, [data], { steps: 6, batch: 2, seed: 1, compile })
    const [recorded, eager] = [await fitted(true), await fitted(false)]
    expect(String(recorded.compiled)).toContain("compiled")
    recorded.losses.forEach((loss, i) => {
      expect(Math.abs(loss / eager.losses[i]! - 1)).toBeLessThan(1e-5)
    })
  })
})
