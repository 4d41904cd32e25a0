/** Diagnoses of fits: figures against closed forms, planted troubles that must raise their alarm, good fits that must not. */
import {
  adam,
  evaluate,
  fit,
  guide,
  linearGuide,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  ppca,
  sample,
  tf,
  vae,
} from "latently"
import { describe, expect, it } from "vitest"
import { diagnose } from "../../src/inference/diagnostics/diagnose.js"
import { useBackend } from "../backends.js"

const wave = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) * seed + seed))

const means = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

/** The posterior N(x/2, 1/2) at slope 0.5 and scale 0.7071, learned or given. */
const linear = guide(means, function* (x) {
  const slope = yield* param("slope", 0.5)
  const scale = yield* param("scale", Math.SQRT1_2, positive)
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.mul(slope, row), scale))
  })
})

const fitted = async (slope: number, scale: number, data: number[]) =>
  fit(means, linear, [tf.tensor1d(data)], {
    steps: 1,
    learningRate: 1e-12,
    initial: { slope: tf.scalar(slope), scale: tf.scalar(scale) },
  })

describe("figures", () => {
  useBackend("tensorflow")

  it("are the ELBO site by site, and its parts in closed form", async () => {
    const data = wave(30, 1.3)
    const result = await fitted(0.4, 0.8, data)
    const { likelihood, divergence, elbo, activeUnits, draws } = diagnose(result, { draws: 2000 })
    const squares = data.reduce((sum, x) => sum + x * x, 0)
    const expected = -0.5 * (30 * Math.log(2 * Math.PI) + 0.36 * squares + 30 * 0.64)
    const kl = 0.5 * (0.16 * squares + 30 * (0.64 - 1 - 2 * Math.log(0.8)))
    const error = Math.sqrt((30 * 2) / draws) + Math.sqrt(squares / draws)
    expect(Math.abs(likelihood.x! - expected)).toBeLessThan(4.5 * error)
    expect(Math.abs(divergence.z! - kl)).toBeLessThan(4.5 * error)
    expect(elbo).toBeCloseTo(likelihood.x! - divergence.z!, 9)
    expect(Math.abs(elbo - evaluate(result, undefined, { draws: 50 }).elbo)).toBeLessThan(4.5 * error)
    const mean = data.reduce((a, b) => a + b, 0) / 30
    const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 30
    expect(activeUnits.z!.variances[0]).toBeCloseTo(0.16 * variance, 4)
    expect(activeUnits.z).toMatchObject({ active: 1, units: 1 })
  })

  it("scale up from the rows looked at, and leave no tensor behind", async () => {
    const data = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1))
    const result = await fitted(0.5, Math.SQRT1_2, data)
    const few = diagnose(result, { rows: 40, draws: 50 })
    const all = diagnose(result, { rows: 400, draws: 50 })
    // at the posterior every draw's bound is the evidence, whatever rows are seen
    expect(few.elbo).toBeCloseTo(all.elbo, 1)
    expect(few.kHats).toHaveLength(40)
    const before = tf.memory().numTensors
    diagnose(result, { rows: 40, draws: 50 })
    expect(tf.memory().numTensors).toBe(before)
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
    const { signalToNoise } = diagnose(result, { draws: 30, gradients: 400 })
    // the gradient is (3 - z) - loc with z = loc + ε/2: mean 3, standard deviation ½
    expect(Math.abs(signalToNoise.loc! - 6)).toBeLessThan(1)
  })
})

describe("alarms", () => {
  useBackend("tensorflow")
  const codes = (result: Parameters<typeof diagnose>[0]): string[] =>
    diagnose(result).alarms.map(({ code }) => code)

  it("a guide much too narrow: its weights are heavy-tailed", async () => {
    const narrow = await fitted(0.5, 0.2, wave(40, 1.9))
    const { alarms } = diagnose(narrow)
    expect(alarms.map(({ code }) => code)).toEqual(["weights"])
    expect(alarms[0]!.text).toMatch(/in \d+ of 40 rows \(worst k-hat/)
    expect(codes(await fitted(0.5, 1.2, wave(40, 1.9)))).toEqual([])
  })

  it("the same for a latent outside all plates", async () => {
    const program = model(function* (x: tf.Tensor1D) {
      const mu = yield* sample("mu", normal(0, 1))
      yield* plate("rows", x, function* (row) {
        yield* observe("x", normal(mu, 1), row)
      })
    })
    const data = wave(8, 2.1)
    const at = (width: number) =>
      guide(program, function* () {
        yield* sample("mu", normal(data.reduce((a, b) => a + b, 0) / 9, width / 3))
      })
    const x = tf.tensor1d(data)
    expect(codes(await fit(program, at(0.25), [x], { steps: 1 }))).toEqual(["weights"])
    expect(codes(await fit(program, at(1), [x], { steps: 1 }))).toEqual([])
  })

  it("a VAE of pure noise: its posterior collapses onto the prior", async () => {
    const noise = tf.tensor2d(Array.from({ length: 200 }, (_, i) => wave(6, 1 + 0.618034 * i)))
    const program = vae({ pixels: 6, hidden: 8, latents: 4, likelihood: "gaussian", scale: 2 })
    const result = await fit(program.model, program.encoder, [noise], {
      steps: 1500,
      batch: 50,
      learningRate: 0.01,
    })
    const diagnosis = diagnose(result)
    expect(diagnosis.alarms.map(({ code }) => code)).toContain("collapse")
    expect(diagnosis.activeUnits.z).toMatchObject({ active: 0, units: 4 })
    expect(String(diagnosis)).toContain("ALARM collapse: the posterior of 'z' has collapsed")
  })

  it("a fit that diverged, and one stopped while its loss still fell", async () => {
    const falling = model(function* () {
      const x = yield* param("x", 1)
      yield* observe("y", normal(tf.log(x as tf.Scalar), 1), -50)
    })
    const none = guide(falling, function* () {})
    expect(codes(await fit(falling, none, [], { steps: 500, learningRate: 0.05 }))).toEqual(["diverged"])
    const far = model(function* () {
      const x = yield* param("x", 0)
      yield* observe("y", normal(x, 1), 100)
    })
    const short = await fit(
      far,
      guide(far, function* () {}),
      [],
      { steps: 200, learningRate: 0.05 },
    )
    const diagnosis = diagnose(short)
    expect(diagnosis.alarms.map(({ code }) => code)).toEqual(["unfinished"])
    expect(String(diagnosis)).toContain("finished: all 200 steps done")
  })

  it("PPCA at its optimum raises none", async () => {
    const rows = tf.tensor2d(Array.from({ length: 60 }, (_, i) => wave(4, 1 + 0.7 * i)))
    const table = ppca({ dimension: 4, latents: 1 })
    const result = await fit(table, linearGuide(table), [rows], {
      steps: 3000,
      learningRate: (step) => 0.02 / (1 + step / 500),
    })
    expect(codes(result)).toEqual([])
  })
})

describe("good fits", () => {
  useBackend("cpu")
  it("raise at most 2 alarms in 100 seeds", async () => {
    const x = tf.tensor1d(wave(25, 1.1))
    let alarms = 0
    for (let seed = 0; seed < 100; seed++) {
      const result = await fit(means, linear, [x], { steps: 120, optimizer: adam(0.002), seed })
      alarms += diagnose(result, { seed, gradients: 0 }).alarms.length
      result.dispose()
    }
    expect(alarms).toBeLessThanOrEqual(2)
  })
})
