/** The no-U-turn sampler against posteriors known in closed form or by quadrature, and its parts against theirs. */
import {
  bernoulli,
  beta,
  categorical,
  dirichlet,
  gamma,
  halfCauchy,
  marginalize,
  model,
  normal,
  observe,
  plate,
  poisson,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { dualAveraging, runningVariance, windowEnds } from "../../src/inference/sampling/adaptation.js"
import { effectiveSampleSize, rHat } from "../../src/inference/sampling/convergence.js"
import { nuts } from "../../src/inference/sampling/nuts.js"
import { type Dynamics, leapfrog } from "../../src/inference/sampling/trajectory.js"
import { useBackend } from "../backends.js"

/** Mean and standard deviation of one number's draws, and the standard error of its mean. */
const summary = (draws: tf.Tensor, effective: number, place = 0) => {
  const width = draws.size / draws.shape[0]!
  const values = [...draws.dataSync()].filter((_, i) => i % width === place)
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1))
  return { mean, deviation, error: deviation / Math.sqrt(effective) }
}

const within = (value: number, wanted: number, error: number): void => {
  expect(Math.abs(value - wanted) / error).toBeLessThan(4.5)
}

describe("nuts", () => {
  useBackend("tensorflow")

  it("finds conjugate posteriors: a normal mean, a beta, a gamma, a Dirichlet, all at once", () => {
    const x = [0.3, -1.2, 2.5, 0.8, 1.1]
    const program = model(function* () {
      const mu = yield* sample("mu", normal(0, 2))
      const p = yield* sample("p", beta(2, 3))
      const rate = yield* sample("rate", gamma(2, 1))
      const shares = yield* sample("shares", dirichlet([1, 2, 1]))
      yield* plate("rows", tf.tensor1d(x), function* (row) {
        yield* observe("x", normal(mu, 1), row)
        yield* observe("flip", bernoulli({ probs: p }), tf.tensor1d([1, 0, 1, 1, 1]))
        yield* observe("count", poisson(rate), tf.tensor1d([2, 0, 3, 1, 4]))
        yield* observe("class", categorical({ probs: shares }), tf.tensor1d([0, 2, 2, 1, 2]))
      })
    })
    const posterior = nuts(program, [], { draws: 400, warmup: 200, seed: 3 })
    const at = (name: string, place = 0) =>
      summary(
        posterior.draws[name]!,
        posterior.effectiveDraws[name]![Math.min(place, posterior.effectiveDraws[name]!.length - 1)]!,
        place,
      )
    const precision = 5 + 1 / 4
    const mu = at("mu")
    within(mu.mean, x.reduce((a, b) => a + b, 0) / precision, mu.error)
    within(mu.deviation, Math.sqrt(1 / precision), mu.error)
    within(at("p").mean, 6 / 10, at("p").error)
    within(at("p").deviation, Math.sqrt(0.24 / 11), at("p").error)
    within(at("rate").mean, 12 / 6, at("rate").error)
    within(at("rate").deviation, Math.sqrt(12) / 6, at("rate").error)
    for (const [place, count] of [2, 3, 4].entries())
      within(at("shares", place).mean, count / 9, at("shares", place).error)
    for (const numbers of Object.values(posterior.rHat))
      for (const value of numbers) expect(value).toBeLessThan(1.02)
    expect(posterior.divergences).toBe(0)
    expect(String(posterior)).toContain("0 divergent transitions")
  })

  it("sums a discrete latent out, and gives the same draws from the same seed", () => {
    const mixed = model(function* (x: tf.Tensor1D) {
      const mu = yield* sample("mu", normal(0, 3))
      yield* plate("rows", x, function* (row) {
        const k = yield* sample("k", bernoulli({ probs: 0.3 }))
        yield* observe("x", normal(tf.add(mu, tf.mul(k, 2)), 0.5), row)
      })
    })
    const data = [0.1, 2.2, -0.3, 0.4]
    const logPosterior = (mu: number): number =>
      -(mu ** 2) / 18 +
      data.reduce(
        (sum, x) =>
          sum + Math.log(0.7 * Math.exp(-2 * (x - mu) ** 2) + 0.3 * Math.exp(-2 * (x - mu - 2) ** 2)),
        0,
      )
    const grid = Array.from({ length: 4001 }, (_, i) => -6 + i * 0.003)
    const weights = grid.map((mu) => Math.exp(logPosterior(mu)))
    const total = weights.reduce((a, b) => a + b, 0)
    const exact = grid.reduce((sum, mu, i) => sum + (mu * weights[i]!) / total, 0)
    const options = { draws: 400, warmup: 200, seed: 7 }
    const a = nuts(mixed, [tf.tensor1d(data)], options)
    const b = nuts(marginalize(mixed, "k"), [tf.tensor1d(data)], options)
    const mu = summary(a.draws.mu!, a.effectiveDraws.mu![0]!)
    within(mu.mean, exact, mu.error)
    expect([...a.draws.mu!.dataSync()]).toEqual([...b.draws.mu!.dataSync()])
    expect(Object.keys(a.draws)).toEqual(["mu"])
  })

  it("samples eight schools, non-centred: mu 4.397, tau 3.598 by quadrature", () => {
    const effects = tf.tensor1d([28, 8, -3, 7, -1, 1, 18, 12])
    const errors = tf.tensor1d([15, 10, 16, 11, 9, 11, 10, 18])
    const schools = model(function* () {
      const mu = yield* sample("mu", normal(0, 5))
      const tau = yield* sample("tau", halfCauchy(5))
      yield* plate("schools", 8, function* () {
        const theta = yield* sample("theta", normal(0, 1))
        yield* observe("y", normal(tf.add(mu, tf.mul(tau, theta)), errors), effects)
      })
    })
    const posterior = nuts(schools, [], { draws: 500, warmup: 200, seed: 1, acceptance: 0.9 })
    const mu = summary(posterior.draws.mu!, posterior.effectiveDraws.mu![0]!)
    const tau = summary(posterior.draws.tau!, posterior.effectiveDraws.tau![0]!)
    within(mu.mean, 4.397, mu.error)
    within(tau.mean, 3.598, tau.error)
    expect(mu.error).toBeLessThan(0.2)
    expect(posterior.draws.theta!.shape).toEqual([1000, 8])
  })

  it("refuses what it cannot sample, and leaves no tensor behind but the draws", () => {
    const counting = model(function* () {
      yield* sample("n", poisson(3))
      yield* sample("z", normal(0, 1))
    })
    expect(() => nuts(counting, [])).toThrow("site 'n': poisson is discrete with no finite list of values")
    const finite = model(function* () {
      yield* sample("k", bernoulli({ probs: 0.5 }))
    })
    expect(() => nuts(finite, [])).toThrow("no continuous latent")
    const bell = model(function* () {
      yield* sample("z", normal(0, 1))
    })
    const before = tf.memory().numTensors
    nuts(bell, [], { draws: 20, warmup: 20 }).draws.z!.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe("the parts of a sampler", () => {
  it("leapfrog goes back to where it came from, and its energy error falls with the square of the step", () => {
    const densityAt = (q: Float64Array) => ({
      value: -0.5 * (q[0]! ** 2 + 4 * q[1]! ** 2),
      gradient: Float64Array.of(-q[0]!, -4 * q[1]!),
    })
    const variances = Float64Array.of(1, 0.25)
    const position = Float64Array.of(0.7, -0.4)
    const start = { position, momentum: Float64Array.of(0.5, 1.1), density: densityAt(position) }
    const dynamics: Dynamics = { densityAt, variances, step: 0.1, uniform: () => 0.5, maxDepth: 5 }
    const there = leapfrog(start, dynamics, 0.1)
    const back = leapfrog({ ...there, momentum: there.momentum.map((p) => -p) }, dynamics, 0.1)
    back.position.forEach((value, i) => {
      expect(value).toBeCloseTo(position[i]!, 12)
    })
    const energy = (phase: typeof start): number =>
      phase.momentum.reduce((sum, p, i) => sum + 0.5 * p * p * variances[i]!, 0) - phase.density.value
    const error = (step: number): number => {
      let phase: typeof start = start
      for (let t = 0; t < Math.round(2 / step); t++) phase = leapfrog(phase, dynamics, step) as typeof start
      return Math.abs(energy(phase) - energy(start))
    }
    expect(error(0.02) / error(0.01)).toBeGreaterThan(3.8)
    expect(error(0.02) / error(0.01)).toBeLessThan(4.2)
  })

  it("dual averaging settles where the acceptance is the wanted one", () => {
    const size = dualAveraging(3, 0.8)
    for (let i = 0; i < 2000; i++) size.learn(Math.exp(-size.current))
    expect(Math.exp(-size.settled)).toBeCloseTo(0.8, 2)
  })

  it("learns variances, and windows that double", () => {
    const running = runningVariance(1)
    const values = [1, 4, 2, 8, 5, 7]
    for (const value of values) running.add(Float64Array.of(value))
    const sample = values.reduce((sum, v) => sum + (v - 4.5) ** 2, 0) / 5
    expect(running.variances()[0]).toBeCloseTo((6 / 11) * sample + 0.005 / 11, 10)
    expect(windowEnds(1000)).toEqual([100, 150, 250, 450, 950])
    expect(windowEnds(10)).toEqual([])
  })

  it("R-hat and effective size of chains made for it", () => {
    const wave = (phase: number): Float64Array =>
      Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * 2.399963 + phase))
    expect(rHat([wave(0), wave(1)])).toBeLessThan(1.01)
    expect(rHat([wave(0), wave(1).map((x) => x + 5)])).toBeGreaterThan(2)
    let state = 12345
    const uniform = (): number => {
      state = (state * 1664525 + 1013904223) % 2 ** 32
      return state / 2 ** 32 - 0.5
    }
    const autoregressive = (weight: number): Float64Array => {
      let x = 0
      return Float64Array.from({ length: 20_000 }, () => {
        x = weight * x + uniform()
        return x
      })
    }
    // an AR(1) chain of weight a is worth (1 - a)/(1 + a) of its length
    for (const weight of [0, 0.5, 0.9]) {
      const share = effectiveSampleSize([autoregressive(weight)]) / 20_000
      expect(share / ((1 - weight) / (1 + weight))).toBeGreaterThan(0.85)
      expect(share / ((1 - weight) / (1 + weight))).toBeLessThan(1.15)
    }
  })
})
