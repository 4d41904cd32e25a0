import { describe, expect, it } from "vitest"
import { stopGradient } from "../../src/engine/repair/index.js"
import type { Tensor } from "../../src/engine/tensor.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

/** A deterministic table of numbers in (-1, 1). */
const numbers = (shape: number[], seed = 1): Tensor => {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state / 0x7fffffff) * 2 - 1
  }
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, next), shape)
}

/** Compares the gradient of sum(weights f(x)) with central differences of step 1e-2; every f here is a polynomial of low degree. */
const expectGradient = (f: (x: Tensor) => Tensor, x: Tensor) => {
  const weights = numbers(f(x).shape, 3)
  const value = (t: Tensor) => tf.sum(tf.mul(f(t), weights))
  const slope = tf.grad(value)(x)
  expect(slope.shape).toEqual(x.shape)
  const got = slope.dataSync()
  for (let i = 0; i < x.size; i++) {
    const along = tf.tensor(new Float32Array(x.size).fill(1e-2, i, i + 1), x.shape)
    const up = value(tf.add(x, along)).dataSync()[0]!
    const want = (up - value(tf.sub(x, along)).dataSync()[0]!) / 2e-2
    expect(Math.abs(got[i]! - want), `entry ${i}: got ${got[i]}, want ${want}`).toBeLessThan(
      2e-3 * (1 + Math.abs(want)),
    )
  }
}

const gradientAt = (f: (x: Tensor) => Tensor, values: number[]): number[] => [
  ...tf
    .grad((x: Tensor) => tf.sum(f(x)))(tf.tensor1d(values))
    .dataSync(),
]

