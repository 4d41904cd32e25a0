import { describe, expect, it } from "vitest"
import { elementwise, sumToShape } from "../../src/engine/elementwise.js"
import { callNative, defineKernel } from "../../src/engine/kernel.js"
import { inDouble } from "../../src/engine/native-double.js"
import type { Tensor } from "../../src/engine/tensor.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const negate = defineKernel(1, {
  name: "TestNegate",
  native: ([x], _, backend) => callNative(backend, "Neg", x!),
  arrays: ([x]) => ({ ...x!, values: Float32Array.from(x!.values, (v) => -v) }),
})

const hypotenuse = elementwise({
  name: "TestHypotenuse",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [a, b]) =>
      ops.call("Sqrt", ops.add(ops.call("Square", a!), ops.call("Square", b!))),
    ),
  scalar: (a, b) => Math.sqrt(a * a + b * b),
  gradient: (dy, [a, b], y) => [() => tf.mul(dy, tf.div(a!, y)), () => tf.mul(dy, tf.div(b!, y))],
})

// 1 + x in double precision keeps what float32 drops, and 1/3 is no float32
const thirds = elementwise({
  name: "TestThirds",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [x]) => ops.sub(ops.add(x!, 1 / 3), ops.constant(1 / 3))),
  scalar: (x) => x + 1 / 3 - 1 / 3,
})

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("runs a kernel, and refuses to differentiate one without a gradient", () => {
      expect([...negate([tf.tensor1d([1, -2])]).dataSync()]).toEqual([-1, 2])
      expect(() => tf.grad((x: Tensor) => tf.sum(negate([x])))(tf.tensor1d([1]))).toThrow(
        "gradient function not found for TestNegate",
      )
    })

    it("broadcasts every pair of shapes that NumPy does, and sums gradients back", () => {
      const shapes = [[], [1], [3], [2, 1], [2, 3], [4, 1, 1], [4, 1, 3], [1, 2, 1], [4, 2, 3]]
      for (const left of shapes)
        for (const right of shapes) {
          const a = tf.add(tf.reshape(tf.range(0, tf.util.sizeFromShape(left)), left), 1)
          const b = tf.add(tf.reshape(tf.range(0, tf.util.sizeFromShape(right)), right), 2)
          const want = tf.sqrt(tf.add(tf.square(a), tf.square(b)))
          const got = hypotenuse(a, b)
          expect(got.shape).toEqual(want.shape)
          const [da, db] = tf.grads((x: Tensor, y: Tensor) => tf.sum(hypotenuse(x, y)))([a, b])
          const slopes = [tf.div(a, want), tf.div(b, want)] as const
          for (const [slope, whole, input] of [
            [da, slopes[0], a],
            [db, slopes[1], b],
          ] as const) {
            expect(slope!.shape).toEqual(input.shape)
            expect(tf.max(tf.abs(tf.sub(slope!, sumToShape(whole, input.shape)))).dataSync()[0]).toBeLessThan(
              1e-5,
            )
          }
          expect(tf.max(tf.abs(tf.sub(got, want))).dataSync()[0]).toBeLessThan(1e-5)
        }
      expect(() => hypotenuse(tf.zeros([2]), tf.zeros([3]))).toThrow(
        "TestHypotenuse of shapes [2] and [3], which do not broadcast",
      )
    })

    it("computes in double precision, constants included, and rounds once", () => {
      const x = Math.fround(1e-9)
      expect(thirds(x).dataSync()[0]! / x).toBeCloseTo(1, 6)
      expect(hypotenuse(3e-30, 4e-30).dataSync()[0]! / 5e-30).toBeCloseTo(1, 6)
    })
  })
