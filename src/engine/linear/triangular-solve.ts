/**
 * Solving with triangular matrices, batched, in double precision on every backend and rounded once. Left out: where the
 * triangle comes from (`cholesky.ts`).
 */
import { broadcastShape } from "../elementwise.js"
import { EngineError } from "../error.js"
import type { ArrayValue } from "../kernel.js"
import { boolAttribute, defineKernel } from "../kernel.js"
import { inDouble } from "../native-double.js"
import type { Shape, Tensor } from "../tensor.js"
import { tf } from "../tensor.js"
import { squareSize, transposeMatrix, triangularPart } from "./triangle.js"

/** Which triangle of the matrix is read, and whether its transpose is solved with. */
export interface TriangularSolveOptions {
  readonly lower?: boolean
  readonly adjoint?: boolean
}

type SolveAttributes = { readonly lower: boolean; readonly adjoint: boolean }

/** Substitution in one matrix [n, n] for right-hand sides [n, columns], in place. */
const substitute = (
  entry: (row: number, column: number) => number,
  x: Float64Array,
  at: number,
  [n, columns]: readonly [number, number],
  forwards: boolean,
): void => {
  for (let step = 0; step < n; step++) {
    const i = forwards ? step : n - 1 - step
    for (let before = 0; before < step; before++) {
      const k = forwards ? before : n - 1 - before
      const factor = entry(i, k)
      for (let c = 0; c < columns; c++) x[at + i * columns + c]! -= factor * x[at + k * columns + c]!
    }
    const pivot = entry(i, i)
    for (let c = 0; c < columns; c++) x[at + i * columns + c]! /= pivot
  }
}

const arraySolve = (l: ArrayValue, b: ArrayValue, { lower, adjoint }: SolveAttributes): ArrayValue => {
  const [n, columns] = b.shape.slice(-2) as [number, number]
  const x = Float64Array.from(b.values)
  for (let item = 0; item * n * columns < x.length; item++) {
    const from = item * n * n
    const entry = adjoint
      ? (i: number, k: number) => l.values[from + k * n + i]!
      : (i: number, k: number) => l.values[from + i * n + k]!
    substitute(entry, x, item * n * columns, [n, columns], lower !== adjoint)
  }
  return { shape: b.shape, dtype: "float32", values: Float32Array.from(x) }
}

const run: (inputs: readonly Tensor[], attributes: SolveAttributes) => Tensor = defineKernel<SolveAttributes>(
  2,
  {
    name: "LatentlyTriangularSolve",
    native: (inputs, { lower, adjoint }, backend) =>
      inDouble(backend, inputs, (ops, [l, b]) => {
        const flags = [boolAttribute(backend, "lower", lower), boolAttribute(backend, "adjoint", adjoint)]
        return ops.callWith("MatrixTriangularSolve", flags, l!, b!)
      }),
    arrays: ([l, b], attributes) => arraySolve(l!, b!, attributes),
    gradient: (dx, [l], x, { lower, adjoint }) => {
      const db = () => run([l!, dx], { lower, adjoint: !adjoint })
      return [
        () => {
          const outer = adjoint ? tf.matMul(x, db(), false, true) : tf.matMul(db(), x, false, true)
          return tf.neg(triangularPart(outer, { lower }))
        },
        db,
      ]
    },
  },
) as (inputs: readonly Tensor[], attributes: SolveAttributes) => Tensor

const batchOf = (shape: Shape): number[] => shape.slice(0, -2)

const spread = (a: Tensor, batch: Shape): Tensor => {
  const shape = [...batch, ...a.shape.slice(-2)]
  return tf.util.arraysEqual(a.shape, shape) ? a : tf.broadcastTo(a, shape)
}

/** One matrix for a batch of right-hand sides: they become columns of one system, and the matrix is not repeated. */
const solveShared = (l: Tensor, b: Tensor, attributes: SolveAttributes): Tensor => {
  const rows = b.rank - 2
  const others = b.shape.map((_, axis) => axis).filter((axis) => axis !== rows)
  const columns = tf.transpose(b, [rows, ...others])
  const solved = run([l, tf.reshape(columns, [b.shape[rows]!, -1])], attributes)
  const back = [...others.slice(0, -1).map((_, i) => i + 1), 0, others.length]
  return tf.transpose(tf.reshape(solved, columns.shape), back)
}

/**
 * X with L X = B, or L^T X = B with `adjoint`, for triangular L [..., n, n] (lower unless told otherwise; the other
 * triangle is not read) and B [..., n, k]. Batches broadcast; an L without a batch is not repeated.
 *
 * @example triangularSolve(tf.tensor2d([[2, 0], [1, 1]]), tf.tensor2d([[2], [3]])) // [[1], [2]]
 */
export const triangularSolve = (l: Tensor, b: Tensor, options: TriangularSolveOptions = {}): Tensor => {
  const { lower = true, adjoint = false } = options
  const size = squareSize("triangularSolve", l.shape)
  if (b.rank < 2 || b.shape[b.rank - 2] !== size)
    throw new EngineError(
      "shape-mismatch",
      `triangularSolve takes matrices [..., n, n] and right-hand sides [..., n, k], got shapes ` +
        `[${l.shape.join(", ")}] and [${b.shape.join(", ")}]`,
    )
  if (l.rank === 2 && b.rank > 2) return tf.tidy(() => solveShared(l, b, { lower, adjoint }))
  const batch = broadcastShape(batchOf(l.shape), batchOf(b.shape))
  return tf.tidy(() => run([spread(l, batch), spread(b, batch)], { lower, adjoint }))
}

/** X with A X = B, from the Cholesky factor L of A: two triangular solves. */
export const choleskySolve = (l: Tensor, b: Tensor): Tensor =>
  tf.tidy(() => triangularSolve(l, triangularSolve(l, b), { adjoint: true }))

/** The inverses of triangular matrices [..., n, n] (lower unless told otherwise), themselves triangular. */
export const triangularInverse = (l: Tensor, options: { readonly lower?: boolean } = {}): Tensor =>
  tf.tidy(() => triangularSolve(l, tf.eye(squareSize("triangularInverse", l.shape)), options))

/** A^-1 from the Cholesky factor L of A. */
export const choleskyInverse = (l: Tensor): Tensor =>
  tf.tidy(() => {
    const inverse = triangularInverse(l)
    return tf.matMul(transposeMatrix(inverse), inverse)
  })
