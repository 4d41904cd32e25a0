import { describe, it } from "vitest"
import "../../../src/engine/repair/index.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { expectGradient, numbers } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("differentiates conv2d by its filter and its input", () => {
      const x = numbers([2, 5, 4, 2]) as tf.Tensor4D
      const filter = numbers([3, 2, 2, 3], 5) as tf.Tensor4D
      for (const [strides, pad] of [
        [1, "valid"],
        [[2, 1], "same"],
      ] as [number | [number, number], "valid" | "same"][]) {
        expectGradient((t) => tf.conv2d(x, t as tf.Tensor4D, strides, pad), filter)
        expectGradient((t) => tf.conv2d(t as tf.Tensor4D, filter, strides, pad), x)
      }
    })
  })
