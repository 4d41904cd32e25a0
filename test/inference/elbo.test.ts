/** The ELBO against exact answers: conjugate posteriors, brute-force sums, batches that add up. */
import {
  bernoulli,
  categorical,
  evaluate,
  explain,
  fit,
  guide,
  importance,
  logJoint,
  marginalize,
  model,
  normal,
  observe,
  param,
  plate,
  sample,
  type Tensor,
  tf,
  trace,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"

const data = [0.3, -1.2, 2.5, 0.8, 1.1, -0.4, 3.0]

const logNormal = (x: number, loc: number, variance: number): number =>
  -0.5 * Math.log(2 * Math.PI * variance) - (x - loc) ** 2 / (2 * variance)

/** log N(x; 0, I + 11'), the evidence of a normal mean with a standard normal prior. */
const meanEvidence = (x: readonly number[]): number => {
  const n = x.length
  const sum = x.reduce((a, b) => a + b, 0)
  const squares = x.reduce((a, b) => a + b * b, 0)
  return -0.5 * (n * Math.log(2 * Math.PI) + Math.log(1 + n) + squares - sum ** 2 / (1 + n))
}

const globalMean = model(function* (x: tf.Tensor1D) {
  const mu = yield* sample("mu", normal(0, 1))
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(mu, 1), row)
  })
})

const posteriorMean = guide(globalMean, function* () {
  const n = data.length
  yield* sample("mu", normal(data.reduce((a, b) => a + b, 0) / (n + 1), Math.sqrt(1 / (n + 1))))
})

const localMeans = model(function* (x: tf.Tensor1D) {
  const shift = yield* param("shift", 0.5)
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(shift, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

const posteriorMeans = guide(localMeans, function* (x) {
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.div(tf.add(row, 0.5), 2), Math.SQRT1_2))
  })
})

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("equals the evidence at every draw when the guide is the posterior", async () => {
      const x = tf.tensor1d(data)
      const fitted = await fit(globalMean, posteriorMean, [x], { steps: 1 })
      const bounds = [0, 1, 2, 3, 4].map((seed) => evaluate(fitted, [x], { seed, divergence: "drawn" }).elbo)
      for (const bound of bounds) expect(bound).toBeCloseTo(meanEvidence(data), 4)
    })

    it("adds up over batches, a short last one included", async () => {
      const x = tf.tensor1d(data)
      const fitted = await fit(localMeans, posteriorMeans, [x], { steps: 1, batch: 3, learningRate: 1e-12 })
      const evidence = data.reduce((sum, value) => sum + logNormal(value, 0.5, 2), 0)
      for (const batch of [1, 2, 3, 4, 7])
        expect(evaluate(fitted, [x], { batch, divergence: "drawn" }).elbo).toBeCloseTo(evidence, 4)
    })

    it("sums a discrete latent out as brute force does, its log-joint and its gradient", () => {
      const mixture = model(function* (x: tf.Tensor1D, locs: tf.Tensor1D) {
        yield* plate("rows", x, function* (row) {
          const k = yield* sample("k", categorical({ probs: [0.2, 0.5, 0.3] }))
          yield* observe("x", normal(tf.gather(locs, k as tf.Tensor1D), 1), row)
        })
      })
      const summed = marginalize(mixture, "k")
      const x = tf.tensor1d(data)
      const at = (locs: readonly number[]): number =>
        data.reduce(
          (sum, value) =>
            sum +
            Math.log([0.2, 0.5, 0.3].reduce((p, w, k) => p + w * Math.exp(logNormal(value, locs[k]!, 1)), 0)),
          0,
        )
      const locs = [-1, 0.5, 2]
      const value = (l: Tensor): tf.Scalar => trace(summed, [x, l as tf.Tensor1D]).logJoint as tf.Scalar
      expect(value(tf.tensor1d(locs)).dataSync()[0]).toBeCloseTo(at(locs), 4)
      const gradient = tf.grad(value)(tf.tensor1d(locs)).dataSync()
      locs.forEach((_, k) => {
        const moved = (by: number): number => at(locs.map((loc, i) => (i === k ? loc + by : loc)))
        expect(gradient[k]).toBeCloseTo((moved(1e-4) - moved(-1e-4)) / 2e-4, 3)
      })
    })

    it("sums two latents, one outside all plates, as brute force does", () => {
      const nested = model(function* (x: tf.Tensor1D) {
        const g = yield* sample("g", bernoulli({ probs: 0.3 }))
        yield* plate("rows", x, function* (row) {
          const k = yield* sample("k", bernoulli({ probs: tf.add(0.2, tf.mul(0.5, g)) }))
          yield* observe("x", normal(tf.add(k, g), 1), row)
        })
      })
      const given = (g: number): number =>
        data.reduce((sum, value) => {
          const on = 0.2 + 0.5 * g
          return (
            sum +
            Math.log(on * Math.exp(logNormal(value, 1 + g, 1)) + (1 - on) * Math.exp(logNormal(value, g, 1)))
          )
        }, 0)
      const exact = Math.log(0.3 * Math.exp(given(1)) + 0.7 * Math.exp(given(0)))
      const summed = marginalize(nested, "g", "k")
      expect(trace(summed, [tf.tensor1d(data)]).logJoint.dataSync()[0]).toBeCloseTo(exact, 4)
      const inner = logJoint(marginalize(nested, "k"), [tf.tensor1d(data)], { g: 1 })
      expect(inner.dataSync()[0]).toBeCloseTo(Math.log(0.3) + given(1), 4)
    })

    it("weighs row by row, and to the evidence, under the posterior", async () => {
      const x = tf.tensor1d(data)
      const fitted = await fit(localMeans, posteriorMeans, [x], { steps: 1, learningRate: 1e-12 })
      const { logEvidence, standardError, groups } = importance(fitted, [x], { draws: 30 })
      expect(groups).toBe(data.length)
      expect(logEvidence).toBeCloseTo(
        data.reduce((sum, value) => sum + logNormal(value, 0.5, 2), 0),
        4,
      )
      expect(standardError).toBeLessThan(1e-4)
    })
  })

describe("a Bernoulli latent, a single one, with defaults", () => {
  useBackend("tensorflow")
  const coin = model(function* () {
    const z = yield* sample("z", bernoulli({ probs: 0.4 }))
    yield* observe("x", normal(tf.mul(z, 2), 1), 1.5)
  })
  const posterior = 1 / (1 + (0.6 * Math.exp(-1.125)) / (0.4 * Math.exp(-0.125)))

  it("ends at the exact posterior, by an exact sum that explain names", async () => {
    const q = guide(coin, function* () {
      yield* sample("z", bernoulli({ logits: yield* param("logit", 0) }))
    })
    expect(explain(coin, q, []).sites.z).toMatchObject({ estimator: "exact" })
    const { params } = await fit(coin, q, [], { learningRate: 0.05 })
    expect(tf.sigmoid(params.logit).dataSync()[0]).toBeCloseTo(posterior, 3)
  })

  it("comes there by the score function as well, with either baseline", async () => {
    const q = guide(coin, function* () {
      yield* sample("z", bernoulli({ logits: yield* param("logit", 0) }), { gradient: "score" })
    })
    for (const particles of [1, 8]) {
      const { params } = await fit(coin, q, [], {
        particles,
        steps: 3000,
        learningRate: (step) => 0.05 / (1 + step / 100),
      })
      expect(Math.abs(tf.sigmoid(params.logit).dataSync()[0]! - posterior)).toBeLessThan(0.01)
    }
  })
})
