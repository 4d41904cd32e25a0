/** Posterior means by self-normalized weights, from guides that are off, against conjugate posteriors. */
import {
  expectation,
  fit,
  guide,
  model,
  normal,
  observe,
  type Program,
  plate,
  sample,
  type Tensor,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../backends.js"
import { data, rows } from "./known-evidence.js"

const local = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

const shared = model(function* (x: tf.Tensor1D) {
  const mu = yield* sample("mu", normal(0, 2))
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(mu, 1), row)
  })
})

/** Its mean is a third of a posterior standard deviation off, and it is wider. */
const wideLocal = guide(local, function* (x) {
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.add(tf.mul(0.5, row), 0.25), 0.9))
  })
})

const wideShared = guide(shared, function* () {
  yield* sample("mu", normal(0.6, 0.5))
})

const fitted = (program: unknown, own: unknown) =>
  fit(program as Program<[tf.Tensor1D]>, own as Program<[tf.Tensor1D]>, [rows()], { steps: 1 })

const within = (value: Tensor, error: Tensor, exact: readonly number[], most: number): void => {
  const [values, errors] = [value.dataSync(), error.dataSync()]
  expect(values).toHaveLength(exact.length)
  exact.forEach((wanted, i) => {
    expect(errors[i]).toBeLessThan(most)
    expect(Math.abs(values[i]! - wanted)).toBeLessThan(4.5 * errors[i]!)
  })
}

describe("rows with weights of their own", () => {
  useBackend("tensorflow")

  it("gives each row's posterior mean and second moments, whichever rows are seen at once", async () => {
    const question = await fitted(local, wideLocal)
    for (const batch of [undefined, 3]) {
      const options = { draws: 600, ...(batch ? { batch } : {}) }
      const first = expectation(question, ({ z }) => z!, [rows()], options)
      within(
        first.mean,
        first.standardError,
        data.map((x) => x / 2),
        0.06,
      )
      expect(first.kHat).toBeLessThan(0.7)
      const both = expectation(question, ({ z }) => tf.stack([z!, tf.square(z!)], 1), [rows()], options)
      expect(both.mean.shape).toEqual([data.length, 2])
      within(
        both.mean,
        both.standardError,
        data.flatMap((x) => [x / 2, x ** 2 / 4 + 0.5]),
        0.3,
      )
      expect(tf.unstack(both.mean, 1)[0]!.dataSync()).toEqual(first.mean.dataSync())
    }
  })
})

describe("one group of weights", () => {
  useBackend("tensorflow")

  it("gives the posterior mean that the guide alone would miss", async () => {
    const question = await fitted(shared, wideShared)
    const exact = data.reduce((a, b) => a + b, 0) / (data.length + 0.25)
    const { mean, standardError, effectiveDraws } = expectation(question, ({ mu }) => mu!, undefined, {
      draws: 3000,
    })
    within(mean, standardError, [exact], 0.012)
    expect(Math.abs(0.6 - exact)).toBeGreaterThan(10 * standardError.dataSync()[0]!)
    expect(effectiveDraws).toBeGreaterThan(1000)
  })

  it("counts an error that is right: over seeds, the estimates spread as they say", async () => {
    const question = await fitted(shared, wideShared)
    const exact = data.reduce((a, b) => a + b, 0) / (data.length + 0.25)
    const scores = Array.from({ length: 40 }, (_, seed) => {
      const { mean, standardError } = expectation(question, ({ mu }) => mu!, undefined, { draws: 200, seed })
      return (mean.dataSync()[0]! - exact) / standardError.dataSync()[0]!
    })
    const square = scores.reduce((sum, z) => sum + z * z, 0) / scores.length
    expect(square).toBeGreaterThan(1 - 4.5 * Math.sqrt(2 / 40))
    expect(square).toBeLessThan(1 + 4.5 * Math.sqrt(2 / 40))
  })

  it("is refused for a number over all rows where rows have weights of their own", async () => {
    const question = await fitted(local, wideLocal)
    expect(() => expectation(question, ({ z }) => tf.mean(z!), undefined, { draws: 5 })).toThrow(
      /each of the 7 rows of plate 'rows' has weights of its own/,
    )
  })
})
