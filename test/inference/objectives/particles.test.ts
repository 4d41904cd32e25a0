/** Particles as copies of rows and as runs; divergences with a weight. */
import { bernoulli, fit, guide, model, normal, observe, param, plate, positive, sample, tf } from "latently"
import { describe, expect, it } from "vitest"
import { annealed } from "../../../src/inference/objectives/annealed.js"
import { elbo } from "../../../src/inference/objectives/elbo.js"
import { iwae } from "../../../src/inference/objectives/importance-weighted.js"
import { useBackend } from "../../backends.js"
import { along, estimates, zBetween, zScore } from "./estimates.js"
import { slope } from "./quadrature.js"
import { data, locals, logNormal, off } from "./rows.js"

/** Rows that are all alike make one gradient the mean of that many independent ones. */
const alike = 500

const x = 1.6
const coin = model(function* (x: tf.Tensor1D) {
  const height = yield* param("height", 2)
  yield* plate("rows", x, function* (row) {
    const b = yield* sample("b", bernoulli({ probs: 0.3 }))
    yield* observe("x", normal(tf.mul(b, height), 1), row)
  })
})

const coinGuide = (gradient: "exact" | "score" | "local") =>
  guide(coin, function* (x) {
    const logit = yield* param("logit", -1)
    yield* plate("rows", x, function* () {
      yield* sample("b", bernoulli({ logits: logit }), { gradient })
    })
  })

describe("particles as copies of rows, and as runs", () => {
  useBackend("tensorflow")
  it("give the same bound, and a body that cannot take copies is run again for each", () => {
    const rows = tf.fill([alike], x) as tf.Tensor1D
    const captured = model(function* (all: tf.Tensor1D) {
      const shift = yield* param("shift", 0.5)
      yield* plate("rows", alike, function* () {
        const z = yield* sample("z", normal(shift, 1))
        yield* observe("x", normal(z, 1), all)
      })
    })
    const [tiled, runs] = [locals, captured].map((program) =>
      estimates(program, off, [rows], iwae({ particles: 5 }), { draws: 40 }),
    )
    expect(Math.abs(zBetween(tiled!.values, runs!.values))).toBeLessThan(4.5)
    expect(Math.abs(zBetween(along(tiled!.gradients.s!), along(runs!.gradients.s!)))).toBeLessThan(4.5)
  })
})

describe("trying whether copies of rows will do", () => {
  useBackend("tensorflow")
  it("leaves no tensor behind", async () => {
    const rows = tf.tensor1d(data)
    for (const gradient of ["score", "local"] as const) {
      const before = tf.memory().numTensors
      const fitted = await fit(coin, coinGuide(gradient), [rows], {
        steps: 2,
        objective: elbo({ particles: 3 }),
      })
      fitted.dispose()
      expect(tf.memory().numTensors).toBe(before)
    }
  })
})