const expectClose = (got: Tensor, want: number[], tolerance = 1e-5) => {
  const g = got.dataSync()
  expect(g.length).toBe(want.length)
  for (const [i, w] of want.entries())
    expect(Math.abs(g[i]! - w), `entry ${i}: got ${g[i]}, want ${w}`).toBeLessThan(tolerance)
}

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("differentiates where and arithmetic on masks of a differentiated tensor", () => {
      const masks = [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual]
      for (const mask of masks) {
        const got = gradientAt((x) => tf.where(mask(x, 0), tf.mul(x, 3), tf.mul(x, 5)), [-1, 0, 2])
        const taken = [...mask(tf.tensor1d([-1, 0, 2]), 0).dataSync()]
        expect(got).toEqual(taken.map((yes) => (yes ? 3 : 5)))
      }
      const inside = (x: Tensor) =>
        tf.logicalAnd(tf.greater(x, -1), tf.logicalNot(tf.logicalOr(tf.greater(x, 1), tf.isNaN(x))))
      expect(gradientAt((x) => tf.where(inside(x), tf.square(x), tf.zerosLike(x)), [-3, 0.5, 3])).toEqual([
        0, 1, 0,
      ])
      expect(gradientAt((x) => tf.mul(x, tf.cast(tf.greater(x, 0), "float32")), [-1, 2])).toEqual([0, 1])
    })

    it("keeps an infinite gradient on the side not taken out of the other", () => {
      // sqrt has an infinite slope at 0, times a zero that comes from where's other side
      const got = gradientAt(
        (x) => tf.where(tf.greater(x, 0), tf.mul(x, 2), tf.sqrt(tf.maximum(x, 1e-30))),
        [4],
      )
      expect(got).toEqual([2])
      const upstream = gradientAt((x) => tf.div(1, tf.where(tf.greater(x, 5), x, tf.zerosLike(x))), [1])
      expect(upstream).toEqual([0])
    })

    it("stopGradient gives the same values and no gradient, and does not visit what is upstream", () => {
      expect(gradientAt((x) => tf.mul(x, stopGradient(x)), [3, -2])).toEqual([3, -2])
      let visited = 0
      const counted = tf.customGrad((x) => ({
        value: tf.square(x as Tensor),
        gradFunc: (dy: Tensor) => {
          visited++
          return dy
        },
      }))
      expect(gradientAt((x) => tf.add(x, stopGradient(counted(x))), [3])).toEqual([1])
      expect(visited).toBe(0)
      const x = tf.tensor1d([1, 2])
      const before = tf.memory().numTensors
      const y = stopGradient(x)
      y.dispose()
      expect(tf.memory().numTensors).toBe(before)
      expect([...x.dataSync()]).toEqual([1, 2])
    })

    it("differentiates gather, repeated rows summed", () => {
      const got = tf.grad((x: Tensor) =>
        tf.sum(
          tf.mul(
            tf.gather(x, tf.tensor1d([2, 0, 2], "int32")),
            tf.tensor2d([
              [1, 2],
              [3, 4],
              [5, 6],
            ]),
          ),
        ),
      )
      expect([...got(tf.zeros([3, 2])).dataSync()]).toEqual([3, 4, 0, 0, 6, 8])
      expectGradient((x) => tf.gather(x, tf.tensor1d([1, 1, 0], "int32"), 1), numbers([2, 3]))
      expectGradient((x) => tf.gather(x, tf.tensor2d([1, 1, 0, 3], [2, 2], "int32")), numbers([4, 2]))
    })

    it("multiplies matrices the same in all four forms, with and without a batch, at every size", () => {
      for (const [m, k, n, batch] of [
        [3, 4, 5, []],
        [40, 30, 50, []],
        [3, 4, 2, [2, 3]],
        [128, 80, 110, [2]],
      ] as const) {
        const a = numbers([...batch, m, k])
        const b = numbers([...batch, k, n], 7)
        const want = [...tf.sum(tf.mul(tf.expandDims(a, -1), tf.expandDims(b, -3)), -2).dataSync()]
        const flip = (t: Tensor) => tf.transpose(t, [...batch.map((_, i) => i), t.rank - 1, t.rank - 2])
        for (const [left, right] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ] as const)
          expectClose(tf.matMul(left ? flip(a) : a, right ? flip(b) : b, left, right), want, 1e-4)
      }
    })

    it("differentiates matrix products in all four forms, and sums over a broadcast batch", () => {
      for (const [left, right] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const a = numbers(left ? [4, 3] : [3, 4])
        const b = numbers(right ? [2, 4] : [4, 2], 5)
        expectGradient((t) => tf.matMul(t, b, left, right), a)
        expectGradient((t) => tf.matMul(a, t, left, right), b)
      }
      const many = numbers([5, 3, 4])
      const one = numbers([4, 2], 5)
      expectGradient((t) => tf.matMul(many, t), one)
      expectGradient((t) => tf.matMul(t, one), many)
      const crossed = (t: Tensor) => tf.matMul(t, numbers([3, 2, 2], 4))
      expect(crossed(numbers([5, 1, 2, 2])).shape).toEqual([5, 3, 2, 2])
      const item = tf.matMul(
        tf.slice(numbers([5, 1, 2, 2]), [4, 0, 0, 0], [1, 1, 2, 2]).reshape([2, 2]),
        tf.slice(numbers([3, 2, 2], 4), [1, 0, 0], [1, 2, 2]).reshape([2, 2]),
      )
      expectClose(tf.slice(crossed(numbers([5, 1, 2, 2])), [4, 1, 0, 0], [1, 1, 2, 2]), [...item.dataSync()])
      expectGradient(crossed, numbers([5, 1, 2, 2]))
    })

    it("differentiates stridedSlice: steps, backwards, masks, new and dropped axes", () => {
      expectGradient((x) => tf.stridedSlice(x, [1, 0], [5, 3], [2, 1]), numbers([6, 3]))
      expectGradient((x) => tf.stridedSlice(x, [5, 2], [0, 0], [-2, -1]), numbers([6, 3]))
      expectGradient((x) => tf.stridedSlice(x, [1, 0], [2, 3], [1, 1], 0, 0, 0, 0, 1), numbers([4, 3]))
      expectGradient((x) => tf.stridedSlice(x, [0, 0, 1], [0, 0, 3], [1, 1, 1], 3, 3, 0, 1), numbers([4, 3]))
      const twice = tf.grad((x: Tensor) =>
        tf.sum(tf.square(tf.grad((y: Tensor) => tf.sum(tf.square(tf.stridedSlice(y, [0], [4], [2]))))(x))),
      )
      expect([...twice(tf.tensor1d([1, 2, 3, 4])).dataSync()]).toEqual([8, 0, 24, 0])
    })

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

    it("differentiates gatherND, scatterND and topk", () => {
      const places = tf.tensor2d(
        [
          [0, 1],
          [2, 0],
          [0, 1],
        ],
        [3, 2],
        "int32",
      )
      expectGradient((x) => tf.gatherND(x, places), numbers([3, 2]))
      expectGradient((x) => tf.scatterND(places, x, [3, 2]), numbers([3]))
      expect(gradientAt((x) => tf.mul(tf.topk(x, 2).values, tf.tensor1d([10, 1])), [3, 7, 5])).toEqual([
        0, 10, 1,
      ])
    })

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

    it("differentiates conv2d by its filter and its input", () => {
      const x = numbers([2, 5, 4, 2]) as tf.Tensor4D
      const filter = numbers([3, 2, 2, 3], 5) as tf.Tensor4D
      for (const [strides, pad] of [
        [1, "valid"],
        [[2, 1], "same"],
      ] as [number | [number, number], "valid" | "same"][]) {
        expectGradient((t) => tf.conv2d(x, t as tf.Tensor4D, strides, pad), filter)
        expectGradient((t) => tf.conv2d(t as tf.Tensor4D, filter, strides, pad), x)
      }
    })

    it("casts every nonzero number to true", () => {
      expect([...tf.cast(tf.tensor1d([0.5, 0, -0.2, 3]), "bool").dataSync()]).toEqual([1, 0, 1, 1])
    })
  })
