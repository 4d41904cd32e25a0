import { describe, expect, it } from "vitest"
import { logSumExp } from "../../src/engine/special/index.js"
import type { Tensor } from "../../src/engine/tensor.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const low = Number.NEGATIVE_INFINITY
const high = Number.POSITIVE_INFINITY

for (const backend of backends)
  describe(`logSumExp on ${backend}`, () => {
    useBackend(backend)
    const x = () =>
      tf.tensor2d([
        [1000, 1000, low],
        [low, low, low],
        [-1, 2, 0.5],
      ])

    it("is exact for huge terms, single terms and no terms", () => {
      const got = logSumExp(x(), 1).dataSync()
      expect(got[0]).toBeCloseTo(1000 + Math.LN2, 4)
      expect(got[1]).toBe(low)
      expect(got[2]).toBeCloseTo(Math.log(Math.exp(-1) + Math.exp(2) + Math.exp(0.5)), 6)
      expect(logSumExp([1, high]).dataSync()[0]).toBe(high)
      expect(logSumExp(-7.5).dataSync()[0]).toBe(-7.5)
    })

    it("sums over any axes and keeps them when asked", () => {
      expect(logSumExp(x()).shape).toEqual([])
      expect(logSumExp(x(), -1).shape).toEqual([3])
      expect(logSumExp(x(), [0, 1], true).shape).toEqual([1, 1])
      expect(logSumExp(tf.zeros([2, 3, 4]), [0, 2]).dataSync()[1]).toBeCloseTo(Math.log(8), 6)
    })

    it("has the softmax as gradient: 0, not NaN, where every term is -Infinity", () => {
      const got = tf
        .grad((t: Tensor) => tf.sum(tf.mul(logSumExp(t, 1), tf.tensor1d([1, 3, 2]))))(x())
        .dataSync()
      const total = Math.exp(-1) + Math.exp(2) + Math.exp(0.5)
      const want = [0.5, 0.5, 0, 0, 0, 0, ...[-1, 2, 0.5].map((v) => (2 * Math.exp(v)) / total)]
      for (const [i, w] of want.entries()) expect(got[i]).toBeCloseTo(w, 6)
    })

    it("has gradient 1 at a term that is +Infinity", () => {
      const got = tf
        .grad((t: Tensor) => logSumExp(t))(tf.tensor1d([0, high, low]))
        .dataSync()
      expect([...got]).toEqual([0, 1, 0])
    })

    it("has a second derivative, p (1 - p)", () => {
      const first = tf.grad((t: Tensor) => logSumExp(t))
      const second = tf.grad((t: Tensor) => tf.sum(tf.mul(first(t), tf.tensor1d([1, 0]))))
      const p = 1 / (1 + Math.exp(0.4))
      const got = second(tf.tensor1d([0.1, 0.5])).dataSync()
      expect(got[0]).toBeCloseTo(p * (1 - p), 6)
      expect(got[1]).toBeCloseTo(-p * (1 - p), 6)
    })
  })
