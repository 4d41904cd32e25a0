/** Objectives against exact answers: the evidence at the posterior, quadrature and full enumeration elsewhere. */
import {
  bernoulli,
  fit,
  guide,
  model,
  normal,
  observe,
  type Program,
  param,
  plate,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { annealed } from "../../../src/inference/objectives/annealed.js"
import { elbo } from "../../../src/inference/objectives/elbo.js"
import { doublyReparameterized, iwae } from "../../../src/inference/objectives/importance-weighted.js"
import type { Objective } from "../../../src/inference/objectives/objective.js"
import { renyi } from "../../../src/inference/objectives/renyi.js"
import { reweightedWakeSleep } from "../../../src/inference/objectives/reweighted-wake-sleep.js"
import { stickingTheLanding } from "../../../src/inference/objectives/sticking-the-landing.js"
import { vimco } from "../../../src/inference/objectives/vimco.js"
import { backends, useBackend } from "../../backends.js"
import { along, estimates, meanOf, zScore } from "./estimates.js"
import { type Combine, coinBound, coinWake, logMean, normalBound, renyiMean, slope } from "./quadrature.js"
import { data, linear, locals, logNormal, off } from "./rows.js"

const rowEvidence = (x: number): number => logNormal(x, 0.5, 2)

const posterior = linear(0.5, 0.25, Math.SQRT1_2)

const everywhere: readonly (readonly [string, Objective])[] = [
  ["elbo", elbo()],
  ["elbo, 3 particles", elbo({ particles: 3 })],
  ["sticking the landing", stickingTheLanding()],
  ["sticking the landing, 3", stickingTheLanding({ particles: 3 })],
  ["iwae 1", iwae({ particles: 1 })],
  ["iwae 5", iwae({ particles: 5 })],
  ["iwae 5, path gradient", iwae({ particles: 5, guideGradient: "stickingTheLanding" })],
  ["doubly reparameterized 5", doublyReparameterized({ particles: 5 })],
  ["renyi 1/2", renyi({ alpha: 0.5, particles: 4 })],
  ["renyi 2", renyi({ alpha: 2, particles: 4 })],
  ["renyi -∞", renyi({ alpha: Number.NEGATIVE_INFINITY, particles: 4 })],
  ["vimco 3", vimco({ particles: 3 })],
  ["reweighted wake-sleep 3", reweightedWakeSleep({ particles: 3 })],
  ["annealed to 1", annealed({ warmup: 0 })],
]

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it.each(everywhere)(
      "%s: equals the evidence at every draw under the posterior, all rows and a batch",
      (_, objective) => {
        const x = tf.tensor1d(data)
        const whole = data.reduce((sum, value) => sum + rowEvidence(value), 0)
        const three = (7 / 3) * data.slice(0, 3).reduce((sum, value) => sum + rowEvidence(value), 0)
        for (const value of estimates(locals, posterior, [x], objective, { draws: 3, drawnKl: true }).values)
          expect(value).toBeCloseTo(whole, 4)
        for (const value of estimates(locals, posterior, [x], objective, { batch: 3, drawnKl: true }).values)
          expect(value).toBeCloseTo(three, 4)
      },
    )

    it.each(everywhere.filter(([title]) => /path|doubly|landing/.test(title)))(
      "%s: no gradient for the guide, at any draw, under the posterior",
      (_, objective) => {
        const { gradients } = estimates(locals, posterior, [tf.tensor1d(data)], objective, { draws: 4 })
        for (const leaf of ["a", "b", "s"])
          for (const [g] of gradients[leaf]!) expect(Math.abs(g!)).toBeLessThan(2e-5)
        expect(Math.abs(gradients.shift![0]![0]!)).toBeGreaterThan(1e-2)
      },
    )
  })

/** Rows that are all alike make one gradient the mean of that many independent ones. */
const alike = 500

const x = 1.6
const at = { shift: 0.5, loc: 0.7, scale: 0.9 }

type Exact = { readonly b: number; readonly s: number; readonly shift: number; readonly value: number }

/** Of 500 rows; the guide's scale is trained through its logarithm. */
const exactly = (combine: Combine): Exact => {
  const bound = (changed: Partial<typeof at>): number =>
    alike * normalBound(x, { ...at, ...changed }, combine)
  return {
    value: bound({}),
    b: slope((loc) => bound({ loc }), at.loc),
    s: at.scale * slope((scale) => bound({ scale }), at.scale),
    shift: slope((shift) => bound({ shift }), at.shift),
  }
}

const mean: Combine = (logWeights) => logWeights.reduce((a, b) => a + b, 0) / logWeights.length

