import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { gradientAt } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("differentiates where and arithmetic on masks of a differentiated tensor", () => {
      const masks = [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual]
      for (const mask of masks) {
        const got = gradientAt((x) => tf.where(mask(x, 0), tf.mul(x, 3), tf.mul(x, 5)), [-1, 0, 2])
        const taken = [...mask(tf.tensor1d([-1, 0, 2]), 0).dataSync()]
        expect(got).toEqual(taken.map((yes) => (yes ? 3 : 5)))
      }
      const inside = (x: Tensor) =>
        tf.logicalAnd(tf.greater(x, -1), tf.logicalNot(tf.logicalOr(tf.greater(x, 1), tf.isNaN(x))))
      expect(gradientAt((x) => tf.where(inside(x), tf.square(x), tf.zerosLike(x)), [-3, 0.5, 3])).toEqual([
        0, 1, 0,
      ])
      expect(gradientAt((x) => tf.mul(x, tf.cast(tf.greater(x, 0), "float32")), [-1, 2])).toEqual([0, 1])
    })

    it("keeps an infinite gradient on the side not taken out of the other", () => {
      // sqrt has an infinite slope at 0, times a zero that comes from where's other side
      const got = gradientAt(
        (x) => tf.where(tf.greater(x, 0), tf.mul(x, 2), tf.sqrt(tf.maximum(x, 1e-30))),
        [4],
      )
      expect(got).toEqual([2])
      const upstream = gradientAt((x) => tf.div(1, tf.where(tf.greater(x, 5), x, tf.zerosLike(x))), [1])
      expect(upstream).toEqual([0])
    })
  })
