/** How families are called: by name and in order, with defaults, with names that do not exist; ranks; moments at their limits. */
import { describe, expect, expectTypeOf, it } from "vitest"
import * as d from "../../src/distributions/index.js"
import { DistributionError } from "../../src/engine/error.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { useBackend } from "../backends.js"

const number = (x: Tensor): number => x.dataSync()[0]!

const pairs = (): readonly (readonly [ordered: d.Distribution, named: d.Distribution, value: number])[] => [
  [d.normal(1, 2), d.normal({ loc: 1, scale: 2 }), 0.5],
  [d.cauchy(1, 2), d.cauchy({ scale: 2, loc: 1 }), 0.5],
  [d.laplace(0, 1), d.laplace({}), 0.5],
  [d.logistic(0, 2), d.logistic({ scale: 2 }), 0.5],
  [d.gumbel(3, 1), d.gumbel({ loc: 3 }), 0.5],
  [d.studentT(3, 1, 2), d.studentT({ df: 3, loc: 1, scale: 2 }), 0.5],
  [d.logNormal(1, 2), d.logNormal({ loc: 1, scale: 2 }), 0.5],
  [d.halfNormal(2), d.halfNormal({ scale: 2 }), 0.5],
  [d.halfCauchy(2), d.halfCauchy({ scale: 2 }), 0.5],
  [d.halfNormal(), d.halfNormal(1), 0.5],
  [d.exponential(2), d.exponential({ rate: 2 }), 0.5],
  [d.gamma(2, 3), d.gamma({ concentration: 2, rate: 3 }), 0.5],
  [d.gamma(2, 1), d.gamma({ concentration: 2 }), 0.5],
  [d.inverseGamma(2, 3), d.inverseGamma({ concentration: 2, rate: 3 }), 0.5],
  [d.chi2(3), d.chi2({ df: 3 }), 0.5],
  [d.weibull(2, 3), d.weibull({ scale: 2, concentration: 3 }), 0.5],
  [d.pareto(0.1, 3), d.pareto({ scale: 0.1, alpha: 3 }), 0.5],
  [d.beta(2, 3), d.beta({ concentration1: 2, concentration0: 3 }), 0.5],
  [d.kumaraswamy(2, 3), d.kumaraswamy({ concentration1: 2, concentration0: 3 }), 0.5],
  [d.uniform(0, 1), d.uniform({}), 0.5],
  [d.truncatedNormal(0, 1, -1, 2), d.truncatedNormal({ low: -1, high: 2 }), 0.5],
  [d.vonMises(1, 2), d.vonMises({ loc: 1, concentration: 2 }), 0.5],
  [d.continuousBernoulli({ probs: 0.5 }), d.continuousBernoulli({ logits: 0 }), 0.5],
  [
    d.relaxedBernoulli({ temperature: 1, probs: 0.5 }),
    d.relaxedBernoulli({ temperature: 1, logits: 0 }),
    0.5,
  ],
]

const codeOf = (body: () => unknown): string => {
  try {
    body()
    return "nothing thrown"
  } catch (error) {
    return error instanceof DistributionError ? error.code : String(error)
  }
}

describe("factories", () => {
  useBackend("cpu")

  it("take parameters in order and by name", () => {
    for (const [ordered, named, value] of pairs()) {
      expect(ordered.family).toBe(named.family)
      expect(number(ordered.logProb(value)), ordered.family).toBe(number(named.logProb(value)))
    }
  })

  it("refuse names that do not exist, and say which do", () => {
    const misspelt = { loc: 0, std: 1 } as unknown as { loc: number; scale: number }
    expect(codeOf(() => d.cauchy(misspelt))).toBe("unknown-parameter")
    expect(() => d.cauchy(misspelt)).toThrow("cauchy has no parameter 'std'; its parameters are loc, scale")
  })

  it("refuse missing parameters", () => {
    expect(codeOf(() => d.gamma({ rate: 1 } as unknown as { concentration: number }))).toBe(
      "missing-parameter",
    )
    expect(codeOf(() => d.normal({ loc: 0 } as unknown as { loc: number; scale: number }))).toBe(
      "missing-parameter",
    )
    expect(codeOf(() => d.continuousBernoulli({} as unknown as { probs: number }))).toBe("missing-parameter")
  })

  it("refuse parameters that do not broadcast, with both shapes", () => {
    expect(() => d.gamma([1, 2, 3], [1, 2])).toThrow(/gamma: .*\[3\] and \[2\]/)
    expect(() => d.uniform([0, 0], [1, 1, 1])).toThrow(/uniform: .*\[2\] and \[3\]/)
  })

  it("give draws whose rank the types know once the batch has an axis", () => {
    const row = tf.tensor1d([1, 2, 3])
    expectTypeOf(d.gamma(row, 1).sample(0)).toEqualTypeOf<tf.Tensor1D>()
    expectTypeOf(d.studentT({ df: 3, loc: row }).sample(0)).toEqualTypeOf<tf.Tensor1D>()
    expectTypeOf(d.gamma(2, 1).sample(0)).toEqualTypeOf<Tensor>()
    expectTypeOf(
      d.beta({ concentration1: tf.ones([2, 3]) as tf.Tensor2D, concentration0: 1 }).sample(0),
    ).toEqualTypeOf<tf.Tensor2D>()
    expect(d.gamma(row, 1).sample(0).rank).toBe(1)
  })
})

describe("moments at their limits", () => {
  useBackend("cpu")
  const limits: readonly (readonly [() => Tensor, number])[] = [
    [() => d.studentT(1, 0, 1).mean, Number.NaN],
    [() => d.studentT(1.5, 3, 1).mean, 3],
    [() => d.studentT(1.5, 0, 1).variance, Infinity],
    [() => d.studentT(1, 0, 1).variance, Number.NaN],
    [() => d.pareto(2, 1).mean, Infinity],
    [() => d.pareto(2, 2).variance, Infinity],
    [() => d.inverseGamma(1, 2).mean, Infinity],
    [() => d.inverseGamma(2, 2).variance, Infinity],
    [() => d.halfCauchy(1).mean, Infinity],
    [() => d.gamma(0.5, 1).mode, 0],
    [() => d.chi2(1).mode, 0],
    [() => d.weibull(1, 0.5).mode, 0],
    [() => d.beta(0.5, 2).mode, 0],
    [() => d.beta(2, 0.5).mode, 1],
    [() => d.truncatedNormal({ loc: -9, low: 1, high: 2 }).mode, 1],
    [() => d.truncatedNormal({ loc: 0, scale: 1, low: 0 }).mean, Math.fround(Math.sqrt(2 / Math.PI))],
    [() => d.vonMises(7, 1).mean, Math.fround(7 - 2 * Math.PI)],
  ]
  it("are infinite, undefined or at an end as they should be", () => {
    for (const [form, want] of limits) {
      const got = number(form())
      if (Number.isFinite(want)) expect(Math.abs(got - want), String(form)).toBeLessThanOrEqual(1e-6)
      else expect(got, String(form)).toBe(want)
    }
  })

  it("are refused by name where they do not exist", () => {
    expect(() => d.cauchy(0, 1).mean).toThrow("cauchy has no mean in closed form")
    expect(codeOf(() => d.gamma(2, 1).icdf(0.5))).toBe("no-closed-form")
  })
})
