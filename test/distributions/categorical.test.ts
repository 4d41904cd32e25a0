/** What is special about categoricals: enumeration beside a batch, impossible classes, many classes. */
import { describe, expect, it } from "vitest"
import { categorical } from "../../src/distributions/categorical.js"
import { orderedLogistic } from "../../src/distributions/ordered-logistic.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const list = (x: Tensor): number[] => [...x.dataSync()]

const close = (got: Tensor, want: Tensor): void => {
  expect(got.shape).toEqual(want.shape)
  const wanted = list(want)
  list(got).forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, 5)
  })
}

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("scores [K, 1] values under N rows as [K, N]", () => {
      const logits = tf.tensor2d([
        [0, 1, 2],
        [3, 1, -1],
      ])
      const dist = categorical({ logits })
      const values = dist.enumerate()
      expect([values.shape, values.dtype]).toEqual([[3, 1], "int32"])
      close(dist.logDensity(values), tf.transpose(tf.logSoftmax(logits)))
    })

    it("scores two enumerated axes at once, each with its own", () => {
      const logits = tf.reshape(tf.sin(tf.range(0, 24)), [4, 1, 2, 3])
      const value = tf.tensor([0, 1, 2, 2, 1, 0, 1, 1, 0, 0], [5, 1, 1, 2], "int32")
      const got = categorical({ logits }).logDensity(value)
      expect(got.shape).toEqual([5, 4, 1, 2])
      const table = list(tf.logSoftmax(logits))
      const index = list(value)
      const want = list(tf.range(0, 40)).map((cell) => {
        const [outer, block, row] = [Math.floor(cell / 8), Math.floor(cell / 2) % 4, cell % 2]
        return table[(block * 2 + row) * 3 + index[outer * 2 + row]!]!
      })
      list(got).forEach((x, i) => {
        expect(x).toBeCloseTo(want[i]!, 5)
      })
    })

    it("gives the gradient of a summed-out class: posterior weights minus prior ones", () => {
      const logits = tf.tensor2d([
        [0, 1, -1],
        [2, 0, 0],
      ])
      const likelihood = tf.tensor2d([
        [0, 0.5],
        [1, -1],
        [0.3, 2],
      ])
      const evidence = (l: Tensor): Tensor => {
        const dist = categorical({ logits: l })
        return tf.sum(tf.logSumExp(tf.add(dist.logDensity(dist.enumerate()), likelihood), 0))
      }
      const joint = tf.add(tf.logSoftmax(logits), tf.transpose(likelihood))
      close(tf.grad(evidence)(logits), tf.sub(tf.softmax(joint as never), tf.softmax(logits)))
    })

    it("never draws an impossible class and keeps its gradient finite", () => {
      const logits = tf.tensor1d([-Infinity, 0, -Infinity, 1, -Infinity])
      const counts = new Array(5).fill(0)
      for (const k of list(categorical({ logits }).sample(8, [100_000]))) counts[k]++
      expect([counts[0], counts[2], counts[4]]).toEqual([0, 0, 0])
      const scored = (l: Tensor): Tensor => tf.sum(categorical({ logits: l }).logProb([1, 3]))
      const gradient = list(tf.grad(scored)(logits))
      expect([gradient[0], gradient[2], gradient[4]]).toEqual([0, 0, 0])
      expect(gradient[1]! + gradient[3]!).toBeCloseTo(0, 6)
      expect(Number.isNaN(list(categorical({ logits }).entropy())[0]!)).toBe(false)
    })

    it("draws the first and the last of many classes in their share", () => {
      const classes = 1000
      const draws = list(categorical({ logits: tf.zeros([classes]) }).sample(2, [100_000]))
      // binomial(1e5, 1/1000): standard deviation 10
      for (const k of [0, 1, 500, 999])
        expect(Math.abs(draws.filter((x) => x === k).length - 100)).toBeLessThan(50)
    })

    it("sends no gradient through a draw", () => {
      const draw = (l: Tensor): Tensor =>
        tf.sum(tf.add(l, tf.cast(categorical({ logits: l }).sample(0, [3]), "float32")))
      expect(() => tf.grad(draw)(tf.tensor1d([0, 1, 2]))).not.toThrow()
    })

    it("gives ordered classes that sum to one, however far the predictor", () => {
      const dist = orderedLogistic({ predictor: [-30, 0, 30], cutpoints: [-1, 0.5, 2] })
      const density = dist.logDensity(dist.enumerate())
      expect(density.shape).toEqual([4, 3])
      expect(list(tf.sum(tf.exp(density), 0)).every((x) => Math.abs(x - 1) < 1e-6)).toBe(true)
      expect(list(density).every(Number.isFinite)).toBe(true)
    })
  })
