/**
 * Cholesky factors of small symmetric matrices in double precision, packed by rows of the lower triangle: entry (i, j),
 * j <= i, lies at i (i + 1) / 2 + j. Left out: tensors (`src/engine/linear`) and eigenvalues (`eigen.ts`).
 */

/** Where entry (i, j), j <= i, of a packed lower triangle lies. */
export const packedAt = (i: number, j: number): number => (i * (i + 1)) / 2 + j

/** The number of entries of a packed triangle. */
export const packedSize = (dimension: number): number => (dimension * (dimension + 1)) / 2

/** A full symmetric matrix, row-major, from its packed lower triangle. */
export const unpackSymmetric = (packed: ArrayLike<number>, dimension: number): Float64Array =>
  Float64Array.from({ length: dimension * dimension }, (_, at) => {
    const [i, j] = [Math.floor(at / dimension), at % dimension]
    return packed[packedAt(Math.max(i, j), Math.min(i, j))]!
  })

/** The packed lower triangle of a row-major matrix. */
export const packSymmetric = (matrix: ArrayLike<number>, dimension: number): Float64Array => {
  const packed = new Float64Array(packedSize(dimension))
  for (let i = 0; i < dimension; i++)
    for (let j = 0; j <= i; j++) packed[packedAt(i, j)] = matrix[i * dimension + j]!
  return packed
}

/** A factorization, or the pivot at which the matrix stopped being positive definite. */
export type Factorization =
  | { readonly status: "factored"; readonly factor: Float64Array }
  | { readonly status: "singular"; readonly pivot: number }

/**
 * The factor L of A = L L' (packed). Entry i counts as singular when what is left of its variance, given the entries
 * before it, is no more than `noise[i]` or `relative` of the variance itself.
 *
 * @example cholesky(Float64Array.of(4, 2, 5), 2) // { status: "factored", factor: [2, 1, 2] }
 */
export const cholesky = (
  packed: ArrayLike<number>,
  dimension: number,
  relative = 1e-13,
  noise?: ArrayLike<number>,
): Factorization => {
  const factor = new Float64Array(packedSize(dimension))
  for (let i = 0; i < dimension; i++)
    for (let j = 0; j <= i; j++) {
      let left = packed[packedAt(i, j)]!
      for (let k = 0; k < j; k++) left -= factor[packedAt(i, k)]! * factor[packedAt(j, k)]!
      if (j < i) factor[packedAt(i, j)] = left / factor[packedAt(j, j)]!
      else if (!(left > Math.max(noise?.[i] ?? 0, relative * packed[packedAt(i, i)]!)))
        return { status: "singular", pivot: i }
      else factor[packedAt(i, i)] = Math.sqrt(left)
    }
  return { status: "factored", factor }
}

/** The inverse of a packed lower triangular matrix, packed. */
export const invertLower = (factor: ArrayLike<number>, dimension: number): Float64Array => {
  const inverse = new Float64Array(packedSize(dimension))
  for (let j = 0; j < dimension; j++) {
    inverse[packedAt(j, j)] = 1 / factor[packedAt(j, j)]!
    for (let i = j + 1; i < dimension; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= factor[packedAt(i, k)]! * inverse[packedAt(k, j)]!
      inverse[packedAt(i, j)] = sum / factor[packedAt(i, i)]!
    }
  }
  return inverse
}

/** The sum of the logarithms of a packed factor's diagonal: half the log-determinant of the matrix it factors. */
export const halfLogDeterminant = (factor: ArrayLike<number>, dimension: number): number => {
  let sum = 0
  for (let i = 0; i < dimension; i++) sum += Math.log(factor[packedAt(i, i)]!)
  return sum
}
