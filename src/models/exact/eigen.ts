/**
 * Eigenvalues and eigenvectors of a symmetric matrix in double precision: Householder's reduction to tridiagonal form,
 * then the QL algorithm with implicit shifts. Vectors are kept as rows, so that every inner loop runs over neighbours;
 * 784 columns take about two seconds. Source: EISPACK tred2/tql2; Golub & Van Loan, "Matrix Computations", 8.3.
 */
import { LatentlyError } from "../../engine/error.js"

/** Eigenvalues from the largest down; row i of `vectors` is the unit eigenvector of value i, its largest entry positive. */
export interface SymmetricEigen {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** Entry i stands beside diagonal i + 1; the last is 0. */
  readonly beside: Float64Array
}

/** x := the reflector v (in place) with (I - beta v v') x = alpha e1. */
const reflector = (x: Float64Array): { beta: number; alpha: number } => {
  const size = Math.hypot(...x)
  if (size === 0) return { beta: 0, alpha: 0 }
  const alpha = x[0]! > 0 ? -size : size
  x[0]! -= alpha
  let norm = 0
  for (const value of x) norm += value * value
  return { beta: norm === 0 ? 0 : 2 / norm, alpha }
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!
  return sum
}

/** A22 := H A22 H for the block behind row k, H = I - beta v v'. */
const reflectBlock = (a: Float64Array, n: number, k: number, v: Float64Array, beta: number): void => {
  const block = (i: number) => a.subarray((k + 1 + i) * n + k + 1, (k + 2 + i) * n)
  const w = v.map((_, i) => beta * dot(block(i), v))
  const half = (beta / 2) * dot(w, v)
  for (let i = 0; i < v.length; i++) w[i]! -= half * v[i]!
  for (let i = 0; i < v.length; i++) {
    const [row, vi, wi] = [block(i), v[i]!, w[i]!]
    for (let j = 0; j < row.length; j++) row[j]! -= vi * w[j]! + wi * v[j]!
  }
}

/** Row k of `a` is left holding its reflector; returns the tridiagonal matrix and the transposed product of the reflectors. */
const tridiagonalize = (a: Float64Array, n: number): Tridiagonal & { rows: Float64Array } => {
  const beside = new Float64Array(n)
  const betas = new Float64Array(n)
  for (let k = 0; k < n - 1; k++) {
    const v = a.subarray(k * n + k + 1, (k + 1) * n)
    const { beta, alpha } = reflector(v)
    betas[k] = beta
    beside[k] = alpha
    if (beta > 0) reflectBlock(a, n, k, v, beta)
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!)
  return { diagonal, beside, rows: reflectIdentity(a, n, betas) }
}

const reflectIdentity = (a: Float64Array, n: number, betas: Float64Array): Float64Array => {
  const rows = new Float64Array(n * n)
  for (let i = 0; i < n; i++) rows[i * n + i] = 1
  for (let k = n - 2; k >= 0; k--) {
    const v = a.subarray(k * n + k + 1, (k + 1) * n)
    for (let i = k + 1; i < n; i++) {
      const row = rows.subarray(i * n + k + 1, (i + 1) * n)
      const along = betas[k]! * dot(row, v)
      for (let j = 0; j < row.length; j++) row[j]! -= along * v[j]!
    }
  }
  return rows
}

const rotate = (rows: Float64Array, n: number, i: number, cosine: number, sine: number): void => {
  const [start, next] = [i * n, (i + 1) * n]
  for (let k = 0; k < n; k++) {
    const [low, high] = [rows[start + k]!, rows[next + k]!]
    rows[next + k] = sine * low + cosine * high
    rows[start + k] = cosine * low - sine * high
  }
}

/** One implicit QL step on rows l..m of the tridiagonal matrix, applied to the rows of vectors. */
const implicitStep = ({ diagonal: d, beside: e }: Tridiagonal, l: number, m: number, turn: Turn): void => {
  const slope = (d[l + 1]! - d[l]!) / (2 * e[l]!)
  let g = d[m]! - d[l]! + e[l]! / (slope + (slope < 0 ? -1 : 1) * Math.hypot(slope, 1))
  let [sine, cosine, carried] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const [f, b] = [sine * e[i]!, cosine * e[i]!]
    const length = Math.hypot(f, g)
    e[i + 1] = length
    if (length === 0) {
      d[i + 1]! -= carried
      e[m] = 0
      return
    }
    sine = f / length
    cosine = g / length
    g = d[i + 1]! - carried
    const r = (d[i]! - g) * sine + 2 * cosine * b
    carried = sine * r
    d[i + 1] = g + carried
    g = cosine * r - b
    turn(i, cosine, sine)
  }
  d[l]! -= carried
  e[l] = g
  e[m] = 0
}

type Turn = (i: number, cosine: number, sine: number) => void

const diagonalize = (matrix: Tridiagonal, turn: Turn): void => {
  const { diagonal: d, beside: e } = matrix
  const size = Math.max(...d.map(Math.abs), ...e.map(Math.abs))
  const negligible = (m: number) =>
    Math.abs(e[m]!) <= Number.EPSILON * Math.max(Math.abs(d[m]!) + Math.abs(d[m + 1]!), 1e-3 * size)
  for (let l = 0; l < d.length; l++)
    for (let step = 0; ; step++) {
      let m = l
      while (m < d.length - 1 && !negligible(m)) m++
      if (m === l) break
      if (step === 100) throw new LatentlyError("eigen-stuck", `eigenvalue ${l} did not settle in 100 steps`)
      implicitStep(matrix, l, m, turn)
    }
}

/** The vector, turned so that its entry of largest magnitude is positive. */
const oriented = (vector: Float64Array): Float64Array => {
  const top = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
  return top < 0 ? vector.map((value) => -value) : vector
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix (row-major, n by n): A = sum of value_i vector_i vector_i'.
 * Absolute accuracy is rounding times the largest eigenvalue. The matrix must hold finite numbers and is not changed.
 *
 * @throws LatentlyError `eigen-stuck` if the iteration does not settle
 * @example symmetricEigen(Float64Array.of(2, 1, 1, 2), 2) // values [3, 1], vectors [.7071, .7071, .7071, -.7071]
 */
export const symmetricEigen = (matrix: ArrayLike<number>, n: number): SymmetricEigen => {
  const { rows, ...tridiagonal } = tridiagonalize(Float64Array.from(matrix), n)
  diagonalize(tridiagonal, (i, cosine, sine) => rotate(rows, n, i, cosine, sine))
  const { diagonal } = tridiagonal
  const order = [...diagonal.keys()].sort((a, b) => diagonal[b]! - diagonal[a]!)
  const vectors = new Float64Array(n * n)
  for (const [place, i] of order.entries())
    vectors.set(oriented(rows.subarray(i * n, (i + 1) * n)), place * n)
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors }
}
