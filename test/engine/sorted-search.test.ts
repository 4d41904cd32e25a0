import { describe, expect, it } from "vitest"
import { countBelow } from "../../src/engine/sorted-search.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("counts the numbers strictly below, equal ones not", () => {
      const sorted = tf.tensor1d([0.25, 0.5, 0.5, 1])
      const count = countBelow(sorted, tf.tensor1d([0, 0.25, 0.3, 0.5, 0.75, 1, 2]))
      expect(count.dtype).toBe("int32")
      expect([...count.dataSync()]).toEqual([0, 0, 1, 1, 3, 3, 4])
    })

    it("searches each row of a batch for values that broadcast against it", () => {
      const sorted = tf.tensor2d([
        [1, 2, 3],
        [10, 20, 30],
      ])
      const count = countBelow(sorted, tf.tensor2d([2.5, 15, 100], [3, 1]))
      expect(count.shape).toEqual([3, 2])
      expect([...count.dataSync()]).toEqual([2, 0, 3, 1, 3, 3])
    })
  })
