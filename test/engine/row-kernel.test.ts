import { describe, expect, it } from "vitest"
import { rowKernel } from "../../src/engine/row-kernel.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

/** Σ x a + (Σ x)(Σ a). */
const bilinear = rowKernel({
  name: "TestBilinearRows",
  term: (x, a) => x * a,
  nativeTerm: (ops, x, a) => ops.mul(x, a),
  total: (x, a) => x * a,
  nativeTotal: (ops, x, a) => ops.mul(x, a),
  gradient: (dy, x, a) => [
    () => tf.mul(dy, tf.add(a, tf.sum(a, 1, true))),
    () => tf.mul(dy, tf.add(x, tf.sum(x, 1, true))),
  ],
})

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("sums terms over the last axis of inputs that broadcast, and sums gradients back", () => {
      const x = tf.tensor2d([
        [1, 2],
        [3, 4],
      ])
      const a = tf.tensor1d([10, 100])
      expect([...bilinear(x, a).dataSync()]).toEqual([210 + 330, 430 + 770])
      expect(bilinear(tf.reshape(x, [2, 1, 2]), tf.ones([3, 2])).shape).toEqual([2, 3])
      const slopes = tf.grads((p, q) => tf.sum(bilinear(p!, q!)))([x, a])
      expect([...slopes[0]!.dataSync()]).toEqual([120, 210, 120, 210])
      expect([...slopes[1]!.dataSync()]).toEqual([14, 16])
    })

    it("cancels large terms in double precision", () => {
      const x = tf.tensor1d([1e8, 1])
      const a = tf.tensor1d([1, 1])
      const difference = rowKernel({
        name: "TestCancellingRows",
        term: (v) => v,
        nativeTerm: (_, v) => v,
        total: (v) => 0.5 - v,
        nativeTotal: (ops, v) => ops.sub(0.5, v),
        gradient: (dy, v) => [() => tf.mul(dy, tf.zerosLike(v)), () => tf.mul(dy, tf.zerosLike(v))],
      })
      expect(difference(x, a).dataSync()[0]).toBe(0.5)
    })
  })
