/** The gap between evidence and ELBO, and its parts, against closed forms. */
import {
  autoGuide,
  bernoulli,
  beta,
  categorical,
  fit,
  gamma,
  guide,
  halfCauchy,
  linearGuide,
  mlp,
  model,
  normal,
  observe,
  param,
  plate,
  poisson,
  ppca,
  sample,
  scope,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { lbeta, lgamma } from "../../src/engine/special/double/gamma.js"
import { gap } from "../../src/inference/proof/gap.js"
import { logLikelihoodPpca } from "../../src/models/exact/ppca-score.js"
import { useBackend } from "../backends.js"

const logNormal = (x: number, loc: number, variance: number): number =>
  -0.5 * Math.log(2 * Math.PI * variance) - (x - loc) ** 2 / (2 * variance)

const wave = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) * seed + seed))

describe("gap", () => {
  useBackend("tensorflow")

  it("finds PPCA's evidence in closed form to 1e-3 nats a datum, and no gap at the exact posterior", () => {
    const count = 40
    const data = Array.from({ length: count }, (_, i) => wave(3, i + 1))
    const rows = tf.tensor2d(data)
    const table = ppca({ dimension: 3, latents: 2 })
    const w = [
      [1, 0.3],
      [-0.5, 0.8],
      [0.2, -1],
    ]
    const noise = 0.6
    // M = WᵀW + σ²I, posterior mean M⁻¹ Wᵀ (x - μ), covariance σ² M⁻¹
    const dot = (i: number, j: number): number => w.reduce((sum, row) => sum + row[i]! * row[j]!, 0)
    const [a, b, d] = [dot(0, 0) + noise ** 2, dot(0, 1), dot(1, 1) + noise ** 2]
    const inverse = [
      [d / (a * d - b * b), -b / (a * d - b * b)],
      [-b / (a * d - b * b), a / (a * d - b * b)],
    ]
    const weights = w.map((row) => inverse.map((line) => line[0]! * row[0]! + line[1]! * row[1]!))
    const first = noise * Math.sqrt(inverse[0]![0]!)
    const cross = (noise ** 2 * inverse[1]![0]!) / first
    const last = Math.sqrt(noise ** 2 * inverse[1]![1]! - cross ** 2)
    const model = { loadings: w, mean: [0.1, 0, -0.2], noise }
    const exact = gap(table, linearGuide(table), [rows], {
      draws: 20,
      steps: 50,
      params: {
        ...model,
        "guide/weights": weights,
        "guide/bias": [0, 0],
        "guide/centre": model.mean,
        "guide/scaleTril": [
          [first, 0],
          [cross, last],
        ],
      },
    })
    const truth = logLikelihoodPpca(rows.arraySync(), {
      components: 2,
      dimension: 3,
      loadings: Float64Array.from(w.flat()),
      mean: Float64Array.from(model.mean),
      noiseVariance: noise ** 2,
    } as never)
    expect(exact.method).toBe("closed form")
    expect(Math.abs(exact.evidence - truth) / count).toBeLessThan(1e-3)
    expect(Math.abs(exact.gap) / count).toBeLessThan(1e-3)
    expect(Math.abs(exact.parts.family.value) / count).toBeLessThan(2e-3)
    expect(Math.abs(exact.parts.amortization!.value) / count).toBeLessThan(1e-3)
    expect(exact.rows).toBe(count)
  })

  it("shows an undersized encoder as amortization gap", () => {
    const count = 30
    const x = Array.from({ length: count }, (_, i) => wave(2, i + 2))
    const program = model(function* (rows: tf.Tensor2D) {
      yield* plate("rows", rows, function* (row) {
        const z = yield* sample("z", normal(0, 1))
        const both = tf.stack([z, z], 1)
        yield* observe("x", normal(both, 0.8).toEvent(1), row)
      })
    })
    const precision = 1 + 2 / 0.64
    const half = guide(program, function* (rows) {
      yield* plate("rows", rows, function* (row) {
        const column = tf.squeeze(tf.slice(row, [0, 0], [-1, 1]), [1])
        yield* sample("z", normal(tf.mul(column, 0.5), Math.sqrt(1 / precision)))
      })
    })
    const found = gap(program, half, [tf.tensor2d(x)], { steps: 400, draws: 800 })
    const wanted = x.reduce((sum, [first, second]) => {
      const mean = (first! + second!) / 0.64 / precision
      return sum + 0.5 * precision * (mean - 0.5 * first!) ** 2
    }, 0)
    const { family, amortization, monteCarlo } = found.parts
    expect(family.value + amortization!.value + monteCarlo.value).toBeCloseTo(found.gap, 6)
    expect(Math.abs(found.gap - wanted)).toBeLessThan(4.5 * found.standardError)
    expect(Math.abs(amortization!.value - wanted)).toBeLessThan(
      0.02 * wanted + 4.5 * amortization!.standardError,
    )
    expect(Math.abs(family.value)).toBeLessThan(0.02 * count)
    expect(String(found)).toMatch(/amortization +\d/)
  })

  it("shows a family that cannot hold a correlated posterior as family gap", () => {
    const count = 25
    const program = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const u = yield* sample("u", normal(0, 1))
        const v = yield* sample("v", normal(0, 1))
        yield* observe("x", normal(tf.add(u, v), 0.5), row)
      })
    })
    const q = guide(program, function* (x) {
      yield* plate("rows", x, function* (row) {
        yield* sample("u", normal(tf.mul(row, 0.3), 0.6))
        yield* sample("v", normal(tf.mul(row, 0.3), 0.6))
      })
    })
    const found = gap(program, q, [tf.tensor1d(wave(count, 3))], { draws: 1000, steps: 400 })
    // precision [[5, 4], [4, 5]]: mean field loses ½ (log 25 - log 9) a row
    const lost = count * 0.5 * Math.log(25 / 9)
    expect(found.method).toBe("closed form")
    expect(Math.abs(found.parts.family.value - lost)).toBeLessThan(
      0.02 * lost + 4.5 * found.parts.family.standardError,
    )
    expect(found.parts.amortization!.value).toBeGreaterThan(1)
  })

  it("sums a mixture exactly, to 1e-5", () => {
    const x = wave(12, 1.7)
    const program = model(function* (rows: tf.Tensor1D) {
      yield* plate("rows", rows, function* (row) {
        const k = yield* sample("k", categorical({ probs: [0.5, 0.2, 0.3] }))
        yield* observe("x", normal(tf.gather(tf.tensor1d([-1, 0.5, 2]), k as tf.Tensor1D), 0.7), row)
      })
    })
    const flat = guide(program, function* (rows) {
      yield* plate("rows", rows, function* () {
        yield* sample("k", categorical({ probs: [0.4, 0.3, 0.3] }))
      })
    })
    const found = gap(program, flat, [tf.tensor1d(x)], { draws: 400, steps: 300 })
    const exact = x.reduce(
      (sum, value) =>
        sum +
        Math.log(
          [-1, 0.5, 2].reduce(
            (p, loc, k) => p + [0.5, 0.2, 0.3][k]! * Math.exp(logNormal(value, loc, 0.49)),
            0,
          ),
        ),
      0,
    )
    expect(found.method).toBe("enumeration")
    expect(Math.abs(found.evidence / exact - 1)).toBeLessThan(1e-5)
    // a class law of its own in every row is the posterior: all is amortization
    expect(Math.abs(found.parts.family.value)).toBeLessThan(0.05 + 4.5 * found.parts.family.standardError)
    expect(found.parts.amortization!.value).toBeGreaterThan(2)
  })

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
