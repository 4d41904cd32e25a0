import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { expectClose, expectGradient, numbers } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("multiplies matrices the same in all four forms, with and without a batch, at every size", () => {
      for (const [m, k, n, batch] of [
        [3, 4, 5, []],
        [40, 30, 50, []],
        [3, 4, 2, [2, 3]],
        [128, 80, 110, [2]],
      ] as const) {
        const a = numbers([...batch, m, k])
        const b = numbers([...batch, k, n], 7)
        const want = [...tf.sum(tf.mul(tf.expandDims(a, -1), tf.expandDims(b, -3)), -2).dataSync()]
        const flip = (t: Tensor) => tf.transpose(t, [...batch.map((_, i) => i), t.rank - 1, t.rank - 2])
        for (const [left, right] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ] as const)
          expectClose(tf.matMul(left ? flip(a) : a, right ? flip(b) : b, left, right), want, 1e-4)
      }
    })

    it("multiplies batches with axes of one item, on which oneDNN's kernel brings the process down", () => {
      for (const [left, right] of [
        [
          [6, 1],
          [1, 1],
        ],
        [[6, 1], []],
        [
          [1, 1],
          [1, 6],
        ],
        [
          [2, 1, 3],
          [1, 1, 1],
        ],
      ] as const) {
        const a = numbers([...left, 15, 3])
        const b = numbers([...right, 3, 3], 5)
        const want = [...tf.sum(tf.mul(tf.expandDims(a, -1), tf.expandDims(b, -3)), -2).dataSync()]
        for (let i = 0; i < 50; i++) expectClose(tf.matMul(a, b), want, 1e-5)
      }
    })

    it("differentiates matrix products in all four forms, and sums over a broadcast batch", () => {
      for (const [left, right] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const a = numbers(left ? [4, 3] : [3, 4])
        const b = numbers(right ? [2, 4] : [4, 2], 5)
        expectGradient((t) => tf.matMul(t, b, left, right), a)
        expectGradient((t) => tf.matMul(a, t, left, right), b)
      }
      const many = numbers([5, 3, 4])
      const one = numbers([4, 2], 5)
      expectGradient((t) => tf.matMul(many, t), one)
      expectGradient((t) => tf.matMul(t, one), many)
      const crossed = (t: Tensor) => tf.matMul(t, numbers([3, 2, 2], 4))
      expect(crossed(numbers([5, 1, 2, 2])).shape).toEqual([5, 3, 2, 2])
      const item = tf.matMul(
        tf.slice(numbers([5, 1, 2, 2]), [4, 0, 0, 0], [1, 1, 2, 2]).reshape([2, 2]),
        tf.slice(numbers([3, 2, 2], 4), [1, 0, 0], [1, 2, 2]).reshape([2, 2]),
      )
      expectClose(tf.slice(crossed(numbers([5, 1, 2, 2])), [4, 1, 0, 0], [1, 1, 2, 2]), [...item.dataSync()])
      expectGradient(crossed, numbers([5, 1, 2, 2]))
    })
  })
