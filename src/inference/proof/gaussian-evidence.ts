/**
 * The evidence of a linear-Gaussian model, however it is written: where log p(x, z) is found to be quadratic in z, its
 * integral has a closed form, f(ẑ) + d/2 log 2π - ½ log |-H|. Next: `evidence.ts`, which asks for it first.
 */
import type { RowDensity } from "./row-density.js"

/** log ∫ p(x, z) dz of each row, by how the density was found to behave. */
export interface RowEvidence {
  readonly rows: Float64Array
  /** How far off a row may be, in nats. */
  readonly error: number
}

/** More dimensions than this are not probed. */
const mostDimensions = 64

/** A density is taken as quadratic if it is so to this many nats at three standard deviations. */
const tolerance = 1e-3

/** The lower Cholesky factor of a d × d matrix; undefined where it is not positive definite. */
export const choleskyOf = (matrix: Float64Array, d: number): Float64Array | undefined => {
  const lower = new Float64Array(d * d)
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0.5 * (matrix[i * d + j]! + matrix[j * d + i]!)
      for (let k = 0; k < j; k++) sum -= lower[i * d + k]! * lower[j * d + k]!
      if (i === j && !(sum > 0)) return undefined
      lower[i * d + j] = i === j ? Math.sqrt(sum) : sum / lower[j * d + j]!
    }
  return lower
}

/** Solves L x = b, or Lᵀ x = b. */
const solve = (lower: Float64Array, b: Float64Array, transposed: boolean): Float64Array => {
  const d = b.length
  const x = Float64Array.from(b)
  for (let n = 0; n < d; n++) {
    const i = transposed ? d - 1 - n : n
    for (let m = 0; m < n; m++) {
      const j = transposed ? d - 1 - m : m
      x[i]! -= (transposed ? lower[j * d + i]! : lower[i * d + j]!) * x[j]!
    }
    x[i]! /= lower[i * d + i]!
  }
  return x
}

const rowOf = (all: Float64Array, row: number, d: number): Float64Array => all.slice(row * d, (row + 1) * d)

/** -H of each row by differences of gradients one unit apart, which are exact for a quadratic; factored. */
const curvatures = (
  density: RowDensity,
  at: Float64Array,
  gradient: Float64Array,
): (Float64Array | undefined)[] => {
  const { rows, dimensions: d } = density
  const matrices = Array.from({ length: rows }, () => new Float64Array(d * d))
  for (let j = 0; j < d; j++) {
    const moved = density.gradients(at.map((value, i) => value + (i % d === j ? 1 : 0)))
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < d; i++) matrices[row]![i * d + j] = gradient[row * d + i]! - moved[row * d + i]!
  }
  return matrices.map((matrix) => choleskyOf(matrix, d))
}

const newton = (
  at: Float64Array,
  gradient: Float64Array,
  factors: readonly Float64Array[],
  d: number,
): Float64Array => {
  const to = Float64Array.from(at)
  factors.forEach((lower, row) => {
    const move = solve(lower, solve(lower, rowOf(gradient, row, d), false), true)
    for (let i = 0; i < d; i++) to[row * d + i]! += move[i]!
  })
  return to
}

/** Directions of unit length, the same in every row, along and across the axes. */
const directions = (d: number): Float64Array[] =>
  [1, -1, 0.6, -0.7].map((sign, n) => {
    const raw = Float64Array.from({ length: d }, (_, i) => sign * Math.cos(1.7 * n * (i + 1) + i))
    const length = Math.hypot(...raw)
    return raw.map((value) => value / length)
  })

/** How far the density is from its quadratic three standard deviations away from the mode, in nats, at the worst row. */
const departure = (
  density: RowDensity,
  mode: Float64Array,
  heights: Float64Array,
  factors: readonly Float64Array[],
): number => {
  const d = density.dimensions
  let worst = 0
  for (const direction of directions(d)) {
    const points = Float64Array.from(mode)
    factors.forEach((lower, row) => {
      const move = solve(lower, direction, true)
      for (let i = 0; i < d; i++) points[row * d + i]! += 3 * move[i]!
    })
    density.values(points).forEach((value, row) => {
      const rounding = 1e-6 * Math.abs(value)
      const off = Math.abs(value - (heights[row]! - 4.5)) - rounding
      worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off)
    })
  }
  return worst
}

/** log ∫ p(x, z) dz of each row where log p(x, z) is quadratic in z; undefined where it is not. */
export const gaussianEvidence = (density: RowDensity): RowEvidence | undefined => {
  const { rows, dimensions: d } = density
  if (d > mostDimensions) return undefined
  const start = new Float64Array(rows * d)
  const slope = density.gradients(start)
  const found = curvatures(density, start, slope)
  if (found.some((lower) => lower === undefined)) return undefined
  const factors = found as Float64Array[]
  const near = newton(start, slope, factors, d)
  const mode = newton(near, density.gradients(near), factors, d)
  const heights = density.values(mode)
  const error = departure(density, mode, heights, factors)
  if (!(error < tolerance)) return undefined
  const evidence = heights.map((height, row) => {
    let halfLogDeterminant = 0
    for (let i = 0; i < d; i++) halfLogDeterminant += Math.log(factors[row]![i * d + i]!)
    return height + (d / 2) * Math.log(2 * Math.PI) - halfLogDeterminant
  })
  return { rows: evidence, error }
}
