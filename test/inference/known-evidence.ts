/** Models whose evidence is known exactly, and what an estimate must do beside it. */
import {
  bernoulli,
  beta,
  binomial,
  gamma,
  model,
  normal,
  observe,
  param,
  plate,
  poisson,
  sample,
  tf,
} from "latently"
import { expect } from "vitest"
import { lgamma } from "../../src/engine/special/double/gamma.js"

export const logNormal = (x: number, loc: number, variance: number): number =>
  -0.5 * Math.log(2 * Math.PI * variance) - (x - loc) ** 2 / (2 * variance)

export const data = [0.3, -1.2, 2.5, 0.8, 1.1, -0.4, 3.0]

/** One mean for all rows: nothing falls apart. */
export const shared = model(function* (x: tf.Tensor1D) {
  const mu = yield* sample("mu", normal(0, 2))
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(mu, 1), row)
  })
})

export const sharedEvidence = (x: readonly number[]): number => {
  let [sum, loc, variance] = [0, 0, 4]
  for (const value of x) {
    sum += logNormal(value, loc, variance + 1)
    loc = (loc + variance * value) / (1 + variance)
    variance = variance / (1 + variance)
  }
  return sum
}

/** A mean in each row, data that no latent reaches beside it, and a param. */
export const local = model(function* (x: tf.Tensor1D) {
  const shift = yield* param("shift", 0.5)
  yield* observe("apart", normal(0, 1), 0.7)
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(shift, 1))
    yield* observe("x", normal(z, 0.5), row)
  })
})

export const localEvidence = (shift = 0.5): number =>
  data.reduce((sum, value) => sum + logNormal(value, shift, 1.25), logNormal(0.7, 0, 1))

const logBeta = (a: number, b: number): number => lgamma(a) + lgamma(b) - lgamma(a + b)

/** Latents on an interval and a half-line, each through its bijection. */
export const bounded = model(function* () {
  const p = yield* sample("p", beta(2, 1))
  yield* observe("hits", binomial({ totalCount: 5, probs: p }), 2)
  const rate = yield* sample("rate", gamma(3, 2))
  yield* observe("count", poisson(rate), 4)
})

export const boundedEvidence =
  Math.log(10) +
  logBeta(4, 4) -
  logBeta(2, 1) +
  (lgamma(7) - lgamma(3) - lgamma(5) + 3 * Math.log(2) - 7 * Math.log(3))

/** The prior of z hangs on a coin that is summed out, in each row. */
export const mixed = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const coin = yield* sample("coin", bernoulli({ probs: 0.3 }))
    const z = yield* sample("z", normal(tf.mul(3, coin), 1))
    yield* observe("x", normal(z, 0.5), row)
  })
})

export const mixedEvidence = data.reduce(
  (sum, value) =>
    sum + Math.log(0.7 * Math.exp(logNormal(value, 0, 1.25)) + 0.3 * Math.exp(logNormal(value, 3, 1.25))),
  0,
)

export const rows = (x: readonly number[] = data): tf.Tensor1D => tf.tensor1d([...x])

type Estimate = { readonly logEvidence: number; readonly standardError: number; readonly kHat: number }

export const within = ({ logEvidence, standardError }: Estimate, exact: number, most: number): void => {
  expect(standardError).toBeLessThan(most)
  expect(Math.abs(logEvidence - exact)).toBeLessThan(4.5 * standardError)
}
