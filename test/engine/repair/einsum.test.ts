import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { expectClose, expectGradient, numbers } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("computes and differentiates einsum", () => {
      const a = numbers([2, 3, 4])
      const b = numbers([3, 4, 2], 5)
      expectClose(
        tf.einsum(
          "ij,jk->ik",
          tf.tensor2d([
            [1, 2],
            [3, 4],
          ]),
          tf.tensor2d([
            [5, 6],
            [7, 8],
          ]),
        ),
        [19, 22, 43, 50],
      )
      expectClose(
        tf.einsum(
          "ij->ji",
          tf.tensor2d([
            [1, 2],
            [3, 4],
          ]),
        ),
        [1, 3, 2, 4],
      )
      for (const equation of ["abc,bcd->ad", "abc,bca->b", "abc,bcd->dacb"]) {
        const other = equation.startsWith("abc,bca") ? numbers([3, 4, 2], 9) : b
        const direct = tf.einsum(equation, a, other)
        expect(direct.size).toBeGreaterThan(0)
        expectGradient((t) => tf.einsum(equation, t, other), a)
        expectGradient((t) => tf.einsum(equation, a, t), other)
      }
      expectGradient((t) => tf.einsum("ab,c->c", t, tf.tensor1d([1, 2])), numbers([2, 3]))
      expectGradient((t) => tf.einsum("ab->b", t), numbers([2, 3]))
    })
  })
