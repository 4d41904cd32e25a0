import { describe, expect, it } from "vitest"
import { align, fromMatrix, matrixShape, toMatrix } from "../../src/engine/alignment.js"
import { logMassAt, takeLast } from "../../src/engine/last-axis.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const list = (x: Tensor): number[] => [...x.dataSync()]

const ints = (values: number[], shape: number[]): Tensor => tf.tensor(values, shape, "int32")

/** log softmax of one row in double precision. */
const logSoftmax = (row: readonly number[]): number[] => {
  const top = Math.max(...row)
  const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0))
  return row.map((x) => x - top - total)
}

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("splits a full batch into axes held and stretched, and puts it together again", () => {
      const alignment = align([3, 1, 2], [5, 3, 4, 2])
      expect(alignment.held).toEqual([1, 3])
      expect(matrixShape(alignment)).toEqual([6, 20])
      const values = tf.reshape(tf.range(0, 240, 1, "int32"), [5, 3, 4, 2, 2])
      const matrix = toMatrix(values, alignment)
      expect(matrix.shape).toEqual([6, 20, 2])
      expect(list(fromMatrix(matrix, alignment))).toEqual(list(values))
    })

    it("takes entries, one row or many, and adds gradients up where they were taken", () => {
      const table = tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ])
      expect(list(takeLast(table, ints([2, 0], [2])))).toEqual([3, 4])
      const index = ints([0, 2, 1, 1, 0, 0], [3, 2])
      expect(list(takeLast(table, index))).toEqual([1, 6, 2, 5, 1, 4])
      const weights = tf.tensor2d([1, 10, 100, 1000, 10000, 1e5], [3, 2])
      const gradient = tf.grad((t) => tf.sum(tf.mul(takeLast(t, index), weights)))(table)
      expect(list(gradient)).toEqual([10001, 100, 0, 1e5, 1000, 10])
    })

    it("stretches a table over values and values over a table", () => {
      const table = tf.reshape(tf.range(0, 12), [4, 3])
      const picked = takeLast(table, ints([0, 1, 2], [3, 1]))
      expect(picked.shape).toEqual([3, 4])
      expect(list(picked)).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
      expect(list(takeLast(tf.tensor1d([7, 8]), ints([1, 0, 1], [3])))).toEqual([8, 7, 8])
    })

    it("differentiates twice", () => {
      const index = ints([1], [1])
      const cube = (x: Tensor): Tensor => tf.sum(tf.pow(takeLast(x, index), 3))
      const second = tf.grad((x) => tf.sum(tf.grad(cube as never)(x)))(tf.tensor2d([[2, 5]]))
      expect(list(second)).toEqual([0, 30])
    })

    it("gives log-probabilities of classes with the gradient one-hot minus softmax", () => {
      const rows = [
        [0.5, -1, 2],
        [3, 3, 3],
      ]
      const logits = tf.tensor2d(rows)
      const index = ints([0, 1, 2, 0], [2, 2])
      const want = [
        logSoftmax(rows[0]!)[0]!,
        logSoftmax(rows[1]!)[1]!,
        logSoftmax(rows[0]!)[2]!,
        Math.log(1 / 3),
      ]
      list(logMassAt(logits, index)).forEach((x, i) => {
        expect(x).toBeCloseTo(want[i]!, 6)
      })
      const gradient = list(tf.grad((l) => tf.sum(logMassAt(l, index)))(logits))
      const softmax = rows.map((row) => logSoftmax(row).map(Math.exp))
      const slopes = [
        [1, 0, 1].map((hits, k) => hits - 2 * softmax[0]![k]!),
        [1, 1, 0].map((hits, k) => hits - 2 * softmax[1]![k]!),
      ].flat()
      gradient.forEach((x, i) => {
        expect(x).toBeCloseTo(slopes[i]!, 6)
      })
    })

    it("gives large batches of few classes the same answers, ties and certainty included", () => {
      const rows = [
        [20, 0, 0, -5],
        [3, 3, 3, 3],
        [0.5, -1, 2, 2],
        [-Infinity, 0, 1, -Infinity],
      ]
      const small = logMassAt(tf.tensor2d(rows), ints([0, 1, 2, 2], [4]))
      const large = logMassAt(tf.tile(tf.tensor2d(rows), [5000, 1]), tf.tile(ints([0, 1, 2, 2], [4]), [5000]))
      const [want, got] = [list(small), list(large)]
      expect(got.every((x, i) => Math.abs(x / want[i % 4]! - 1) < 1e-6)).toBe(true)
    })

    it("keeps the digits of a nearly certain class, counts ties, and takes impossible ones", () => {
      const certain = logMassAt(tf.tensor1d([20, 0, 0]), ints([0], [1])).dataSync()[0]!
      expect(Math.abs(certain / -Math.log1p(2 * Math.exp(-20)) - 1)).toBeLessThan(1e-6)
      expect(logMassAt(tf.tensor1d([1e6, 1e6]), ints([0], [1])).dataSync()[0]).toBeCloseTo(-Math.LN2, 6)
      const logits = tf.tensor1d([-Infinity, 0, 0])
      expect(list(logMassAt(logits, ints([0, 1], [2])))[0]).toBe(-Infinity)
      const gradient = list(tf.grad((l) => tf.sum(logMassAt(l, ints([1], [1]))))(logits))
      expect(gradient).toEqual([0, 0.5, -0.5])
    })
  })
