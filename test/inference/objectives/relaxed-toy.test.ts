/** RELAX's toy, E[(b - t)²]: every estimator of a discrete site gives its exact gradient, on every backend. */
import {
  bernoulli,
  elbo,
  explain,
  factor,
  guide,
  mlp,
  model,
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
import { along, estimates, zScore } from "./estimates.js"

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
      ["rebar, soft", { gradient: "rebar", temperature: 0.5, baseline: "none" }, 1],
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
})