describe("two particles of a normal latent, off the posterior", () => {
  useBackend("tensorflow")
  const rows = (): tf.Tensor1D => tf.fill([alike], x)

  it.each([
    ["elbo", elbo({ particles: 2 }), mean],
    ["sticking the landing", stickingTheLanding({ particles: 2 }), mean],
    ["iwae", iwae({ particles: 2 }), logMean],
    ["doubly reparameterized", doublyReparameterized({ particles: 2 }), logMean],
    ["renyi 1/2", renyi({ alpha: 0.5, particles: 2 }), renyiMean(0.5)],
    ["vimco without a discrete latent", vimco({ particles: 2 }), logMean],
  ] as const)("%s: value and gradient are unbiased, by quadrature", (_, objective, combine) => {
    const exact = exactly(combine)
    const { values, gradients } = estimates(locals, off, [rows()], objective, { draws: 60, drawnKl: true })
    expect(Math.abs(zScore(values, exact.value))).toBeLessThan(4.5)
    for (const leaf of ["b", "s", "shift"] as const)
      expect(Math.abs(zScore(along(gradients[leaf]!), exact[leaf]))).toBeLessThan(4.5)
    expect(meanOf(along(gradients.b!)).error).toBeLessThan(0.03 * Math.abs(exact.b))
  })

  it("wake-sleep climbs in the model as iwae does, draw by draw", () => {
    const [a, b] = [iwae({ particles: 4 }), reweightedWakeSleep({ particles: 4 })].map((objective) =>
      estimates(locals, off, [rows()], objective, { draws: 3 }),
    )
    for (const [i, value] of a!.values.entries()) {
      expect(b!.values[i]).toBeCloseTo(value, 3)
      expect(b!.gradients.shift![i]![0]! / a!.gradients.shift![i]![0]!).toBeCloseTo(1, 4)
    }
  })

  it("doubly reparameterized and sticking the landing vary less than the total gradient", () => {
    const spread = (objective: Objective): number =>
      meanOf(
        along(
          estimates(locals, linear(0.5, 0.3, 0.75), [rows()], objective, { draws: 40, drawnKl: true })
            .gradients.b!,
        ),
      ).variance
    expect(spread(doublyReparameterized({ particles: 8 }))).toBeLessThan(0.3 * spread(iwae({ particles: 8 })))
    expect(spread(stickingTheLanding())).toBeLessThan(0.3 * spread(elbo()))
  })
})

const coin = model(function* (x: tf.Tensor1D) {
  const height = yield* param("height", 2)
  yield* plate("rows", x, function* (row) {
    const b = yield* sample("b", bernoulli({ probs: 0.3 }))
    yield* observe("x", normal(tf.mul(b, height), 1), row)
  })
})

const coinGuide = (gradient: "exact" | "score") =>
  guide(coin, function* (x) {
    const logit = yield* param("logit", -1)
    yield* plate("rows", x, function* () {
      yield* sample("b", bernoulli({ logits: logit }), { gradient })
    })
  })

describe("a coin in each row, off the posterior", () => {
  useBackend("tensorflow")
  const rows = (): tf.Tensor1D => tf.fill([alike], x)
  const params = { logit: -1, height: 2 }

  it.each([
    ["elbo, exact sum", elbo(), "exact", mean],
    ["elbo, running average", elbo(), "score", mean],
    ["elbo, leave-one-out", elbo({ particles: 3 }), "score", mean],
    ["vimco 2", vimco({ particles: 2 }), "score", logMean],
    ["vimco 4, drawn in place of a sum", vimco({ particles: 4 }), "exact", logMean],
  ] as const)("%s: value and gradient are unbiased, by enumeration", (_, objective, gradient, combine) => {
    const bound = (changed: Partial<typeof params>): number =>
      alike * coinBound(x, { ...params, ...changed }, objective.particles, combine)
    const { values, gradients } = estimates(coin, coinGuide(gradient), [rows()], objective, {
      draws: 60,
      burn: 20,
    })
    const expected = {
      logit: slope((logit) => bound({ logit }), params.logit),
      height: slope((height) => bound({ height }), params.height),
    }
    expect(Math.abs(zScore(values, bound({})))).toBeLessThan(4.5)
    for (const leaf of ["logit", "height"] as const) {
      expect(Math.abs(zScore(along(gradients[leaf]!), expected[leaf]))).toBeLessThan(4.5)
      expect(meanOf(along(gradients[leaf]!)).error).toBeLessThan(0.05 * Math.abs(expected[leaf]))
    }
  })

  it("wake-sleep moves the guide by the weighted score, by enumeration", () => {
    const { gradients } = estimates(
      coin,
      coinGuide("score"),
      [rows()],
      reweightedWakeSleep({ particles: 3 }),
      { draws: 60 },
    )
    const wake = along(gradients.logit!)
    expect(Math.abs(zScore(wake, alike * coinWake(x, params, 3)))).toBeLessThan(4.5)
    const height = slope((h) => alike * coinBound(x, { ...params, height: h }, 3, logMean), params.height)
    expect(Math.abs(zScore(along(gradients.height!), height))).toBeLessThan(4.5)
  })

  it.each([
    ["vimco", vimco({ particles: 4 })],
    ["reweighted wake-sleep", reweightedWakeSleep({ particles: 8 })],
  ] as const)("%s ends at the exact posterior", async (_, objective) => {
    const odds = (0.3 * Math.exp(logNormal(x, 2, 1))) / (0.7 * Math.exp(logNormal(x, 0, 1)))
    const still = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const b = yield* sample("b", bernoulli({ probs: 0.3 }))
        yield* observe("x", normal(tf.mul(b, 2), 1), row)
      })
    })
    const { params } = await fit(still, coinGuide("score") as unknown as Program<[tf.Tensor1D]>, [rows()], {
      objective,
      steps: 1000,
      learningRate: (step) => 0.1 / (1 + step / 30),
    })
    const reached = (params as Record<string, tf.Tensor>).logit!.dataSync()[0]!
    expect(Math.abs(reached - Math.log(odds))).toBeLessThan(0.03)
  })
})
