/** What a fit tries before it settles: learning rates and restarts; and that fits in one process know nothing of each other. */
import {
  adam,
  factor,
  fit,
  guide,
  model,
  normal,
  observe,
  param,
  plate,
  sample,
  type Tensor,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { type Key, standardNormal } from "../../src/engine/random.js"
import { backends, useBackend } from "../backends.js"

const numbers = (params: Readonly<Record<string, Tensor>>): number[] =>
  Object.keys(params)
    .sort()
    .flatMap((name) => [...params[name]!.dataSync()])

const data = [0.3, -1.2, 2.5, 0.8, 1.1, -0.4, 3, 0.2]
const rows = (): tf.Tensor1D => tf.tensor1d(data)

const program = model(function* (x: tf.Tensor1D) {
  const shift = yield* param("shift", (key: Key) => standardNormal(key, []) as tf.Scalar)
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(shift, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

const own = guide(program, function* (x) {
  const a = yield* param("a", 0)
  const b = yield* param("b", 0)
  yield* plate("rows", x, function* (row) {
    yield* sample("z", normal(tf.add(tf.mul(a, row), b), 0.8))
  })
})

/** Two wells at x = ±3, the right one better by two nats: the basin of the start decides. */
const wells = model(function* () {
  const x = yield* param("x", (key: Key) => tf.mul(3, standardNormal(key, [])) as tf.Scalar)
  const left = tf.sub(tf.mul(-1, tf.square(tf.add(x, 3))), 2)
  const right = tf.mul(-1, tf.square(tf.sub(x, 3)))
  yield* factor("height", tf.maximum(left, right))
})
const none = guide(wells, function* () {})

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("continued in turns, two fits give the bits that each gives alone", async () => {
      const [one, other] = [
        { seed: 1, batch: 4, learningRate: 0.02 },
        { seed: 2, batch: 3, learningRate: 0.05 },
      ]
      const alone = await fit(program, own, [rows()], { ...one, steps: 30 })
      const beside = await fit(program, own, [rows()], { ...other, steps: 30 })
      let [a, b] = [
        await fit(program, own, [rows()], { ...one, steps: 10 }),
        await fit(program, own, [rows()], { ...other, steps: 10 }),
      ]
      for (let turn = 0; turn < 2; turn++) {
        a = await a.continue(10)
        b = await b.continue(10)
      }
      expect([a.losses, numbers(a.params)]).toEqual([alone.losses, numbers(alone.params)])
      expect([b.losses, numbers(b.params)]).toEqual([beside.losses, numbers(beside.params)])
    })

    it("with a rate that was found, is the fit that is given that rate, and goes on with it", async () => {
      const options = { steps: 60, batch: 4, seed: 3 }
      const found = await fit(program, own, [rows()], { ...options, learningRate: "find" })
      const given = await fit(program, own, [rows()], { ...options, learningRate: found.learningRate! })
      expect(found.losses).toEqual(given.losses)
      expect(numbers(found.params)).toEqual(numbers(given.params))
      const [further, same] = [await found.continue(20), await given.continue(20)]
      expect(further.learningRate).toBe(found.learningRate)
      expect(numbers(further.params)).toEqual(numbers(same.params))
    })

    it("restarted, ends at the best of the fits from those starts, the first of which is the plain fit", async () => {
      const options = { steps: 150, learningRate: 0.1, seed: 4 }
      const plain = await fit(wells, none, [], options)
      const best = await fit(wells, none, [], { ...options, restarts: 5 })
      expect(best.restarts).toHaveLength(5)
      expect(best.restarts[0]).toBeCloseTo(plain.losses.slice(-15).reduce((a, b) => a + b, 0) / 15, 6)
      expect(-best.elbo).toBeCloseTo(Math.min(...best.restarts), 6)
      expect(best.losses).toHaveLength(150)
      expect((await best.continue(10)).steps).toBe(160)
    })
  })

describe("restarts", () => {
  useBackend("tensorflow")

  it("leave a poor basin that a single start is caught in", async () => {
    const options = { steps: 300, learningRate: 0.1, seed: 4 }
    const caught = (
      await Promise.all([0, 1, 2, 3, 4, 5].map((seed) => fit(wells, none, [], { ...options, seed })))
    ).filter(({ params }) => params.x.dataSync()[0]! < 0)
    expect(caught.length).toBeGreaterThan(0)
    expect(-caught[0]!.elbo).toBeCloseTo(2, 2)
    for (const seed of [0, 1, 2, 3, 4, 5]) {
      const best = await fit(wells, none, [], { ...options, seed, restarts: 8 })
      expect(best.params.x.dataSync()[0]).toBeCloseTo(3, 2)
      expect(best.elbo).toBeCloseTo(0, 2)
    }
  })

  it("tell which of them is running, and stop at an abort with the best so far", async () => {
    const controller = new AbortController()
    const seen = new Set<number>()
    const stopped = await fit(wells, none, [], {
      steps: 50,
      restarts: 100,
      signal: controller.signal,
      onProgress: ({ restart }) => {
        seen.add(restart)
        if (restart === 2) controller.abort()
      },
    })
    expect([...seen]).toEqual([0, 1, 2])
    expect(stopped.restarts).toHaveLength(3)
    expect(stopped.report()).toContain("best of 3 starts, which ended at losses")
  })

  it("are refused where every start would be the same", async () => {
    const fixed = model(function* () {
      yield* observe("y", normal(yield* param("x", 1), 1), 0)
    })
    await expect(
      fit(
        fixed,
        guide(fixed, function* () {}),
        [],
        { restarts: 3, steps: 5 },
      ),
    ).rejects.toThrow(/every param begins at a fixed value/)
    await expect(fit(wells, none, [], { restarts: 0 })).rejects.toThrow(/restarts is 0/)
  })

  it("leave no tensor behind", async () => {
    const options = { steps: 5, restarts: 3, learningRate: "find" } as const
    ;(await fit(wells, none, [], options)).dispose()
    const before = tf.memory().numTensors
    ;(await fit(wells, none, [], options)).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe("a learning rate that is found", () => {
  useBackend("tensorflow")

  it.each([
    ["a start far away", 300, 300],
    ["a start close by", 1.5, 300],
  ] as const)("%s: does at least as well as the default", async (_, start, steps) => {
    const far = model(function* () {
      yield* observe("y", normal(yield* param("x", start), 1), 0)
    })
    const still = guide(far, function* () {})
    const [plain, found] = [
      await fit(far, still, [], { steps }),
      await fit(far, still, [], { steps, learningRate: "find" }),
    ]
    expect(plain.learningRate).toBe(1e-2)
    expect(found.elbo).toBeGreaterThan(plain.elbo - 1e-3)
    expect(found.learningRate).toBeGreaterThan(plain.learningRate!)
    expect(found.report()).toContain(`learning rate: ${found.learningRate}, found by short trials`)
    expect(plain.report()).not.toContain("found by short trials")
  })

  it("is small where a large one diverges", async () => {
    const cliff = model(function* () {
      const x = yield* param("x", 1)
      yield* observe("y", normal(tf.log(tf.add(0.02, tf.square(tf.sub(x, 0.98)))), 1), -3.9)
    })
    const found = await fit(
      cliff,
      guide(cliff, function* () {}),
      [],
      { steps: 200, learningRate: "find" },
    )
    expect(found.learningRate).toBeLessThan(0.03)
    expect(found.status).toBe("finished")
  })

  it("is for Adam alone", async () => {
    await expect(fit(wells, none, [], { learningRate: "find", optimizer: adam(1e-2) })).rejects.toThrow(
      /learningRate is find, beside an optimizer/,
    )
  })
})
