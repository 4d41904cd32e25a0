import { describe, it } from "vitest"
import "../../../src/engine/repair/index.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { expectGradient, numbers } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("differentiates cumprod, with no, one and two zeros, exclusive and reversed", () => {
      for (const exclusive of [false, true])
        for (const reverse of [false, true])
          for (const row of [
            [0.5, -2, 3, 0.7],
            [0.5, 0, 3, 0.7],
            [2, 0, 3, 0, 1.5],
            [0, 2, 3],
          ])
            expectGradient((x) => tf.cumprod(x, 0, exclusive, reverse), tf.tensor1d(row))
      expectGradient((x) => tf.cumprod(x, 1), numbers([2, 3, 2]))
    })
  })
