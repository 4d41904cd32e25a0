import { describe, it } from "vitest"
import "../../../src/engine/repair/index.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { expectGradient, numbers } from "./gradients.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("differentiates cumsum along every axis, exclusive and reversed", () => {
      for (const axis of [0, 1, 2])
        for (const exclusive of [false, true])
          for (const reverse of [false, true])
            expectGradient((x) => tf.cumsum(x, axis, exclusive, reverse), numbers([3, 3, 3]))
    })
  })
