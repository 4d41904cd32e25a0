/** Programs that are legal and cannot be recorded: their fits run operation by operation, and say why. */
import { fit, guide, model, normal, observe, param, sample, tf } from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"

const about = <M extends Parameters<typeof guide>[0]>(program: M) =>
  guide(program, function* () {
    yield* sample("z", normal(yield* param("loc", 0), 1))
  } as never)

const branching = model(function* () {
  const z = (yield* sample("z", normal(0, 1))) as tf.Scalar
  yield* observe("x", normal(z, z.dataSync()[0]! > 5 ? 2 : 1), 1)
})

const convolving = model(function* () {
  const z = (yield* sample("z", normal(0, 1))) as tf.Scalar
  const image = tf.mul(z, tf.ones([1, 4, 4, 1])) as tf.Tensor4D
  const mean = tf.mean(tf.conv2d(image, tf.ones([2, 2, 1, 1]) as tf.Tensor4D, 1, "valid"))
  yield* observe("x", normal(mean, 1), 1)
})

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("is fitted where it branches on a draw", async () => {
      const fitted = await fit(branching, about(branching), [], { steps: 3 })
      expect(fitted.status).toBe("finished")
      expect(fitted.compiled).toMatch(/^eager: a tensor's value is read inside the step at test\/.*\.ts:\d+/)
      await expect(fit(branching, about(branching), [], { steps: 3, compile: true })).rejects.toThrow(
        /compile: true, but a tensor's value is read/,
      )
    })

    it("is fitted where it convolves", async () => {
      const fitted = await fit(convolving, about(convolving), [], { steps: 3 })
      expect(fitted.status).toBe("finished")
      if (name !== "tensorflow") expect(fitted.compiled).toMatch(/^eager: TensorFlow.js's kernel Conv2D/)
    })
  })
