/** Divergences between different families, against quadrature. On the first backend: they are sums of tested forms. */
import { describe, expect, it } from "vitest"
import type { Distribution } from "../../src/distributions/distribution.js"
import * as d from "../../src/distributions/index.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { expectDivergence } from "./battery/divergence.js"

const anywhere = (): readonly Distribution[] => [
  d.logistic(0.5, 1.2),
  d.gumbel(-1, 0.7),
  d.uniform(-2, 3),
  d.truncatedNormal({ loc: 0, scale: 2, low: -1, high: 4 }),
]

const neverNegative = (): readonly Distribution[] => [
  d.beta(2, 3),
  d.kumaraswamy(2, 1.5),
  d.continuousBernoulli({ logits: 1.5 }),
  d.inverseGamma(9, 5),
  d.weibull(1.5, 2),
  d.pareto(0.5, 7),
  d.halfNormal(1.3),
  d.logNormal(0.2, 0.4),
]

const others = (): readonly Distribution[] => [d.exponential(1.5), d.gamma(2, 3), d.chi2(3)]

const compare = (p: Distribution, q: Distribution): void => {
  expect(d.hasKl(p, q)).toBe(true)
  tf.tidy(() => expectDivergence([p, q], false))
}

describe("KL between families", () => {
  useBackend(backends[0]!)
  it("to a normal", () => {
    for (const p of [...anywhere(), ...neverNegative(), ...others()]) compare(p, d.normal(0.3, 1.7))
  })

  it("to an exponential", () => {
    for (const p of neverNegative()) compare(p, d.exponential(0.8))
  })

  it("is infinite where p's variance is", () => {
    expect(d.kl(d.pareto(1, 1.5), d.normal(0, 1)).dataSync()[0]).toBe(Infinity)
    expect(d.kl(d.uniform(0, 2), d.uniform(0, 1)).dataSync()[0]).toBe(Infinity)
  })
})
