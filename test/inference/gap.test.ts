/** The gap between evidence and ELBO, and its parts, against closed forms. */
import { categorical, guide, linearGuide, model, normal, observe, plate, ppca, sample, tf } from "latently"
import { describe, expect, it } from "vitest"
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
})
