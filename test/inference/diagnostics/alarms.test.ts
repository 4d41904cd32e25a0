/** Planted troubles raise their alarm; good fits raise none. */
import {
  adam,
  autoGuide,
  cosine,
  diagnose,
  fit,
  guide,
  linearGuide,
  model,
  normal,
  observe,
  param,
  plate,
  ppca,
  sample,
  tf,
  vae,
} from "latently"
import { describe, expect, it } from "vitest"
import { kHatLimit } from "../../../src/inference/diagnostics/alarms.js"
import { useBackend } from "../../backends.js"
import { fittedAt, linear, means, wave } from "./conjugate.js"

const codesOf = ({ alarms }: ReturnType<typeof diagnose>): string[] => alarms.map(({ code }) => code)
const codes = (fitted: Parameters<typeof diagnose>[0]): string[] => codesOf(diagnose(fitted))

it("k-hat is trusted up to min(1 - 1 / log₁₀ draws, 0.7)", () => {
  expect(kHatLimit(100)).toBeCloseTo(0.5, 12)
  expect(kHatLimit(1000)).toBeCloseTo(2 / 3, 12)
  expect(kHatLimit(4000)).toBe(0.7)
})

describe("a guide whose tails are too light", () => {
  useBackend("tensorflow")

  // a normal guide of share r of a normal posterior's variance has weights with a tail of shape 1 - r
  it("alarms row by row at shape 0.92, and not at 0.2, nor where it is too wide", async () => {
    const narrow = diagnose(await fittedAt(0.5, 0.2, wave(40, 1.9)))
    expect(codesOf(narrow)).toEqual(["weights"])
    expect(narrow.alarms[0]!.text).toMatch(
      /too light in \d+ of 40 rows: importance weights have k-hat \d\.\d+/,
    )
    expect(codes(await fittedAt(0.5, Math.sqrt(0.4), wave(40, 1.9)))).toEqual([])
    expect(codes(await fittedAt(0.5, 1.2, wave(40, 1.9)))).toEqual([])
  })

  it("alarms for a latent outside all plates", async () => {
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
    const good = diagnose(await fit(program, at(1), [x], { steps: 1 }))
    expect(codesOf(good)).toEqual([])
    expect(String(good)).toContain("all equal: the guide is the posterior")
  })

  it("alarms for independent normals fitted to Neal's funnel", async () => {
    const funnel = model(function* () {
      const v = yield* sample("v", normal(0, 3))
      yield* sample("x", normal(tf.zeros([9]), tf.exp(tf.div(v, 2))).toEvent(1))
    })
    const fitted = await fit(funnel, autoGuide.meanField(funnel), [], {
      steps: 2000,
      optimizer: adam(cosine(0.05, 2000)),
    })
    const { alarms, kHats } = diagnose(fitted)
    expect(kHats[0]!).toBeGreaterThan(0.7)
    expect(alarms.map(({ code }) => code)).toEqual(["weights"])
    expect(alarms[0]!.advice).toContain("autoGuide.fullRank")
  })
})

describe("a VAE", () => {
  useBackend("tensorflow")
  const trained = async (rows: number[][], scale: number) => {
    const program = vae({ pixels: 6, hidden: 8, latents: 4, likelihood: "gaussian", scale })
    const options = { steps: 1500, batch: 50, learningRate: 0.01 }
    return diagnose(await fit(program.model, program.encoder, [tf.tensor2d(rows)], options))
  }

  it("of pure noise alarms: its posterior collapses onto the prior", async () => {
    const noise = Array.from({ length: 200 }, (_, i) => wave(6, 1 + 0.618034 * i))
    const diagnosis = await trained(noise, 2)
    expect(codesOf(diagnosis)).toContain("collapse")
    expect(diagnosis.activeUnits.z).toMatchObject({ active: 0, units: 4 })
    expect(String(diagnosis)).toContain("collapse: the posterior of 'z' has collapsed onto its prior: 0 of 4")
  })

  it("of data with one direction in it does not: one unit codes for it", async () => {
    const line = wave(200, 1.3).map((t) => [t, -t, 2 * t, t, t, -t])
    const diagnosis = await trained(line, 1)
    expect(codesOf(diagnosis)).not.toContain("collapse")
    expect(diagnosis.activeUnits.z!.active).toBeGreaterThanOrEqual(1)
  })
})

describe("a fit", () => {
  useBackend("tensorflow")

  it("that diverged alarms", async () => {
    const falling = model(function* () {
      const x = yield* param("x", 1)
      yield* observe("y", normal(tf.log(x as tf.Scalar), 1), -50)
    })
    const none = guide(falling, function* () {})
    expect(codes(await fit(falling, none, [], { steps: 500, learningRate: 0.05 }))).toEqual(["diverged"])
  })

  it("stopped while its loss still fell alarms, until it has gone on", async () => {
    const far = model(function* () {
      const x = yield* param("x", 0)
      yield* observe("y", normal(x, 1), 100)
    })
    const none = guide(far, function* () {})
    const short = await fit(far, none, [], { steps: 200, learningRate: 0.05 })
    expect(codes(short)).toEqual(["unfinished"])
    expect(codes(await short.continue(8000))).toEqual([])
  })

  it("of PPCA to its optimum alarms of nothing", async () => {
    const rows = tf.tensor2d(Array.from({ length: 60 }, (_, i) => wave(4, 1 + 0.7 * i)))
    const table = ppca({ dimension: 4, latents: 1 })
    const optimizer = adam(cosine(0.02, 2000))
    expect(codes(await fit(table, linearGuide(table), [rows], { steps: 2000, optimizer }))).toEqual([])
  })

  it("of a conjugate model raises at most 2 alarms in 100 seeds", async () => {
    const x = tf.tensor1d(wave(25, 1.1))
    const raised: string[] = []
    for (let seed = 0; seed < 100; seed++) {
      const optimizer = adam(cosine(0.1, 200))
      const fitted = await fit(means, linear, [x], { steps: 200, optimizer, seed, compile: true })
      raised.push(...codesOf(diagnose(fitted, undefined, { seed, gradients: 0 })))
      fitted.dispose()
    }
    expect(raised.length).toBeLessThanOrEqual(2)
  }, 120_000)
})
