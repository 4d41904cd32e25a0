/** The evidence by quadrature and between bounds, and guides of which a part cannot be freed. */
import {
  autoGuide,
  bernoulli,
  beta,
  fit,
  gamma,
  guide,
  halfCauchy,
  mlp,
  model,
  normal,
  observe,
  param,
  plate,
  poisson,
  sample,
  scope,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { lbeta, lgamma } from "../../src/engine/special/double/gamma.js"
import { gap } from "../../src/inference/proof/gap.js"
import { useBackend } from "../backends.js"

const wave = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) * seed + seed))

describe("gap", () => {
  useBackend("tensorflow")

  it("integrates conjugate models that are not Gaussian: beta, and gamma row by row", () => {
    const coin = model(function* (flips: tf.Tensor1D) {
      const p = yield* sample("p", beta(2, 3))
      yield* plate("flips", flips, function* (row) {
        yield* observe("x", bernoulli({ probs: p }), row)
      })
    })
    const flips = [1, 0, 0, 1, 1, 0, 0, 0]
    const q = guide(coin, function* () {
      yield* sample("p", beta(5, 8))
    })
    const found = gap(coin, q, [tf.tensor1d(flips)], { draws: 50, steps: 50 })
    expect(found.method).toBe("quadrature")
    expect(found.evidence).toBeCloseTo(lbeta(2 + 3, 3 + 5) - lbeta(2, 3), 4)
    expect(Math.abs(found.gap)).toBeLessThan(1e-4)

    const counts = [0, 3, 1, 7, 2]
    const rates = model(function* (rows: tf.Tensor1D) {
      yield* plate("rows", rows, function* (row) {
        const rate = yield* sample("rate", gamma(2, 1.5))
        yield* observe("x", poisson(rate), row)
      })
    })
    const wide = guide(rates, function* (rows) {
      yield* plate("rows", rows, function* () {
        yield* sample("rate", gamma(2, 1))
      })
    })
    const each = gap(rates, wide, [tf.tensor1d(counts)], { draws: 300, steps: 0 })
    const exact = counts.reduce(
      (sum, x) =>
        sum + lgamma(2 + x) - lgamma(2) - lgamma(x + 1) + 2 * Math.log(1.5) - (2 + x) * Math.log(2.5),
      0,
    )
    expect(each.method).toBe("quadrature")
    expect(each.evidence).toBeCloseTo(exact, 3)
    expect(each.parts.amortization).toBeUndefined()
    expect(String(each)).toContain("not told apart")
  })

  it("brackets eight schools' evidence, -31.3113, between bounds", async () => {
    const schools = model(function* () {
      const effects = tf.tensor1d([28, 8, -3, 7, -1, 1, 18, 12])
      const errors = tf.tensor1d([15, 10, 16, 11, 9, 11, 10, 18])
      const mu = yield* sample("mu", normal(0, 5))
      const tau = yield* sample("tau", halfCauchy(5))
      yield* plate("schools", 8, function* () {
        const theta = yield* sample("theta", normal(0, 1))
        yield* observe("y", normal(tf.add(mu, tf.mul(tau, theta)), errors), effects)
      })
    })
    const fitted = await fit(schools, autoGuide.meanField(schools), [], {
      steps: 3000,
      particles: 2,
      learningRate: (step) => 0.05 / (1 + step / 300),
    })
    const found = gap(fitted, { draws: 600, steps: 0 })
    expect(found.method).toBe("bounds")
    const { monteCarlo, family } = found.parts
    expect(found.evidence - 4.5 * monteCarlo.standardError).toBeLessThan(-31.3113)
    expect(found.evidence + monteCarlo.value + 4.5 * monteCarlo.standardError).toBeGreaterThan(-31.3113)
    expect(monteCarlo.value).toBeLessThan(0.3)
    expect(Math.abs(found.elbo + 31.5973)).toBeLessThan(0.05 + 4.5 * found.standardError)
    expect(family.value + monteCarlo.value).toBeCloseTo(found.gap, 6)
    const given = gap(fitted, { draws: 100, steps: 0, evidence: -31.3113 })
    expect(given.method).toBe("given")
    expect(given.gap).toBeCloseTo(-31.3113 - given.elbo, 9)
  })

  it("keeps a law that depends on another's draw, names it, and leaves no tensor behind", () => {
    const chain = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const u = yield* sample("u", normal(0, 1))
        const v = yield* sample("v", normal(u, 1))
        yield* observe("x", normal(v, 1), row)
      })
    })
    const q = guide(chain, function* (x) {
      const net = yield* scope("net", mlp([1, 1]))
      const slope = yield* param("slope", 0.4)
      yield* plate("rows", x, function* (row) {
        const u = yield* sample("u", normal(tf.squeeze(net(tf.expandDims(row, 1)), [1]), 0.7))
        yield* sample("v", normal(tf.mul(tf.add(u, row), slope), 0.7))
      })
    })
    const x = tf.tensor1d(wave(6, 2))
    const once = () => gap(chain, q, [x], { draws: 40, steps: 20 })
    expect(once().notFreed).toEqual(["v"])
    const before = tf.memory().numTensors
    const found = once()
    expect(tf.memory().numTensors).toBe(before)
    expect(String(found)).toContain("kept as they were: v")
  })
})
