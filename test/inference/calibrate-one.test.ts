/** Calibration where each data set needs a fit of its own. */
import { fit, guide, model, normal, observe, param, plate, positive, sample, tf } from "latently"
import { describe, expect, it } from "vitest"
import { calibrate } from "../../src/inference/proof/calibrate.js"
import { useBackend } from "../backends.js"

describe("one data set at a time", () => {
  useBackend("tensorflow")
  const shared = model(function* (x: tf.Tensor1D) {
    const mu = yield* sample("mu", normal(0, 1))
    yield* plate("rows", x, function* (row) {
      yield* observe("x", normal(mu, 1), row)
    })
  })
  const exact = (width: number) =>
    guide(shared, function* (x) {
      yield* sample("mu", normal(tf.div(tf.sum(x), 6), width * Math.sqrt(1 / 6)))
    })

  it("ranks a latent outside all plates once a simulation", async () => {
    const options = { replications: 120, bins: 10, draws: 49, seed: 4 }
    const right = await calibrate(shared, exact(1), [tf.zeros<tf.Rank.R1>([5])], options)
    expect(right.ok).toBe(true)
    expect(right.quantities[0]!.histogram.reduce((a, b) => a + b, 0)).toBe(120)
    const narrow = await calibrate(shared, exact(0.5), [tf.zeros<tf.Rank.R1>([5])], options)
    expect(narrow.ok).toBe(false)
  })

  it("fits anew to every simulated data set, and leaves no tensor behind", async () => {
    const learned = guide(shared, function* () {
      const loc = yield* param("loc", 0)
      const scale = yield* param("scale", 0.4, positive)
      yield* sample("mu", normal(loc, scale))
    })
    const x = tf.zeros<tf.Rank.R1>([5])
    const seen: number[] = []
    const once = () =>
      calibrate(shared, learned, [x], {
        replications: 3,
        bins: 2,
        draws: 9,
        refit: async (args, seed) => {
          const data = args[0] as tf.Tensor1D
          const fitted = await fit(shared, learned, [data], {
            steps: 200,
            learningRate: (step) => 0.15 / (1 + step / 20),
            seed,
            compile: false,
          })
          seen.push(fitted.params.loc.dataSync()[0]! - tf.tidy(() => tf.sum(data).dataSync()[0]!) / 6)
          return fitted
        },
      })
    await once()
    const before = tf.memory().numTensors
    await once()
    expect(tf.memory().numTensors).toBe(before)
    for (const error of seen) expect(Math.abs(error)).toBeLessThan(0.15)
    expect(seen).toHaveLength(6)
  })

  it("asks where data go when an observed value is no argument", async () => {
    const halved = model(function* (x: tf.Tensor1D) {
      const mu = yield* sample("mu", normal(0, 1))
      yield* plate("rows", x, function* (row) {
        yield* observe("half", normal(mu, 1), tf.div(row, 2))
      })
    })
    const q = guide(halved, function* (x) {
      yield* sample("mu", normal(tf.div(tf.sum(x), 12), Math.sqrt(1 / 6)))
    })
    const options = { replications: 100, bins: 10, draws: 49 }
    await expect(calibrate(halved, q, [tf.zeros<tf.Rank.R1>([5])], options)).rejects.toThrow(
      "site 'half' (plate rows[5]): its value is not one of the program's arguments",
    )
    const calibration = await calibrate(halved, q, [tf.zeros<tf.Rank.R1>([5])], {
      ...options,
      data: (simulated) => [tf.mul(simulated.half!, 2)],
    })
    expect(calibration.ok).toBe(true)
  })
})
