/**
 * The Cholesky factorization, batched, in double precision on every backend and rounded once. Left out: solves
 * (`triangular-solve.ts`). Source of the gradient: Murray, "Differentiation of the Cholesky decomposition" (2016),
 * equation 10.
 */
import { checksEnabled } from "../checks.js"
import { EngineError } from "../error.js"
import type { ArrayValue } from "../kernel.js"
import { defineKernel } from "../kernel.js"
import { inDouble } from "../native-double.js"
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"
import { matrixDiagonalPart, squareSize, transposeMatrix, triangularPart } from "./triangle.js"
import { triangularSolve } from "./triangular-solve.js"

/** Overwrites the lower triangle of one matrix (from `at`) with its factor; gives the row whose pivot is not positive, if any. */
const factorize = (m: Float64Array, at: number, size: number): number | undefined => {
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = m[at + i * size + j]!
      for (let k = 0; k < j; k++) sum -= m[at + i * size + k]! * m[at + j * size + k]!
      if (i === j && !(sum > 0)) return i
      m[at + i * size + j] = i === j ? Math.sqrt(sum) : sum / m[at + j * size + j]!
    }
  return undefined
}

/** The factors, with a lower triangle of NaN for an item that has none, as TensorFlow gives it. */
const arrayCholesky = (a: ArrayValue): ArrayValue => {
  const size = a.shape[a.shape.length - 1]!
  const m = Float64Array.from(a.values)
  for (let at = 0; at < m.length; at += size * size) {
    if (factorize(m, at, size) !== undefined) m.fill(Number.NaN, at, at + size * size)
    for (let i = 0; i < size; i++) m.fill(0, at + i * size + i + 1, at + (i + 1) * size)
  }
  return { shape: a.shape, dtype: "float32", values: Float32Array.from(m) }
}

const run: (inputs: readonly Tensor[]) => Tensor = defineKernel(1, {
  name: "LatentlyCholesky",
  native: ([a], _, backend) => {
    try {
      return inDouble(backend, [a!], (ops, [x]) => ops.call("Cholesky", x!))
    } catch {
      // older TensorFlow refuses the whole batch when one matrix fails
      const values = arrayCholesky({
        shape: a!.shape,
        dtype: "float32",
        values: a!.dataSync() as Float32Array,
      })
      return tf.tensor(values.values, [...a!.shape])
    }
  },
  arrays: ([a]) => arrayCholesky(a!),
  gradient: (dy, _, l) => [() => choleskyGradient(l, dy)],
})

/** (S + S^T) / 2 with S = L^-T phi(L^T dL) L^-1, phi the lower triangle with its diagonal halved. */
const choleskyGradient = (l: Tensor, dl: Tensor): Tensor => {
  const inner = triangularPart(tf.matMul(l, triangularPart(dl), true, false), { diagonal: 0.5 })
  const left = triangularSolve(l, inner, { adjoint: true })
  const s = triangularSolve(l, transposeMatrix(left), { adjoint: true })
  return tf.mul(tf.add(s, transposeMatrix(s)), 0.5)
}

/** Throws for the first matrix whose factor is not a number, naming the batch item and the row where it fails. */
const refuseFailure = (a: Tensor, l: Tensor): void => {
  const size = l.shape[l.rank - 1]!
  const diagonal = tf.tidy(() => matrixDiagonalPart(l).dataSync())
  const failed = diagonal.findIndex((value) => !(value > 0))
  if (failed < 0) return
  const item = Math.floor(failed / size)
  const row = factorize(Float64Array.from(a.dataSync()), item * size * size, size) ?? failed % size
  throw new EngineError(
    "not-positive-definite",
    `matrix is not positive definite at row ${row} of batch item ${item} (shape [${l.shape.join(", ")}]); ` +
      "add a small number to its diagonal, or check that it is symmetric",
  )
}

/**
 * The lower-triangular L with L L^T = A, for symmetric positive-definite A [..., n, n]; only the lower triangle of A is
 * read. A matrix that is not positive definite throws an `EngineError` while checks are on, and else gives a factor of
 * NaN for that matrix alone.
 *
 * @example cholesky(tf.tensor2d([[4, 2], [2, 5]])) // [[2, 0], [1, 2]]
 */
export const cholesky = (a: Tensor): Tensor => {
  squareSize("cholesky", a.shape)
  const l = run([a])
  if (checksEnabled()) refuseFailure(a, l)
  return l
}

/** log |det L| = sum of log L_ii of triangular matrices [..., n, n]: shape [...]. */
export const logDiagonal = (l: Tensor): Tensor => tf.tidy(() => tf.sum(tf.log(matrixDiagonalPart(l)), -1))

/** log det A = 2 sum of log L_ii, from the Cholesky factor L of A. */
export const logDeterminant = (l: Tensor): Tensor => tf.tidy(() => tf.mul(logDiagonal(l), 2))
