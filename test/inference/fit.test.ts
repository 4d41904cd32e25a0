/** What a fit promises beside its optimum: the same numbers from the same seed, a way to stop, and nothing left behind. */
import {
  fit,
  guide,
  mlp,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  sample,
  scope,
  type Tensor,
  tf,
  trace,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"

const rows = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 24])

const program = model(function* (x: tf.Tensor2D) {
  const decode = yield* scope("decoder", mlp([2, 4, 3], { activation: "tanh" }))
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(tf.zeros([2]), 1).toEvent(1))
    yield* observe("x", normal(decode(z), 0.5).toEvent(1), row)
  })
})

const encoder = guide(program, function* (x) {
  const encode = yield* scope("encoder", mlp([3, 4], { loc: 2, raw: 2 }))
  yield* plate("rows", x, function* (row) {
    const { loc, raw } = encode(row)
    yield* sample("z", normal(loc, tf.softplus(raw)).toEvent(1))
  })
})

const numbers = (params: Readonly<Record<string, Tensor>>): number[] =>
  Object.keys(params)
    .sort()
    .flatMap((name) => [...params[name]!.dataSync()])

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    const data = (): tf.Tensor2D => tf.tensor2d(rows)

    it("gives bitwise the same params from the same seed, and others from another", async () => {
      const options = { steps: 30, batch: 10 }
      const [a, b, c] = [
        await fit(program, encoder, [data()], { ...options, seed: 3 }),
        await fit(program, encoder, [data()], { ...options, seed: 3 }),
        await fit(program, encoder, [data()], { ...options, seed: 4 }),
      ]
      expect(numbers(a.params)).toEqual(numbers(b.params))
      expect(numbers(a.params)).not.toEqual(numbers(c.params))
    })

    it("gives the same interleaved with another fit", async () => {
      const options = { steps: 20, batch: 10, seed: 1 }
      const alone = await fit(program, encoder, [data()], options)
      const [together] = await Promise.all([
        fit(program, encoder, [data()], options),
        fit(program, encoder, [data()], { ...options, seed: 9 }),
      ])
      expect(numbers(together!.params)).toEqual(numbers(alone.params))
    })

    it("goes on from where it stopped as if it had not", async () => {
      const options = { batch: 10, seed: 2 }
      const whole = await fit(program, encoder, [data()], { ...options, steps: 40 })
      const half = await fit(program, encoder, [data()], { ...options, steps: 20 })
      const rest = await half.continue(20)
      expect(rest.steps).toBe(40)
      expect(rest.losses).toEqual(whole.losses)
      expect(numbers(rest.params)).toEqual(numbers(whole.params))
    })

    it("leaves no tensor behind but those of its result", async () => {
      const x = data()
      const first = await fit(program, encoder, [x], { steps: 5 })
      first.dispose()
      const before = tf.memory().numTensors
      const second = await fit(program, encoder, [x], { steps: 5 })
      second.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })

    it("stops at an abort, with the params of the steps done", async () => {
      const controller = new AbortController()
      const stopped = await fit(program, encoder, [data()], {
        steps: 100_000,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      })
      expect(stopped.status).toBe("stopped")
      expect(stopped.steps).toBeLessThan(100_000)
      expect(stopped.losses).toHaveLength(stopped.steps)
    })

    it("passes a callback's error on and frees everything", async () => {
      const x = data()
      const before = tf.memory().numTensors
      const failing = fit(program, encoder, [x], {
        onProgress: () => {
          throw new Error("from the callback")
        },
      })
      await expect(failing).rejects.toThrow("from the callback")
      expect(tf.memory().numTensors - before).toBeLessThanOrEqual(12)
    })
  })

describe("a loss that is not finite", () => {
  useBackend("tensorflow")
  it("ends the fit as diverged, at the last good params", async () => {
    const falling = model(function* () {
      const x = yield* param("x", 1)
      yield* observe("y", normal(tf.log(x as tf.Scalar), 1), -50)
    })
    const none = guide(falling, function* () {})
    const fitted = await fit(falling, none, [], { steps: 500, learningRate: 0.05 })
    expect(fitted.status).toBe("diverged")
    expect(fitted.reason).toContain(`at step ${fitted.steps + 1}`)
    expect(fitted.reason).toContain("site 'y': normal: parameter 'loc' must lie in (-∞, ∞), but is NaN")
    expect(fitted.params.x.dataSync()[0]).toBeGreaterThan(0)
    expect(fitted.losses.every(Number.isFinite)).toBe(true)
  })
})

describe("early stopping", () => {
  useBackend("tensorflow")
  it("says converged once the loss is flat", async () => {
    const bowl = model(function* () {
      const loc = yield* param("loc", 3)
      const scale = yield* param("scale", 1, positive)
      yield* observe("y", normal(loc, tf.add(scale, 1)), 0)
    })
    const fitted = await fit(
      bowl,
      guide(bowl, function* () {}),
      [],
      { steps: 5000, tolerance: 1e-5, learningRate: 0.05 },
    )
    expect(fitted.status).toBe("converged")
    expect(fitted.steps).toBeLessThan(5000)
  })
})

describe("draws", () => {
  useBackend("tensorflow")
  it("are keyed by site, so that another site leaves them alone", () => {
    const one = model(function* () {
      yield* sample("a", normal(0, 1))
    })
    const two = model(function* () {
      yield* sample("b", normal(0, 1))
      yield* sample("a", normal(0, 1))
    })
    const a = trace(one, [], { seed: 5 }).values.a.dataSync()[0]
    expect(trace(two, [], { seed: 5 }).values.a.dataSync()[0]).toBe(a)
  })
})
