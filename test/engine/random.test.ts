import { describe, expect, it } from "vitest"
import { setBackend } from "../../src/engine/backend.js"
import {
  atStep,
  fold,
  permutation,
  randomBits,
  standardExponential,
  standardGumbel,
  standardNormal,
  toKey,
  uniform,
} from "../../src/engine/random.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const n = 100_000
const draws = { uniform, standardNormal, standardExponential, standardGumbel }
// mean, variance, and the standard errors of both from the fourth central moments: se(mean) = sd / sqrt n,
// se(variance) = sqrt((kurtosis - 1) / n) * variance
const moments = {
  uniform: [1 / 2, 1 / 12, 1.8],
  standardNormal: [0, 1, 3],
  standardExponential: [1, 1, 9],
  standardGumbel: [0.5772156649, Math.PI ** 2 / 6, 5.4],
} as const

const read = async (backend: (typeof backends)[number], draw: () => tf.Tensor) => {
  await setBackend(backend)
  return Float64Array.from(draw().dataSync())
}

describe("across backends", () => {
  const key = fold(fold(11, "z"), 4)
  it("bits and uniforms are equal", async () => {
    for (const draw of [randomBits, uniform]) {
      const all: Float64Array[] = []
      for (const name of backends) all.push(await read(name, () => draw(key, [3, 7, 11])))
      for (const other of all) expect(other).toEqual(all[0])
    }
  })

  it("normal, exponential and Gumbel draws agree to float32 rounding", async () => {
    for (const draw of [standardNormal, standardExponential, standardGumbel]) {
      const all: Float64Array[] = []
      for (const name of backends) all.push(await read(name, () => draw(key, [20_000])))
      for (const other of all)
        expect(Math.max(...other.map((v, i) => Math.abs(v - all[0]![i]!) / (1 + Math.abs(v))))).toBeLessThan(
          1e-6,
        )
    }
  })
})

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("has the moments of each distribution, within 4.5 standard errors", () => {
      for (const [which, draw] of Object.entries(draws)) {
        const [mean, variance, kurtosis] = moments[which as keyof typeof moments]
        const x = Float64Array.from(draw(fold(1, which), [n]).dataSync())
        const m = x.reduce((a, b) => a + b) / n
        const v = x.reduce((a, b) => a + (b - mean) ** 2, 0) / n
        expect(Math.abs(m - mean) / Math.sqrt(variance / n), which).toBeLessThan(4.5)
        expect(Math.abs(v - variance) / (variance * Math.sqrt((kurtosis - 1) / n)), which).toBeLessThan(4.5)
      }
    })

    it("keeps uniforms inside the open interval and normals within their quantiles", () => {
      const u = uniform(3, [1_000_000]).dataSync()
      expect(u.every((v) => v > 0 && v < 1)).toBe(true)
      expect(
        standardNormal(3, [1_000_000])
          .dataSync()
          .every((v) => Math.abs(v) < 5.5),
      ).toBe(true)
    })

    it("takes the step as a number, a scalar or a vector of one, with the same draws", () => {
      const want = standardNormal(atStep(5, 17), [6]).dataSync()
      expect(standardNormal(atStep(5, tf.scalar(17, "int32")), [6]).dataSync()).toEqual(want)
      expect(standardNormal(atStep(5, tf.tensor1d([17], "int32")), [6]).dataSync()).toEqual(want)
      expect(standardNormal(atStep(5, 18), [6]).dataSync()).not.toEqual(want)
    })

    it("has shapes of any rank, and none of its numbers carry a gradient", () => {
      expect(standardNormal(0, []).shape).toEqual([])
      expect(uniform(0, [2, 0, 3]).shape).toEqual([2, 0, 3])
      const slope = tf.grad((x) => tf.mul(x, standardNormal(2, [4])).sum())(tf.ones([4]))
      expect(slope.dataSync()).toEqual(standardNormal(2, [4]).dataSync())
    })

    it("leaves no tensor behind", () => {
      const before = tf.memory().numTensors
      standardNormal(1, [10]).dispose()
      uniform(atStep(1, 3), [10]).dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  })

describe("keys", () => {
  it("are different for different seeds, names, indices and orders of folding", () => {
    const keys = [toKey(0), toKey(1), toKey(-1), toKey(2 ** 40), fold(0, "a"), fold(0, "b"), fold(0, "ab")]
    keys.push(
      fold(fold(0, "a"), "b"),
      fold(fold(0, "b"), "a"),
      fold(0, 1),
      fold(0, "1"),
      fold(0, 0),
      fold(1, 0),
    )
    expect(new Set(keys.map((key) => key.hash)).size).toBe(keys.length)
    expect(new Set(Array.from({ length: 10_000 }, (_, i) => fold(0, i).hash)).size).toBe(10_000)
  })

  it("keep the step when folded", () => expect(fold(atStep(3, 9), "z").step).toBe(9))

  it("refuse a seed that is not a whole number", () => {
    expect(() => toKey(0.5)).toThrow("a seed or key index must be a whole number below 2^53, got 0.5")
    expect(() => fold(0, Number.NaN)).toThrow("got NaN")
  })

  it("of neighbouring seeds and names are uncorrelated", () => {
    const a = Float64Array.from(standardNormal(fold(1, "z"), [n]).dataSync())
    for (const other of [fold(2, "z"), fold(1, "y"), atStep(fold(1, "z"), 1)]) {
      const b = standardNormal(other, [n]).dataSync()
      expect(Math.abs(a.reduce((sum, v, i) => sum + v * b[i]!, 0)) / Math.sqrt(n)).toBeLessThan(4.5)
    }
  })
})

describe("permutation", () => {
  it("is a permutation, the same for the same key", () => {
    const order = permutation(fold(0, "rows"), 1000)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(permutation(fold(0, "rows"), 1000)).toEqual(order)
    expect(permutation(0, 0).length).toBe(0)
  })

  it("gives each of the 24 orders of 4 equally often (chi-square, 23 degrees of freedom, p > 1e-6)", () => {
    const counts = new Map<string, number>()
    const trials = 24_000
    for (let i = 0; i < trials; i++) {
      const order = permutation(fold(9, i), 4).join("")
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    const chi = [...counts.values()].reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0)
    expect(chi).toBeLessThan(70.5)
  })
})
