/** Discrete draws that others are drawn given: each answers for everything downstream, also for what it reaches only through another draw. */
import {
  bernoulli,
  checkGradient,
  elbo,
  explain,
  guide,
  model,
  normal,
  observe,
  param,
  plate,
  random,
  type SampleOptions,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../../backends.js"
import { along, estimates, zScore } from "./estimates.js"

const local = (group?: number): SampleOptions<"boolean"> => ({
  gradient: "local",
  ...(group === undefined ? {} : { group }),
})

const linked = (group?: number) => {
  const program = model(function* (x: tf.Tensor1D) {
    const slope = yield* param("slope", 0.9)
    yield* plate("rows", x, function* (row) {
      const a = yield* sample("a", bernoulli({ logits: tf.tensor1d([0.3, -0.4]) }).toEvent(1))
      const up = tf.sum(tf.mul(a, tf.tensor1d([1, -0.7])), -1)
      const b = yield* sample("b", bernoulli({ logits: up }))
      const w = yield* sample("w", normal(tf.mul(slope, tf.add(up, b)), 0.8))
      yield* observe("x", normal(w, 0.5), row)
    })
  })
  const q = guide(program, function* (x) {
    const first = yield* param("first", [0.2, -0.1])
    const second = yield* param("second", [0.4, -0.3])
    const shift = yield* param("shift", 0.2)
    yield* plate("rows", x, function* (row) {
      const a = yield* sample("a", bernoulli({ logits: first }).toEvent(1), local(group))
      const b = yield* sample("b", bernoulli({ logits: tf.sum(tf.mul(a, second), -1) }), local())
      yield* sample("w", normal(tf.add(tf.mul(row, 0.5), tf.mul(shift, tf.add(b, tf.sum(a, -1)))), 0.4))
    })
  })
  return [program, q] as const
}

describe("unbiased by checkGradient, where", () => {
  useBackend("tensorflow")
  const data = tf.fill([60], 0.7) as tf.Tensor1D
  const holds = (check: ReturnType<typeof checkGradient>): void => {
    expect(String(check)).toContain(check.reference)
    expect(check.maxAbsZ).toBeLessThan(check.limit)
  }
  const quick = { draws: 25, varianceDraws: 0 }

  it("discrete and continuous draws are made given it, in batches", () => {
    const [program, q] = linked(1)
    holds(checkGradient(program, q, [data], { ...quick, batch: 30 }))
  })

  it.each([
    ["local", "local"],
    ["score", "score"],
    ["score", "exact"],
  ] as const)(
    "a discrete draw made given it answers for a cost that it does not reach itself (%s, %s)",
    (above, below) => {
      const program = model(function* (x: tf.Tensor1D) {
        yield* plate("rows", x, function* (row) {
          const a = yield* sample("a", bernoulli({ probs: tf.tensor1d([0.5, 0.5]) }).toEvent(1))
          const b = yield* sample("b", bernoulli({ logits: tf.sum(a, -1) }))
          yield* observe("x", normal(tf.mul(b, 2), 0.7), row)
        })
      })
      const q = guide(program, function* (x) {
        const first = yield* param("first", [0.2, -0.1])
        const second = yield* param("second", [1.5, -1.5])
        yield* plate("rows", x, function* () {
          const group = above === "local" ? { group: 1 } : {}
          const a = yield* sample("a", bernoulli({ logits: first }).toEvent(1), { gradient: above, ...group })
          yield* sample("b", bernoulli({ logits: tf.sum(tf.mul(a, second), -1) }), { gradient: below })
        })
      })
      holds(checkGradient(program, q, [tf.fill([400], 0.3) as tf.Tensor1D], quick))
    },
  )

  it.each(["score", "rebar", "local"] as const)(
    "a drawn site (%s) at the end of a chain keeps all above it from being summed",
    (last) => {
      const program = model(function* (x: tf.Tensor1D) {
        yield* plate("rows", x, function* (row) {
          const a = yield* sample("a", bernoulli({ probs: 0.5 }))
          const b = yield* sample("b", bernoulli({ logits: tf.sub(a, 0.3) }))
          const c = yield* sample("c", bernoulli({ logits: tf.sub(b, 0.6) }))
          yield* observe("x", normal(tf.mul(c, 2), 0.7), row)
        })
      })
      const q = guide(program, function* (x) {
        const logits = yield* param("logits", [0.2, 1.5, -1.2])
        const [first, second, third] = tf.unstack(logits) as [tf.Scalar, tf.Scalar, tf.Scalar]
        yield* plate("rows", x, function* () {
          const a = yield* sample("a", bernoulli({ logits: first }))
          const b = yield* sample("b", bernoulli({ logits: tf.mul(tf.sub(a, 0.5), second) }))
          yield* sample("c", bernoulli({ logits: tf.mul(tf.sub(b, 0.5), third) }), { gradient: last })
        })
      })
      const { sites } = explain(program, q, [data])
      expect([sites.a!.estimator, sites.b!.estimator]).toEqual(["score", "score"])
      holds(checkGradient(program, q, [tf.fill([400], 0.3) as tf.Tensor1D], quick))
    },
  )

  it.each([1, 2])("noise without a gradient is drawn given it (particles: %s)", (particles) => {
    const program = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const a = yield* sample("a", bernoulli({ probs: 0.5 }))
        const flip = yield* random("flip", bernoulli({ probs: tf.add(0.2, tf.mul(a, 0.6)) }))
        yield* observe("x", normal(tf.mul(flip, 2), 0.7), row)
      })
    })
    const q = guide(program, function* (x) {
      const logit = yield* param("logit", 0.2)
      yield* plate("rows", x, function* () {
        yield* sample("a", bernoulli({ logits: logit }), { gradient: "score" })
      })
    })
    const asked = { draws: 40, burn: 10 }
    const { gradients } = estimates(program, q as any, [tf.fill([400], 0.3)], elbo({ particles }), asked)
    const density = (loc: number): number => -((0.3 - loc) ** 2) / 0.98
    const p = 1 / (1 + Math.exp(-0.2))
    // on is worth 0.6 (log N(0.3; 2, 0.7) - log N(0.3; 0, 0.7)) more, and costs 0.2 nats of divergence
    const exact = 400 * p * (1 - p) * (0.6 * (density(2) - density(0)) - 0.2)
    expect(Math.abs(zScore(along(gradients.logit!), exact))).toBeLessThan(4.5)
  })
})
