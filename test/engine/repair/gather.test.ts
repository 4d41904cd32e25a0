import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { expectGradient, gradientAt, numbers } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("differentiates gather, repeated rows summed", () => {
      const got = tf.grad((x: Tensor) =>
        tf.sum(
          tf.mul(
            tf.gather(x, tf.tensor1d([2, 0, 2], "int32")),
            tf.tensor2d([
              [1, 2],
              [3, 4],
              [5, 6],
            ]),
          ),
        ),
      )
      expect([...got(tf.zeros([3, 2])).dataSync()]).toEqual([3, 4, 0, 0, 6, 8])
      expectGradient((x) => tf.gather(x, tf.tensor1d([1, 1, 0], "int32"), 1), numbers([2, 3]))
      expectGradient((x) => tf.gather(x, tf.tensor2d([1, 1, 0, 3], [2, 2], "int32")), numbers([4, 2]))
    })

    it("takes rows of every type, as often and in whatever order they are asked for", () => {
      const table = [1, 2, 3, 4, 5, 6]
      const chosen = tf.tensor2d([2, 0, 2, 1], [2, 2], "int32")
      for (const dtype of ["float32", "int32", "bool"] as const) {
        const rows = tf.gather(tf.cast(tf.tensor2d(table, [3, 2]), dtype), chosen)
        expect([rows.dtype, rows.shape]).toEqual([dtype, [2, 2, 2]])
        const expected = [5, 6, 1, 2, 5, 6, 3, 4]
        expect([...rows.dataSync()]).toEqual(dtype === "bool" ? expected.map(() => 1) : expected)
      }
      expect(tf.gather(tf.tensor2d(table, [3, 2]), tf.tensor1d([], "int32")).shape).toEqual([0, 2])
    })

    it("refuses a row that is not there", () => {
      for (const row of [3, -1])
        expect(() => tf.gather(tf.zeros([3, 2]), tf.tensor1d([0, row], "int32")).dataSync()).toThrow(
          /ind(ex|ices)/,
        )
    })

    it("repeats a number to a shape", () => {
      expect([...tf.tile(tf.tensor2d([[7]]), [2, 3]).dataSync()]).toEqual([7, 7, 7, 7, 7, 7])
      const chosen = tf.where(
        tf.tensor1d([true, false], "bool"),
        tf.tensor1d([1, 2]),
        Number.NEGATIVE_INFINITY,
      )
      expect([...chosen.dataSync()]).toEqual([1, Number.NEGATIVE_INFINITY])
    })

    it("differentiates gatherND, scatterND and topk", () => {
      const places = tf.tensor2d(
        [
          [0, 1],
          [2, 0],
          [0, 1],
        ],
        [3, 2],
        "int32",
      )
      expectGradient((x) => tf.gatherND(x, places), numbers([3, 2]))
      expectGradient((x) => tf.scatterND(places, x, [3, 2]), numbers([3]))
      expect(gradientAt((x) => tf.mul(tf.topk(x, 2).values, tf.tensor1d([10, 1])), [3, 7, 5])).toEqual([
        0, 10, 1,
      ])
    })
  })
