import { describe, expect, it } from "vitest"
import "../../../src/engine/repair/index.js"
import { tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("casts every nonzero number to true", () => {
      expect([...tf.cast(tf.tensor1d([0.5, 0, -0.2, 3]), "bool").dataSync()]).toEqual([1, 0, 1, 1])
    })
  })
