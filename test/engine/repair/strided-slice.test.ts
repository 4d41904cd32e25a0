import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { expectGradient, numbers } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("differentiates stridedSlice: steps, backwards, masks, new and dropped axes", () => {
      expectGradient((x) => tf.stridedSlice(x, [1, 0], [5, 3], [2, 1]), numbers([6, 3]))
      expectGradient((x) => tf.stridedSlice(x, [5, 2], [0, 0], [-2, -1]), numbers([6, 3]))
      expectGradient((x) => tf.stridedSlice(x, [1, 0], [2, 3], [1, 1], 0, 0, 0, 0, 1), numbers([4, 3]))
      expectGradient((x) => tf.stridedSlice(x, [0, 0, 1], [0, 0, 3], [1, 1, 1], 3, 3, 0, 1), numbers([4, 3]))
      const twice = tf.grad((x: Tensor) =>
        tf.sum(tf.square(tf.grad((y: Tensor) => tf.sum(tf.square(tf.stridedSlice(y, [0], [4], [2]))))(x))),
      )
      expect([...twice(tf.tensor1d([1, 2, 3, 4])).dataSync()]).toEqual([8, 0, 24, 0])
    })
  })
