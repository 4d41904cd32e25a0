/** The figures of a diagnosis against closed forms, and how a fit's report tells them. */
import {
  annealed,
  autoGuide,
  diagnose,
  evaluate,
  fit,
  guide,
  importance,
  iwae,
  model,
  normal,
  observe,
  param,
  plate,
  random,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../../backends.js"
import { fittedAt, linear, means, wave } from "./conjugate.js"

const sumOfSquares = (data: readonly number[]): number => data.reduce((sum, x) => sum + x * x, 0)

/** E_q log p(x | z) and KL(q ‖ p) of N(slope x, scale) for all rows. */
const partsAt = (slope: number, scale: number, data: readonly number[]) => {
  const squares = sumOfSquares(data)
  const n = data.length
  return {
    likelihood: -0.5 * (n * Math.log(2 * Math.PI) + (1 - slope) ** 2 * squares + n * scale ** 2),
    divergence: 0.5 * (slope ** 2 * squares + n * (scale ** 2 - 1 - 2 * Math.log(scale))),
  }
}

for (const name of backends)
  describe(`figures on ${name}`, () => {
    useBackend(name)

    it("are the ELBO site by site, and its parts in closed form", async () => {
      const data = wave(30, 1.3)
      const result = await fittedAt(0.4, 0.8, data)
      const { likelihood, divergence, elbo, standardError, draws } = diagnose(result, undefined, {
        draws: 2000,
      })
      const exact = partsAt(0.4, 0.8, data)
      // Var log p(x | z) = s²r² + s⁴/2 and Var log q - log p = (1 - s²)²/2 + s²m² at residual r, mean m, scale s
      const squares = sumOfSquares(data)
      const ofLikelihood = 0.64 * 0.36 * squares + (30 * 0.64 ** 2) / 2
      const ofDivergence = (30 * 0.36 ** 2) / 2 + 0.64 * 0.16 * squares
      expect(Math.abs(likelihood.x! - exact.likelihood)).toBeLessThan(4.5 * Math.sqrt(ofLikelihood / draws))
      expect(Math.abs(divergence.z! - exact.divergence)).toBeLessThan(4.5 * Math.sqrt(ofDivergence / draws))
      expect(elbo).toBeCloseTo(likelihood.x! - divergence.z!, 9)
      expect(Math.abs(elbo - (exact.likelihood - exact.divergence))).toBeLessThan(4.5 * standardError)
      // log w = a + s(r - m)ε + (½ - s²)ε² at a row: its variance is s²(r - m)² + 2(½ - s²)²
      const expected = Math.sqrt((0.64 * 0.2 ** 2 * squares + 30 * 2 * (0.5 - 0.64) ** 2) / draws)
      expect(Math.abs(standardError / expected - 1)).toBeLessThan(4.5 / Math.sqrt(draws))
    })

    it("count units by the variance of the posterior's mean in units of the prior's", async () => {
      const data = wave(30, 1.3)
      const { activeUnits } = diagnose(await fittedAt(0.4, 0.8, data))
      const mean = data.reduce((a, b) => a + b, 0) / 30
      expect(activeUnits.z!.variances[0]).toBeCloseTo(0.16 * (sumOfSquares(data) / 30 - mean ** 2), 4)
      expect(activeUnits.z).toMatchObject({ active: 1, units: 1, rows: 30 })
      const still = diagnose(await fittedAt(0.05, 1, data))
      expect(still.activeUnits.z).toMatchObject({ active: 0, units: 1 })
    })
  })

describe("figures", () => {
  useBackend("tensorflow")

  it("do not count the draws of a latent above as activity of the one below", async () => {
    const chain = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const top = yield* sample("top", normal(0, 1))
        const low = yield* sample("low", normal(top, 1))
        yield* observe("x", normal(low, 1), row)
      })
    })
    const blind = guide(chain, function* (x) {
      yield* plate("rows", x, function* () {
        const top = yield* sample("top", normal(0, 1))
        yield* sample("low", normal(top, 1))
      })
    })
    const { activeUnits } = diagnose(await fit(chain, blind, [tf.tensor1d(wave(200, 1.7))], { steps: 1 }))
    // means over 64 runs vary by 1/64 of themselves: debiased, by that times √(2/200)
    expect(activeUnits.low!.variances[0]!).toBeLessThan((4.5 / 64) * Math.sqrt(2 / 200))
    expect(activeUnits.low!.active).toBe(0)
  })

  it("scale up from the rows looked at, count what stands outside them once, and leave no tensor behind", async () => {
    const both = model(function* (x: tf.Tensor1D) {
      yield* observe("y", normal(0, 1), 2)
      yield* plate("rows", x, function* (row) {
        const z = yield* sample("z", normal(0, 1))
        yield* observe("x", normal(z, 1), row)
      })
    })
    const posterior = guide(both, function* (x) {
      const slope = yield* param("slope", 0.5)
      yield* plate("rows", x, function* (row) {
        yield* sample("z", normal(tf.mul(slope, row), Math.SQRT1_2))
      })
    })
    const data = wave(400, 2.3)
    const result = await fit(both, posterior, [tf.tensor1d(data)], { steps: 1, learningRate: 1e-12 })
    const few = diagnose(result, undefined, { rows: 40, draws: 50 })
    expect(few.likelihood.y).toBeCloseTo(-0.5 * Math.log(2 * Math.PI) - 2, 5)
    expect(few.kHats).toHaveLength(40)
    // at the posterior every draw's bound is the evidence of its row, N(0, 2)
    const evidence = data.reduce(
      (sum, x) => sum - 0.5 * Math.log(4 * Math.PI) - x ** 2 / 4,
      few.likelihood.y!,
    )
    expect(Math.abs(few.elbo - evidence)).toBeLessThan(4.5 * few.standardError)
    expect(diagnose(result, undefined, { rows: 400, draws: 50 }).elbo).toBeCloseTo(evidence, 2)
    const before = tf.memory().numTensors
    diagnose(result, undefined, { rows: 40, draws: 50 })
    expect(tf.memory().numTensors).toBe(before)
  })

  it("are those of other data where it is given", async () => {
    const result = await fittedAt(0.4, 0.8, wave(30, 1.3))
    const other = wave(12, 2.9)
    const { elbo, standardError, rows } = diagnose(result, [tf.tensor1d(other)])
    const exact = partsAt(0.4, 0.8, other)
    expect(rows).toBe(12)
    expect(Math.abs(elbo - (exact.likelihood - exact.divergence))).toBeLessThan(4.5 * standardError)
    const evaluated = evaluate(result, [tf.tensor1d(other)], { draws: 400 })
    const error = Math.hypot(standardError, evaluated.standardError)
    expect(Math.abs(elbo - evaluated.elbo)).toBeLessThan(4.5 * error)
  })

  it("weigh every draw of a row against the same redrawn data", async () => {
    const redrawn = model(function* (loc: tf.Tensor1D) {
      yield* plate("rows", loc, function* (row) {
        const x = yield* random("x/redrawn", normal(row, 1))
        const z = yield* sample("z", normal(0, 1))
        yield* observe("x", normal(z, 1), x)
      })
    })
    const posterior = guide(redrawn, function* (loc) {
      yield* plate("rows", loc, function* (row) {
        const x = yield* random("x/redrawn", normal(row, 1))
        yield* sample("z", normal(tf.mul(0.5, x), Math.SQRT1_2))
      })
    })
    const result = await fit(redrawn, posterior, [tf.tensor1d(wave(50, 1.9))], { steps: 1 })
    // 50 rows of 2000 draws take more than one run
    const { effectiveDraws, draws } = diagnose(result, undefined, { draws: 2000, gradients: 0 })
    for (const effective of effectiveDraws) expect(effective / draws).toBeCloseTo(1, 6)
    expect(importance(result, undefined, { draws: 30 }).effectiveDraws).toBeCloseTo(30, 4)
  })

  it("tell signal from noise: |E g| over its standard deviation", async () => {
    const program = model(function* () {
      const z = yield* sample("z", normal(0, 1))
      yield* observe("x", normal(z, 1), 3)
    })
    const q = guide(program, function* () {
      yield* sample("z", normal(yield* param("loc", 0), 0.5))
    })
    const result = await fit(program, q, [], { steps: 1, learningRate: 1e-12 })
    const { signalToNoise } = diagnose(result, undefined, { draws: 30, gradients: 120 })
    // the gradient is (3 - z) - loc with z = ε/2: mean 3, standard deviation ½; a ratio r of n draws varies by √((1 + r²/2) / n)
    expect(Math.abs(signalToNoise.loc! - 6)).toBeLessThan(4.5 * Math.sqrt((1 + 6 ** 2 / 2) / 120))
  })
})

