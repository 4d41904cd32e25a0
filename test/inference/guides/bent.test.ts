/** Flows on laws that no normal fits: one a planar layer makes exactly, one with two peaks for splines. Both have evidence 1. */
import { autoGuide, type DerivedGuide, fit, importance, mixture, model, normal, sample, tf } from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../../backends.js"
import { meanOf } from "../objectives/estimates.js"

/** b stands about a bent line in a: standard normal noise after one planar layer, then a stretch of each number. */
const bent = model(function* () {
  const a = yield* sample("a", normal(0, 1))
  yield* sample("b", normal(tf.mul(2, tf.tanh(tf.mul(1.5, a))), 0.5))
})

/** b has two peaks, how far apart depends on a. */
const split = model(function* () {
  const a = yield* sample("a", normal(0, 1))
  const apart = tf.add(1.2, tf.mul(0.6, tf.tanh(a)))
  yield* sample("b", mixture([0.4, 0.6], [normal(tf.neg(apart), 0.6), normal(apart, 0.6)]))
})

const learningRate = (step: number): number => 0.04 / (1 + step / 150)

/** Minus the bound of the last steps, which is the divergence from the law to the guide, and its error. */
const reach = async (guide: DerivedGuide<typeof bent>, program: typeof bent) => {
  const fitted = await fit(program, guide, [], { particles: 8, steps: 2000, learningRate })
  const { mean, error } = meanOf(fitted.losses.slice(-200))
  return { fitted, divergence: mean, error }
}

describe("laws that no normal fits", () => {
  useBackend("tensorflow")

  it.each([
    ["planar", bent, autoGuide.flow(bent, { kind: "planar", layers: 1 }), 0.02, 0.2],
    [
      "spline",
      split as unknown as typeof bent,
      autoGuide.flow(split, { kind: "spline", layers: 1 }),
      0.05,
      0.2,
    ],
  ] as const)(
    "a %s flow reaches them, where the best joint normal does not",
    async (_, law, flow, most, least) => {
      const near = await reach(flow as DerivedGuide<typeof bent>, law)
      expect(near.error).toBeLessThan(0.015)
      expect(near.divergence).toBeLessThan(most + 3 * near.error)
      expect(near.divergence).toBeGreaterThan(-3 * near.error)
      const { logEvidence, standardError } = importance(near.fitted, [], { draws: 1500 })
      expect(standardError).toBeLessThan(0.015)
      expect(Math.abs(logEvidence)).toBeLessThan(4.5 * standardError)
      const far = await reach(autoGuide.fullRank(law), law)
      expect(far.divergence - 3 * far.error).toBeGreaterThan(least)
    },
  )
})
