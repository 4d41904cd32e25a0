/** Derived joint guides whose law stands in each row of a plate. */
import {
  autoGuide,
  evaluate,
  fit,
  iwae,
  model,
  normal,
  observe,
  type Program,
  param,
  plate,
  sample,
  stickingTheLanding,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../../backends.js"
import { estimates, meanOf } from "../objectives/estimates.js"

/** Two correlated latents in each row. */
const pairs = model(function* (x: tf.Tensor1D) {
  const spread = yield* param("spread", 1)
  yield* plate("rows", x, function* (row) {
    const a = yield* sample("a", normal(0, 1))
    const b = yield* sample("b", normal(a, 1))
    yield* observe("x", normal(tf.add(a, b), spread), row)
  })
})

const rowData = [0.4, -1.1, 2.3, 0.9, -0.2, 1.4]

const rowEvidence = (x: number): number => -0.5 * Math.log(2 * Math.PI * 6) - (x * x) / 12

describe("a joint law in each row", () => {
  useBackend("tensorflow")
  const still = model(function* (x: tf.Tensor1D) {
    yield* plate("rows", x, function* (row) {
      const a = yield* sample("a", normal(0, 1))
      const b = yield* sample("b", normal(a, 1))
      yield* observe("x", normal(tf.add(a, b), 1), row)
    })
  })
  const whole = rowData.reduce((sum, x) => sum + rowEvidence(x), 0)

  it("is the posterior of each row, learned in batches", async () => {
    const x = tf.tensor1d(rowData)
    const fitted = await fit(still, autoGuide.fullRank(still), [x], {
      objective: stickingTheLanding(),
      steps: 600,
      batch: 4,
      learningRate: (step) => 0.1 / (1 + step / 40),
    })
    const { elbo, standardError } = evaluate(fitted, [x], { draws: 10 })
    expect(Math.abs(elbo - whole)).toBeLessThan(0.02 * rowData.length)
    expect(standardError).toBeLessThan(0.02 * rowData.length)
    expect(evaluate(fitted, [x], { draws: 10, batch: 2 }).elbo).toBeCloseTo(elbo, 1)
  })

  it("gives each particle of a row a draw of its own", () => {
    const x = tf.fill([300], 1.2) as tf.Tensor1D
    const spread = (particles: number): number =>
      meanOf(
        estimates(pairs, autoGuide.fullRank(pairs) as Program<any>, [x], iwae({ particles }), { draws: 20 })
          .values,
      ).mean
    const [one, many] = [spread(1), spread(20)]
    expect(many - one).toBeGreaterThan(300 * 0.1)
    expect(many).toBeLessThan(300 * rowEvidence(1.2))
  })
})