describe("a fit's report", () => {
  useBackend("tensorflow")
  const data = () => tf.tensor1d(wave(30, 1.3))

  it("ends with the diagnosis, under the objective of the fit", async () => {
    for (const objective of [iwae({ particles: 4 }), annealed({ warmup: 10 })]) {
      const result = await fit(means, linear, [data()], { steps: 20, batch: 10, objective })
      const report = result.report()
      expect(report).toMatch(/^finished after 20 steps/)
      expect(report).toMatch(/\n {2}divergence +z \d+\.\d+ nats\n/)
      expect(report).toMatch(/\n {2}gradient +signal to noise \(0 at an optimum\) s\w+ \d/)
      expect(result.report()).toBe(report)
      result.dispose()
    }
  })

  it("says that there is none once the data is disposed", async () => {
    const x = data()
    const result = await fit(means, linear, [x], { steps: 20 })
    x.dispose()
    expect(result.report()).toContain("diagnosis: none, since data or params are disposed")
    expect(String(diagnose(result, [data()]))).toMatch(/^finished: all 20 steps done\ndiagnosis:\n {2}ELBO/)
  })

  it("does not judge a point by weights, which are equal wherever it is", async () => {
    for (const point of [autoGuide.point(means), autoGuide.laplace(means)]) {
      const result = await fit(means, point, [data()], { steps: 20 })
      expect(diagnose(result).kHats).toEqual([])
      expect(result.report()).toMatch(/\n {2}weights +none: the guide is a point\n/)
    }
  })

  it("leaves out what a model without latents has not", async () => {
    const plain = model(function* (x: tf.Tensor1D) {
      const loc = yield* param("loc", 0)
      yield* plate("rows", x, function* (row) {
        yield* observe("x", normal(loc, 1), row)
      })
    })
    const none = guide(plain, function* () {})
    const report = (await fit(plain, none, [data()], { steps: 20 })).report()
    expect(report).toContain("gradient    has no noise")
    expect(report).not.toMatch(/weights|active units|divergence {2}/)
  })
})
