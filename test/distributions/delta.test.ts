import { describe, expect, it } from "vitest"
import { delta } from "../../src/distributions/delta.js"
import { DistributionError } from "../../src/engine/error.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("draws its value, with its gradient, whatever the key", () => {
      const draw = (v: Tensor): Tensor => tf.sum(delta(v).sample(3, [4]))
      expect([
        ...tf
          .grad(draw)(tf.tensor1d([2, 5]))
          .dataSync(),
      ]).toEqual([4, 4])
      expect([...delta([2, 5]).sample(1).dataSync()]).toEqual([2, 5])
      expect(delta([2, 5]).gradient).toBe("exact")
    })

    it("gives its log-density at the value and -Infinity elsewhere", () => {
      expect([...delta(3).logProb([3, 4]).dataSync()]).toEqual([0, -Infinity])
      const dist = delta({ value: [1, 2], logDensity: [0.5, -1] })
      expect([...dist.logProb([1, 2]).dataSync()]).toEqual([0.5, -1])
      expect([...dist.entropy().dataSync()]).toEqual([-0.5, 1])
    })

    it("takes the last axes as one event", () => {
      const dist = delta(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { eventRank: 1 },
      )
      expect([dist.batchShape, dist.eventShape]).toEqual([[3], [2]])
      const value = tf.tensor2d([
        [1, 2],
        [3, 5],
        [5, 6],
      ])
      expect([...dist.logProb(value).dataSync()]).toEqual([0, -Infinity, 0])
      expect(dist.sample(0, [7]).shape).toEqual([7, 3, 2])
    })

    it("is scored by the gradient of its log-density alone", () => {
      const scored = (v: Tensor): Tensor => tf.sum(delta(v, { logDensity: tf.mul(2, v) }).logProb([1]))
      expect([
        ...tf
          .grad(scored)(tf.tensor1d([1]))
          .dataSync(),
      ]).toEqual([2])
    })

    it("refuses values that are not finite, and ranks that are not there", () => {
      expect(() => delta([1, Number.NaN])).toThrow("delta: parameter 'value' must lie in finite numbers")
      expect(() => delta([1, 2], { eventRank: 2 })).toThrow(DistributionError)
      expect(() => delta(1, { eventRank: -1 })).toThrow("'eventRank' must be a whole number")
    })
  })
