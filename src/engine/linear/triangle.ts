/**
 * Parts of square matrices: the diagonal, the lower triangle, and vectors laid out as one. The last two axes are the
 * matrix, all axes before them a batch. Left out: factorizations (`cholesky.ts`) and solves (`triangular-solve.ts`).
 */
import { EngineError } from "../error.js"
import { callNative, defineKernel, typeAttribute } from "../kernel.js"
import type { Shape, Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

/** The size of a batch of square matrices; throws an `EngineError` for anything else. */
export const squareSize = (operation: string, shape: Shape): number => {
  const size = shape[shape.length - 1]
  if (shape.length < 2 || size !== shape[shape.length - 2])
    throw new EngineError(
      "not-square",
      `${operation} takes square matrices [..., n, n], got shape [${shape.join(", ")}]`,
    )
  return size!
}

/** The transpose of every matrix. */
export const transposeMatrix = (a: Tensor): Tensor => {
  const axes = a.shape.map((_, axis) => axis)
  return tf.transpose(a, [...axes.slice(0, -2), a.rank - 1, a.rank - 2])
}

/** A constant [n, n] matrix that holds `below` under the diagonal, `on` on it, and `above` over it. */
const pattern = (size: number, below: number, on: number, above: number): Tensor => {
  const values = Float32Array.from({ length: size * size }, (_, i) => {
    const offset = (i % size) - Math.floor(i / size)
    return offset === 0 ? on : offset < 0 ? below : above
  })
  return tf.tensor2d(values, [size, size])
}

/**
 * Each matrix [..., n, n] with zeros over the diagonal (under it with `lower` false), and the diagonal times `diagonal`.
 *
 * @example triangularPart(tf.ones([2, 2])) // [[1, 0], [1, 1]]
 */
export const triangularPart = (a: Tensor, options: { lower?: boolean; diagonal?: number } = {}): Tensor => {
  const { lower = true, diagonal = 1 } = options
  const size = squareSize("triangularPart", a.shape)
  return tf.tidy(() => {
    const kept = pattern(size, lower ? 1 : 0, diagonal, lower ? 0 : 1)
    // a product alone would turn an infinity or NaN outside the triangle into NaN
    const part = tf.where(tf.notEqual(kept, 0), a, tf.zerosLike(a))
    return diagonal === 1 ? part : tf.mul(part, kept)
  })
}

const diagonalPart: (inputs: readonly Tensor[]) => Tensor = defineKernel(1, {
  name: "LatentlyMatrixDiagonalPart",
  native: ([a], _, backend) => callNative(backend, "MatrixDiagPart", a!),
  arrays: ([a]) => {
    const size = a!.shape[a!.shape.length - 1]!
    const shape = a!.shape.slice(0, -1)
    const values = Float32Array.from({ length: a!.values.length / Math.max(size, 1) }, (_, i) => {
      const row = i % size
      return a!.values[i * size + row]!
    })
    return { shape, dtype: "float32", values }
  },
  gradient: (dy) => [() => matrixDiagonal(dy)],
})

const diagonal: (inputs: readonly Tensor[]) => Tensor = defineKernel(1, {
  name: "LatentlyMatrixDiagonal",
  native: ([v], _, backend) => callNative(backend, "MatrixDiag", v!),
  arrays: ([v]) => {
    const size = v!.shape[v!.shape.length - 1]!
    const values = new Float32Array(v!.values.length * size)
    v!.values.forEach((value, i) => {
      values[i * size + (i % size)] = value
    })
    return { shape: [...v!.shape, size], dtype: "float32", values }
  },
  gradient: (dy) => [() => matrixDiagonalPart(dy)],
})

/** The diagonals of matrices [..., n, n]: shape [..., n]. */
export const matrixDiagonalPart = (a: Tensor): Tensor => {
  squareSize("matrixDiagonalPart", a.shape)
  return diagonalPart([a])
}

/** Matrices [..., n, n] with the vectors [..., n] on their diagonals and zeros elsewhere. */
export const matrixDiagonal = (v: Tensor): Tensor => diagonal([v])

/** n of a lower triangle of n (n + 1) / 2 entries. */
const triangleSize = (length: number): number => {
  const size = Math.round((Math.sqrt(8 * length + 1) - 1) / 2)
  if ((size * (size + 1)) / 2 !== length)
    throw new EngineError(
      "not-triangular",
      `lowerTriangle takes vectors of n (n + 1) / 2 entries (1, 3, 6, 10, ...), got ${length}`,
    )
  return size
}

/** The flat places i n + j, j <= i, of the lower triangle, row by row. */
const places = (size: number): number[] => {
  const all: number[] = []
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) all.push(i * size + j)
  return all
}

type Layout = { readonly from: readonly number[] }

/** The columns `from` of a [rows, columns] table, with zeros where `from` is -1. */
const takeColumns: (inputs: readonly Tensor[], layout: Layout) => Tensor = defineKernel<Layout>(1, {
  name: "LatentlyTakeColumns",
  native: ([table], { from }, backend) => {
    const [rows, columns] = table!.shape as [number, number]
    const padded = tf.concat([table!, tf.zeros([rows, 1])], 1)
    const index = tf.tensor1d(
      from.map((column) => (column < 0 ? columns : column)),
      "int32",
    )
    const attributes = [
      typeAttribute(backend, "float32", "Tparams"),
      typeAttribute(backend, "int32", "Tindices"),
      typeAttribute(backend, "int32", "Taxis"),
    ]
    return backend.executeSingleOutput("GatherV2", attributes, [padded, index, tf.scalar(1, "int32")])
  },
  arrays: ([table], { from }) => {
    const [rows, columns] = table!.shape as [number, number]
    const values = new Float32Array(rows * from.length)
    for (let row = 0, at = 0; row < rows; row++)
      for (const column of from) values[at++] = column < 0 ? 0 : table!.values[row * columns + column]!
    return { shape: [rows, from.length], dtype: "float32", values }
  },
  gradient: (dy, [table], _, { from }) => [
    () => {
      const back = new Array<number>(table!.shape[1]!).fill(-1)
      from.forEach((column, at) => {
        if (column >= 0) back[column] = at
      })
      return takeColumns([dy], { from: back })
    },
  ],
}) as (inputs: readonly Tensor[], layout: Layout) => Tensor

/**
 * Lower-triangular matrices [..., n, n] from vectors [..., n (n + 1) / 2], filled row by row.
 *
 * @example lowerTriangle(tf.tensor1d([1, 2, 3])) // [[1, 0], [2, 3]]
 */
export const lowerTriangle = (vector: Tensor): Tensor => {
  const length = vector.shape[vector.rank - 1]!
  const size = triangleSize(length)
  const from = new Array<number>(size * size).fill(-1)
  places(size).forEach((place, entry) => {
    from[place] = entry
  })
  return tf.tidy(() => {
    const flat = tf.reshape(vector, [vector.size / Math.max(length, 1), length])
    return tf.reshape(takeColumns([flat], { from }), [...vector.shape.slice(0, -1), size, size])
  })
}

/** The vectors [..., n (n + 1) / 2] of the lower triangles of matrices [..., n, n]: undoes `lowerTriangle`. */
export const lowerTriangleVector = (a: Tensor): Tensor => {
  const size = squareSize("lowerTriangleVector", a.shape)
  const from = places(size)
  return tf.tidy(() => {
    const flat = tf.reshape(a, [a.size / Math.max(size * size, 1), size * size])
    return tf.reshape(takeColumns([flat], { from }), [...a.shape.slice(0, -2), from.length])
  })
}
