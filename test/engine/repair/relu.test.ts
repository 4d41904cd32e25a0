import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("passes the gradient where the input is above 0, and none at 0", () => {
      const x = tf.tensor2d([[-1, 0, 2], [3, -0.5, 1e-30]]) // biome-ignore format: a table
      const dy = tf.tensor2d([[1, 2, 3], [4, 5, 6]]) // biome-ignore format: a table
      expect([
        ...tf
          .grad((t) => tf.relu(t))(x, dy)
          .dataSync(),
      ]).toEqual([0, 0, 3, 4, 0, 6])
    })

    it("is differentiable again", () => {
      const cube = (t: Tensor): Tensor => tf.sum(tf.pow(tf.relu(t), 3))
      const slope = tf.grad((t: Tensor) => tf.sum(tf.grad(cube)(t)))
      expect([...slope(tf.tensor1d([-1, 2])).dataSync()]).toEqual([0, 12])
    })
  })
