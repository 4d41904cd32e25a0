import { describe, expect, it } from "vitest"
import { stopGradient } from "../../../src/engine/repair/index.js"
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { gradientAt } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("stopGradient gives the same values and no gradient, and does not visit what is upstream", () => {
      expect(gradientAt((x) => tf.mul(x, stopGradient(x)), [3, -2])).toEqual([3, -2])
      let visited = 0
      const counted = tf.customGrad((x) => ({
        value: tf.square(x as Tensor),
        gradFunc: (dy: Tensor) => {
          visited++
          return dy
        },
      }))
      expect(gradientAt((x) => tf.add(x, stopGradient(counted(x))), [3])).toEqual([1])
      expect(visited).toBe(0)
      const x = tf.tensor1d([1, 2])
      const before = tf.memory().numTensors
      const y = stopGradient(x)
      y.dispose()
      expect(tf.memory().numTensors).toBe(before)
      expect([...x.dataSync()]).toEqual([1, 2])
    })
  })
