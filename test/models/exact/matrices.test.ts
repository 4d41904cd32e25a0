/** Cholesky factors, eigenvectors and covariances against their definitions and closed forms. */
import { describe, expect, it } from "vitest"
import { philoxBits } from "../../../src/engine/philox.js"
import {
  cholesky,
  halfLogDeterminant,
  invertLower,
  packedAt,
  packSymmetric,
  unpackSymmetric,
} from "../../../src/models/exact/cholesky.js"
import { centredCovariance } from "../../../src/models/exact/covariance.js"
import { symmetricEigen } from "../../../src/models/exact/eigen.js"
import { columnMeans, standardize } from "../../../src/models/exact/standardize.js"

const draws = (stream: number, size: number): Float64Array =>
  Float64Array.from(philoxBits(5, stream, size), (word) => word / 2 ** 31)

const symmetric = (n: number): Float64Array => {
  const matrix = draws(n, n * n)
  return matrix.map((value, at) => value + matrix[(at % n) * n + Math.floor(at / n)]!)
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0)

describe("cholesky", () => {
  it("factors [[4, 2], [2, 5]] exactly", () => {
    expect(cholesky([4, 2, 5], 2)).toEqual({ status: "factored", factor: Float64Array.of(2, 1, 2) })
    expect(halfLogDeterminant([2, 1, 2], 2)).toBeCloseTo(Math.log(4), 15)
    expect([...invertLower([2, 1, 2], 2)]).toEqual([0.5, -0.25, 0.5])
  })

  it("names the entry that the ones before it determine", () => {
    const dependent = packSymmetric([1, 0, 2, 0, 1, 3, 2, 3, 13], 3)
    expect(cholesky(dependent, 3)).toEqual({ status: "singular", pivot: 2 })
    expect(cholesky([1, 2, 1], 2)).toEqual({ status: "singular", pivot: 1 })
    expect(cholesky([Number.NaN], 1)).toEqual({ status: "singular", pivot: 0 })
    expect(cholesky([1e-8, 0, 1], 2, 0, [1e-7, 0])).toEqual({ status: "singular", pivot: 0 })
  })

  it("the packed form goes there and back", () => {
    const matrix = symmetric(5)
    expect(unpackSymmetric(packSymmetric(matrix, 5), 5)).toEqual(matrix)
    expect(packedAt(3, 1)).toBe(7)
  })
})

describe("symmetricEigen", () => {
  it.each([1, 2, 3, 7, 40])("A v = value v, and orthonormal vectors, n = %d", (n) => {
    const matrix = symmetric(n)
    const { values, vectors } = symmetricEigen(matrix, n)
    const back = matrix.map((_, at) => {
      const [i, j] = [Math.floor(at / n), at % n]
      return values.reduce((sum, value, v) => sum + value * vectors[v * n + i]! * vectors[v * n + j]!, 0)
    })
    expect(largestDifference(back, matrix)).toBeLessThan(n * 1e-14)
    expect([...values]).toEqual([...values].sort((a, b) => b - a))
    for (let a = 0; a < n; a++)
      for (let b = 0; b <= a; b++) {
        const inner = vectors
          .subarray(a * n, (a + 1) * n)
          .reduce((sum, v, j) => sum + v * vectors[b * n + j]!, 0)
        expect(inner).toBeCloseTo(a === b ? 1 : 0, 12)
      }
  })

  it("knows the second difference's eigenvalues, 2 - 2 cos(k pi / (n + 1))", () => {
    const n = 12
    const matrix = Float64Array.from({ length: n * n }, (_, at) => {
      const distance = Math.abs(Math.floor(at / n) - (at % n))
      return distance === 0 ? 2 : distance === 1 ? -1 : 0
    })
    const expected = Array.from({ length: n }, (_, at) => 2 - 2 * Math.cos(((n - at) * Math.PI) / (n + 1)))
    expect(largestDifference(symmetricEigen(matrix, n).values, expected)).toBeLessThan(1e-14)
  })

  it("takes equal eigenvalues, zeros and diagonal matrices", () => {
    expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0])
    expect([...symmetricEigen(Float64Array.of(2, 0, 0, 2), 2).values]).toEqual([2, 2])
    const { values, vectors } = symmetricEigen(Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, 2), 3)
    expect([...values]).toEqual([3, 2, 1])
    expect([...vectors]).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0])
  })
})

describe("columns", () => {
  it.each([
    [1, 1],
    [127, 3],
    [300, 4],
    [513, 9],
  ])("covariance of %d rows and %d columns", (count, dimension) => {
    const data = draws(3, count * dimension)
    const covariance = centredCovariance({ data, count, dimension })
    const expected = covariance.map((_, at) => {
      const [i, j] = [Math.floor(at / dimension), at % dimension]
      let sum = 0
      for (let row = 0; row < count; row++) sum += data[row * dimension + i]! * data[row * dimension + j]!
      return sum / count
    })
    expect(largestDifference(covariance, expected)).toBeLessThan(1e-15)
  })

  it("means and units lose nothing to an offset", () => {
    const table = { data: Float64Array.of(1e9, 5, 1e9 + 1, 5, 1e9 + 2, 5), count: 3, dimension: 2 }
    expect([...columnMeans(table)]).toEqual([1e9 + 1, 5])
    const z = standardize(table, "test")
    expect([...z.constant]).toEqual([1])
    expect(z.scale[0]).toBeCloseTo(Math.sqrt(2 / 3), 14)
    expect(z.data[0]).toBeCloseTo(-Math.sqrt(1.5), 14)
    expect([...standardize(table, "test", true).scale]).toEqual([Math.sqrt(1 / 3), Math.sqrt(1 / 3)])
  })
})
