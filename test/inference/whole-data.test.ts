/** A fit in batches never runs its programs on all the data at once, and still looks at all of it first. */
import { evaluate, fit, guide, model, normal, observe, param, plate, positive, sample, tf } from "latently"
import { describe, expect, it } from "vitest"

const seen: number[] = []

const centred = model(function* (x: tf.Tensor1D) {
  const loc = yield* sample("loc", normal(0, 10))
  yield* plate("rows", x, function* (row) {
    seen.push(row.shape[0])
    yield* observe("x", normal(loc, 1), row)
  })
})

const belief = guide(centred, function* () {
  const loc = yield* param("at", 0)
  const scale = yield* param("by", 1, positive)
  yield* sample("loc", normal(loc, scale))
})

const data = (): tf.Tensor1D => tf.tensor1d(Array.from({ length: 1000 }, (_, i) => Math.sin(i)))

describe("a fit in batches", () => {
  it("runs its programs on batches alone, from the first check on", async () => {
    seen.length = 0
    const fitted = await fit(centred, belief, [data()], { steps: 3, batch: 20, compile: false })
    evaluate(fitted, [data()], { batch: 50 })
    expect(Math.max(...seen)).toBe(50)
    expect(seen.slice(0, 4)).toEqual([20, 20, 20, 20])
  })

  it("has as many rows in its bound as there are, not as were probed", async () => {
    const options = { steps: 1, batch: 100, learningRate: 1e-9 }
    const fitted = await fit(centred, belief, [data()], options)
    const whole = await fit(centred, belief, [data()], { steps: 1, learningRate: 1e-9 })
    const [batched, all] = [fitted, whole].map((each) => evaluate(each, undefined, { seed: 1 }).elbo)
    expect(batched! / all!).toBeCloseTo(1, 6)
  })

  it("names a row that holds NaN before the first step, however late it comes", async () => {
    const x = tf.tensor1d(Array.from(data().dataSync(), (value, i) => (i === 777 ? Number.NaN : value)))
    await expect(fit(centred, belief, [x], { steps: 3, batch: 20 })).rejects.toThrow(
      /hold NaN, first in row 777/,
    )
  })

  it("takes a batch for a plate by name", async () => {
    seen.length = 0
    await fit(centred, belief, [data()], { steps: 1, batch: { rows: 10 }, compile: false })
    expect(Math.max(...seen)).toBe(10)
  })
})
