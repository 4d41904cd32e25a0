/** What `checkGradient` says: its references, the shares of variance, other objectives. */
import {
  bernoulli,
  beta,
  gamma,
  guide,
  marginalize,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { iwae } from "../../src/inference/objectives/importance-weighted.js"
import { stickingTheLanding } from "../../src/inference/objectives/sticking-the-landing.js"
import { checkGradient } from "../../src/inference/proof/check-gradient.js"
import { useBackend } from "../backends.js"

describe("what a check says", () => {
  useBackend("cpu")
  const pair = model(function* (x: tf.Tensor1D) {
    const p = yield* sample("p", beta(2, 2))
    const rate = yield* sample("rate", gamma(2, 1))
    yield* plate("rows", x, function* (row) {
      yield* observe("x", normal(tf.add(p, rate), 1), row)
    })
  })
  const q = guide(pair, function* () {
    yield* sample("p", beta(yield* param("a", 2, positive), 3))
    yield* sample("rate", gamma(yield* param("concentration", 3, positive), 2))
  })
  const data = (): [tf.Tensor1D] => [tf.tensor1d([1.2, 0.4, 2.1])]

  it("agrees between quadrature in two dimensions and the score function, and says which it used", () => {
    const exact = checkGradient(pair, q, data(), { draws: 150, varianceDraws: 8 })
    expect(exact.reference).toMatch(/^exact quadrature, \d+ runs$/)
    const scored = checkGradient(pair, q, data(), { draws: 150, reference: "score", varianceDraws: 0 })
    expect(scored.reference).toContain("score function")
    expect(exact.ok && scored.ok).toBe(true)
    scored.parameters.forEach(({ exact: estimate, standardError }, i) => {
      expect(Math.abs(estimate - exact.parameters[i]!.exact)).toBeLessThan(4.5 * standardError)
    })
    const { p, rate } = exact.varianceShare as { p: number; rate: number }
    expect(p + rate).toBeCloseTo(1, 6)
    expect(rate).toBeGreaterThan(p)
    expect(String(exact)).toContain("variance behind: p ")
  })

  it("shows whose draw the variance comes from: none of an exact sum, the rows of unequal data", () => {
    const mixed = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const k = yield* sample("k", bernoulli({ probs: 0.5 }))
        const z = yield* sample("z", normal(0, 1))
        yield* observe("x", normal(z, 1), row)
        yield* observe("y", normal(tf.cast(k, "float32"), 1), row)
      })
    })
    const r = guide(mixed, function* (x) {
      const loc = yield* param("loc", 0)
      const logit = yield* param("logit", 0)
      yield* plate("rows", x, function* () {
        yield* sample("k", bernoulli({ logits: logit }))
        yield* sample("z", normal(loc, 1e-3))
      })
    })
    const x = tf.tensor1d(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 3 : -3)))
    const check = checkGradient(mixed, r, [x], { batch: 5, draws: 40 })
    expect(check.varianceShare.k).toBe(0)
    expect(check.varianceShare["(rows)"]).toBeGreaterThan(0.99)
    expect(check.ok).toBe(true)
  })

  it("checks other objectives: sticking the landing by the ELBO's gradient, others by what they are given", () => {
    const landing = { draws: 60, varianceDraws: 0, objective: stickingTheLanding({ particles: 2 }) }
    expect(checkGradient(pair, q, data(), landing).ok).toBe(true)
    const weighted = { draws: 60, varianceDraws: 0, objective: iwae({ particles: 4 }) }
    expect(() => checkGradient(pair, q, data(), weighted)).toThrow("iwae has another gradient than the ELBO")
    const doubly = iwae({ particles: 4, guideGradient: "doublyReparameterized" })
    const zero = { a: 0, concentration: 0 }
    const plain = checkGradient(pair, q, data(), { ...weighted, reference: zero })
    const other = checkGradient(pair, q, data(), { ...weighted, objective: doubly, reference: zero })
    plain.parameters.forEach(({ mean, standardError }, i) => {
      const against = other.parameters[i]!
      expect(Math.abs(mean - against.mean)).toBeLessThan(
        4.5 * Math.hypot(standardError, against.standardError),
      )
    })
  })

  it("sums out what the model sums out, and refuses a reference that does not fit", () => {
    const mixed = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const k = yield* sample("k", bernoulli({ probs: 0.3 }))
        const z = yield* sample("z", normal(0, 1))
        yield* observe("x", normal(tf.add(z, tf.mul(k, 2)), 1), row)
      })
    })
    const summed = marginalize(mixed, "k")
    const r = guide(summed, function* (x) {
      const slope = yield* param("slope", [0.2, 0.1])
      yield* plate("rows", x, function* (row) {
        yield* sample("z", normal(tf.add(tf.mul(row, tf.slice(slope, 0, 1)), tf.slice(slope, 1, 1)), 0.7))
      })
    })
    const check = checkGradient(summed, r, data(), { draws: 200 })
    expect(check.reference).toBe("exact quadrature, 33 runs")
    expect(check.parameters.map(({ name, index }) => `${name}[${index}]`)).toEqual(["slope[0]", "slope[1]"])
    expect(check.maxAbsZ).toBeLessThan(4.5)
    expect(() => checkGradient(summed, r, data(), { reference: { slope: [1] } })).toThrow(
      "1 numbers for param 'slope', which has 2",
    )
  })
})
