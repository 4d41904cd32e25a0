import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"

const slopes = (f: (a: Tensor, b: Tensor) => Tensor, a: Tensor, b: Tensor): number[][] =>
  tf
    .grads((p: Tensor, q: Tensor) => tf.sum(f(p, q)))([a, b])
    .map((gradient) => [...gradient.dataSync()])

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("sums the gradients of maximum and minimum over broadcast axes", () => {
      const x = tf.tensor1d([-1, 0, 2, 5])
      expect(slopes((a, b) => tf.maximum(a, b), x, tf.scalar(1))).toEqual([[0, 0, 1, 1], [2]])
      expect(slopes((a, b) => tf.minimum(a, b), tf.scalar(1), x)).toEqual([[2], [1, 1, 0, 0]])
    })

    it("gives the gradient of a tie to the first, and no NaN beside an infinity", () => {
      expect(slopes((a, b) => tf.maximum(a, b), tf.tensor1d([1]), tf.tensor1d([1]))).toEqual([[1], [0]])
      const steep = (a: Tensor, b: Tensor): Tensor => tf.log(tf.maximum(a, b))
      expect(slopes(steep, tf.tensor1d([0]), tf.tensor1d([-1]))).toEqual([[Infinity], [0]])
    })

    it("sums the gradient of a broadcast or tiled tensor over its copies", () => {
      const x = tf.tensor2d([[1, 2, 3]])
      const weights = tf.reshape(tf.range(0, 24), [2, 4, 3])
      const gradient = tf.grad((v: Tensor) => tf.sum(tf.mul(tf.broadcastTo(v, [2, 4, 3]), weights)))(x)
      expect([...gradient.dataSync()]).toEqual([84, 92, 100])
      const tiled = tf.grad((v: Tensor) =>
        tf.sum(tf.mul(tf.tile(v, [2, 2]), tf.range(0, 12).reshape([2, 6]))),
      )(x)
      expect([...tiled.dataSync()]).toEqual([0 + 3 + 6 + 9, 1 + 4 + 7 + 10, 2 + 5 + 8 + 11])
    })

    it("differentiates a number repeated a million times at once", () => {
      const gradient = tf.grad((v: Tensor) => tf.sum(tf.broadcastTo(v, [1_000_000])))(tf.scalar(2))
      expect(gradient.dataSync()[0]).toBe(1_000_000)
    })
  })
