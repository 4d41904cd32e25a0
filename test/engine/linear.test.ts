import { describe, expect, it } from "vitest"
import { withChecks } from "../../src/engine/checks.js"
import * as linear from "../../src/engine/linear/index.js"
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

const positiveDefinite = (batch: number[], n: number): Tensor => {
  const a = numbers([...batch, n, n], 5)
  return tf.add(tf.matMul(a, a, false, true), tf.mul(tf.eye(n), 0.5))
}

const expectClose = (got: Tensor, want: Tensor | number[], tolerance = 2e-5) => {
  const w = Array.isArray(want) ? want : [...want.dataSync()]
  const g = got.dataSync()
  expect(g.length).toBe(w.length)
  for (const [i, v] of w.entries())
    expect(Math.abs(g[i]! - v), `entry ${i}: got ${g[i]}, want ${v}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(v)),
    )
}

/** Checks the gradient of sum(weights f(x)) against central differences of step 1e-2, whose own error is of order 1e-4. */
const expectGradient = (f: (x: Tensor) => Tensor, x: Tensor, symmetric = false) => {
  const weights = numbers(f(x).shape, 3)
  const value = (t: Tensor) => tf.sum(tf.mul(f(t), weights))
  const got = tf.grad(value)(x).dataSync()
  const n = x.shape[x.rank - 1]!
  const h = 1e-2
  for (let i = 0; i < x.size; i++) {
    const direction = new Float32Array(x.size)
    direction[i]! += 1
    const row = Math.floor(i / n) % n
    const mirrored = i + ((i % n) - row) * n - (i % n) + row
    if (symmetric) direction[mirrored]! += 1
    const along = tf.tensor(direction, x.shape)
    const up = value(tf.add(x, tf.mul(along, h))).dataSync()[0]!
    const down = value(tf.sub(x, tf.mul(along, h))).dataSync()[0]!
    const want = (up - down) / (2 * h)
    const slope = symmetric ? got[i]! + got[mirrored]! : got[i]!
    expect(Math.abs(slope - want), `entry ${i}: got ${slope}, want ${want}`).toBeLessThan(
      5e-3 * (1 + Math.abs(want)),
    )
  }
}

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)

    it("cholesky: known factor, and L L^T = A for a batch", () => {
      expectClose(
        linear.cholesky(
          tf.tensor2d([
            [4, 99],
            [2, 5],
          ]),
        ),
        [2, 0, 1, 2],
        1e-7,
      )
      const a = positiveDefinite([2, 3], 5)
      const l = linear.cholesky(a)
      expectClose(tf.matMul(l, l, false, true), a)
      expectClose(l, linear.triangularPart(l), 0)
    })

    it("cholesky: is right to float32 rounding for a matrix of condition number 1.5e7", () => {
      // the Hilbert matrix of order 6, rounded to float32; mpmath.cholesky with 40 digits
      const hilbert = tf.tensor2d([...Array(6)].map((_, i) => [...Array(6)].map((_, j) => 1 / (i + j + 1))))
      const got = linear.matrixDiagonalPart(linear.cholesky(hilbert)).dataSync()
      const want = [
        1, 0.288675151801191, 0.074535708095259, 0.0188984044396, 0.00476442455473, 0.00121564053018,
      ]
      for (const [i, w] of want.entries()) expect(Math.abs(got[i]! / w - 1)).toBeLessThan(1e-7)
    })

    it("cholesky: gradients, also when the upper triangle of the factor is used", () => {
      expectGradient((a) => linear.cholesky(a), positiveDefinite([], 3), true)
      expectGradient((a) => linear.cholesky(a), positiveDefinite([2], 2), true)
      expectGradient((a) => linear.logDeterminant(linear.cholesky(a)), positiveDefinite([], 3), true)
    })

    it("cholesky: names the failing row and batch item while checks are on, else NaN for that item alone", () => {
      const bad = tf.tensor3d([
        [
          [4, 0],
          [0, 9],
        ],
        [
          [1, 2],
          [2, 1],
        ],
      ])
      expect(() => linear.cholesky(bad)).toThrow(
        "matrix is not positive definite at row 1 of batch item 1 (shape [2, 2, 2])",
      )
      const l = [...withChecks(false, () => linear.cholesky(bad)).dataSync()]
      expect(l.slice(0, 4)).toEqual([2, 0, 0, 3])
      // TensorFlow leaves the upper triangle of a failed item as it was
      expect([l[4], l[6], l[7]]).toEqual([Number.NaN, Number.NaN, Number.NaN])
      expect(() => linear.cholesky(tf.fill([1, 1], Number.NaN))).toThrow("row 0 of batch item 0")
      expect(() => linear.cholesky(tf.zeros([2, 3]))).toThrow(
        "cholesky takes square matrices [..., n, n], got shape [2, 3]",
      )
    })

    it("triangularSolve: solves in all four forms, reading one triangle only", () => {
      const full = tf.add(numbers([4, 4]), tf.mul(tf.eye(4), 3))
      const b = numbers([4, 3], 9)
      for (const lower of [true, false])
        for (const adjoint of [true, false]) {
          const x = linear.triangularSolve(full, b, { lower, adjoint })
          expectClose(tf.matMul(linear.triangularPart(full, { lower }), x, adjoint, false), b)
        }
    })

    it("triangularSolve: broadcasts batches, sharing a matrix that has none", () => {
      const one = linear.cholesky(positiveDefinite([], 3))
      const many = numbers([2, 4, 3, 2])
      const shared = linear.triangularSolve(one, many)
      expect(shared.shape).toEqual([2, 4, 3, 2])
      expectClose(tf.matMul(tf.tile(tf.reshape(one, [1, 1, 3, 3]), [2, 4, 1, 1]), shared), many)
      const batch = linear.cholesky(positiveDefinite([4], 3))
      const mixed = linear.triangularSolve(batch, many, { adjoint: true })
      expectClose(tf.matMul(tf.tile(tf.reshape(batch, [1, 4, 3, 3]), [2, 1, 1, 1]), mixed, true, false), many)
      expect(linear.triangularSolve(batch, numbers([3, 2])).shape).toEqual([4, 3, 2])
      expect(() => linear.triangularSolve(one, numbers([2, 3]))).toThrow("got shapes [3, 3] and [2, 3]")
    })

    it("triangularSolve: gradients in both arguments, in all four forms and shared", () => {
      const l = tf.add(numbers([3, 3]), tf.mul(tf.eye(3), 3))
      const b = numbers([3, 2], 9)
      for (const lower of [true, false])
        for (const adjoint of [true, false]) {
          expectGradient((t) => linear.triangularSolve(t, b, { lower, adjoint }), l)
          expectGradient((t) => linear.triangularSolve(l, t, { lower, adjoint }), b)
        }
      expectGradient((t) => linear.triangularSolve(t, numbers([2, 3, 2])), l)
      expectGradient((t) => linear.triangularSolve(tf.stack([l, l]), t), b)
    })

    it("choleskySolve, the inverses and the determinant agree with A", () => {
      const a = positiveDefinite([2], 4)
      const l = linear.cholesky(a)
      const b = numbers([2, 4, 3])
      expectClose(tf.matMul(a, linear.choleskySolve(l, b)), b, 1e-4)
      const eye = tf.tile(tf.expandDims(tf.eye(4), 0), [2, 1, 1])
      expectClose(tf.matMul(linear.triangularInverse(l), l), eye)
      expectClose(tf.matMul(linear.choleskyInverse(l), a), eye, 1e-4)
      const two = linear.cholesky(
        tf.tensor2d([
          [4, 2],
          [2, 5],
        ]),
      )
      expectClose(linear.logDeterminant(two), [Math.log(16)], 1e-6)
      expectClose(linear.logDiagonal(two), [Math.log(4)], 1e-6)
    })

    it("diagonals and triangles: values, inverses of each other, gradients", () => {
      const a = numbers([2, 3, 3])
      expectClose(linear.matrixDiagonalPart(a), tf.sum(tf.mul(a, tf.eye(3)), -1), 0)
      expectClose(linear.matrixDiagonal(tf.tensor1d([1, 2])), [1, 0, 0, 2], 0)
      expectGradient((t) => linear.matrixDiagonalPart(t), a)
      expectGradient((t) => linear.matrixDiagonal(t), numbers([2, 2]))
      expectClose(linear.lowerTriangle(tf.tensor1d([1, 2, 3, 4, 5, 6])), [1, 0, 0, 2, 3, 0, 4, 5, 6], 0)
      const vectors = numbers([2, 6])
      expectClose(linear.lowerTriangleVector(linear.lowerTriangle(vectors)), vectors, 0)
      expectGradient((t) => linear.lowerTriangle(t), vectors)
      expectGradient((t) => linear.lowerTriangleVector(t), a)
      expect(() => linear.lowerTriangle(tf.zeros([4]))).toThrow(
        "vectors of n (n + 1) / 2 entries (1, 3, 6, 10, ...), got 4",
      )
      expect(linear.lowerTriangle(tf.tensor1d([Number.POSITIVE_INFINITY, 0, 1])).dataSync()[1]).toBe(0)
      const infinite = tf.fill([2, 2], Number.POSITIVE_INFINITY)
      expect(linear.triangularPart(infinite, { diagonal: 0.5 }).dataSync()[1]).toBe(0)
    })

    it("leaves no tensor behind", () => {
      const a = positiveDefinite([2], 3)
      const before = tf.memory().numTensors
      const l = linear.cholesky(a)
      linear.choleskySolve(l, a).dispose()
      linear.logDeterminant(l).dispose()
      linear.lowerTriangleVector(l).dispose()
      l.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  })