describe("a divergence with a weight", () => {
  useBackend("tensorflow")
  const kl = data.reduce((sum, value) => {
    const loc = 0.7 - 0.5
    return sum + 0.5 * (0.81 + loc * loc - 1 - Math.log(0.81)) + 0 * value
  }, 0)

  it.each([
    ["twice", { weight: 2 }, [2, 2, 2]],
    ["rising", { warmup: 4 }, [0, 0.25, 0.5]],
    ["rising from 0.5 to 3", { warmup: 2, from: 0.5, weight: 3 }, [0.5, 1.75, 3]],
    ["in cycles", { warmup: 2, cycle: 3 }, [0, 0.5, 1, 0]],
  ] as const)("counts %s what the closed form gives", (_, options, weights) => {
    const rows = tf.tensor1d(data)
    const plain = estimates(locals, off, [rows], elbo(), { draws: weights.length }).values
    const weighed = estimates(locals, off, [rows], annealed(options), { draws: weights.length }).values
    weights.forEach((weight, i) => {
      expect(weighed[i]! - plain[i]!).toBeCloseTo((1 - weight) * kl, 3)
    })
  })

  it("scales prior and guide alike at a score-function site: the gradient is that of likelihood - β KL", () => {
    const rows = tf.fill([alike], x) as tf.Tensor1D
    const exact = (logit: number): number => {
      const on = 1 / (1 + Math.exp(-logit))
      const divergence = on * Math.log(on / 0.3) + (1 - on) * Math.log((1 - on) / 0.7)
      return on * logNormal(x, 2, 1) + (1 - on) * logNormal(x, 0, 1) - 3 * divergence
    }
    const expected = alike * slope(exact, -1)
    for (const drawnKl of [false, true]) {
      const asked = { draws: 60, burn: 20, drawnKl }
      const { gradients } = estimates(coin, coinGuide("score"), [rows], annealed({ weight: 3 }), asked)
      expect(Math.abs(zScore(along(gradients.logit!), expected))).toBeLessThan(4.5)
    }
  })

  it("gives a site its free nats: below them the divergence is a constant, above them it counts in full", () => {
    const rows = tf.tensor1d(data)
    const free = (nats: number) => estimates(locals, off, [rows], annealed({ freeBits: nats }), { draws: 1 })
    const plain = estimates(locals, off, [rows], elbo(), { draws: 1 })
    expect(free(0.5).values[0]! - plain.values[0]!).toBeCloseTo(kl - 0.5 * data.length, 3)
    expect(free(0.001).values[0]!).toBeCloseTo(plain.values[0]!, 4)
    const likelihoodOnly = estimates(locals, off, [rows], annealed({ weight: 0 }), { draws: 1 })
    expect(free(0.5).gradients.s![0]![0]!).toBeCloseTo(likelihoodOnly.gradients.s![0]![0]!, 3)
    expect(free(0.001).gradients.s![0]![0]!).toBeCloseTo(plain.gradients.s![0]![0]!, 3)
  })

  it("frees each site by itself, while the weight warms up, in a batch as in all rows: by the formula", () => {
    const two = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const z = yield* sample("z", normal(0, 1))
        const w = yield* sample("w", normal(0, 2))
        yield* observe("x", normal(tf.add(z, w), 1), row)
      })
    })
    const own = guide(two, function* (x) {
      const [loc, scale] = [yield* param("loc", 1.2), yield* param("scale", 2.1, positive)]
      yield* plate("rows", x, function* (row) {
        yield* sample("z", normal(tf.mul(loc, row), 0.5))
        yield* sample("w", normal(0.1, scale))
      })
    })
    const divergence = (loc: number, scale: number, prior: number): number =>
      Math.log(prior / scale) + (scale ** 2 + loc ** 2) / (2 * prior ** 2) - 0.5
    const beta = (step: number): number => 0.2 + 0.6 * Math.min(1, step / 4)
    for (const batch of [undefined, 3]) {
      const asked = { draws: 6, ...(batch ? { batch } : {}) }
      const [plain, free] = [elbo(), annealed({ weight: 0.8, from: 0.2, warmup: 4, freeBits: 0.3 })].map(
        (objective) => estimates(two, own, [tf.tensor1d(data)], objective, asked),
      )
      const seen = data.slice(0, batch)
      const ofZ = (7 / seen.length) * seen.reduce((sum, row) => sum + divergence(1.2 * row, 0.5, 1), 0)
      const ofW = 7 * divergence(0.1, 2.1, 2)
      expect(ofZ).toBeGreaterThan(7 * 0.3)
      expect(ofW).toBeLessThan(7 * 0.3)
      const slopeZ = (7 / seen.length) * seen.reduce((sum, row) => sum + 1.2 * row ** 2, 0)
      const slopeW = 7 * 2.1 * slope((scale) => divergence(0.1, scale, 2), 2.1)
      free!.values.forEach((value, step) => {
        const likelihood = plain!.values[step]! + ofZ + ofW
        expect(value).toBeCloseTo(likelihood - beta(step) * (Math.max(ofZ, 2.1) + Math.max(ofW, 2.1)), 3)
        const [z, w] = [free!.gradients.loc![step]![0]!, free!.gradients.scale![step]![0]!]
        expect(z).toBeCloseTo(plain!.gradients.loc![step]![0]! + slopeZ - beta(step) * slopeZ, 3)
        expect(w).toBeCloseTo(plain!.gradients.scale![step]![0]! + slopeW, 3)
      })
    }
  })
})
