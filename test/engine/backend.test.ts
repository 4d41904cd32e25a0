import { describe, expect, it } from "vitest"
import { backend } from "../../src/engine/backend.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    it("runs and differentiates", () => {
      expect(backend()).toBe(name)
      expect(
        tf
          .grad((x) => tf.square(x))(tf.scalar(3))
          .dataSync()[0],
      ).toBe(6)
    })
  })
