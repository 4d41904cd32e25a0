/** Factors and solutions against the textbook's loops in double, and what TensorFlow gives for matrices that have no factor. */
import { expect, it } from "vitest"
import { onEveryMachine, runInstruction, someNumbers } from "../instruction.js"

const sizes = [0, 1, 2, 3, 4, 5, 8, 9, 17, 33, 70]
const unit = 2 ** -23

/** G G^T + 1/2 on the diagonal, its upper triangle overwritten with NaN. */
const positiveMatrix = (n: number, seed: number): Float32Array => {
  const g = someNumbers(n * n, seed)
  const product = (i: number, j: number): number =>
    g.subarray(i * n, i * n + n).reduce((sum, value, k) => sum + value * g[j * n + k]!, 0)
  return Float32Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return j > i ? Number.NaN : product(i, j) + (i === j ? 0.5 : 0)
  })
}

const factorOf = (a: ArrayLike<number>, n: number): Float64Array => {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]!
    }
  return l
}

/** Substitution in double, from the first row on or from the last. */
const solutionOf = (entry: (i: number, k: number) => number, right: readonly number[], forward: boolean) => {
  const solution = [...right]
  const order = forward ? [...right.keys()] : [...right.keys()].reverse()
  for (const [step, i] of order.entries()) {
    for (const k of order.slice(0, step)) solution[i]! -= entry(i, k) * solution[k]!
    solution[i]! /= entry(i, i)
  }
  return solution
}

/** The words of doubles, for instructions of float64. */
const wordsOf = (values: Float64Array): Float32Array => new Float32Array(values.buffer)
const doublesOf = (words: Float32Array): Float64Array => new Float64Array(words.slice().buffer)

onEveryMachine("linear", (machine) => {
  it("factorizes, reading the lower triangle alone", () => {
    for (const n of sizes) {
      const matrices = [positiveMatrix(n, 1), positiveMatrix(n, 2)]
      const joined = Float32Array.from(matrices.flatMap((matrix) => [...matrix]))
      const [factors] = runInstruction(machine, "cholesky", [2, n], [joined], [2 * n * n])
      for (const [at, value] of matrices.flatMap((matrix) => [...factorOf(matrix, n)]).entries())
        expect(Math.abs(factors![at]! - value), `${n} at ${at}`).toBeLessThanOrEqual(
          unit * Math.abs(value) + 1e-12,
        )
    }
  })

  it("gives NaN below zeros for a matrix that is not positive definite, and factorizes the others", () => {
    const matrices = Float32Array.of(4, 9, 9, 2, -1, 9, 1, 1, 1, 4, 0, 0, 2, 5, 0, 0, 2, 2)
    const [factors] = runInstruction(machine, "cholesky", [2, 3], [matrices], [18])
    const nan = Number.NaN
    expect([...factors!]).toEqual([nan, 0, 0, nan, nan, 0, nan, nan, nan, 2, 0, 0, 1, 2, 0, 0, 1, 1])
  })

  it("lets a NaN spread from where it is", () => {
    const [factor] = runInstruction(
      machine,
      "cholesky",
      [1, 3],
      [Float32Array.of(4, 9, 9, 2, Number.NaN, 9, 1, 1, 1)],
      [9],
    )
    expect([...factor!]).toEqual([2, 0, 0, 1, Number.NaN, 0, 0.5, Number.NaN, Number.NaN])
  })

  for (const [lower, adjoint] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const)
    it(`solves with the ${lower ? "lower" : "upper"} triangle${adjoint ? " transposed" : ""}`, () => {
      for (const n of sizes)
        for (const m of [0, 1, 2, 9, 65]) {
          const a = someNumbers(2 * n * n).map((value, at) => {
            const [i, j] = [Math.floor(at / n) % n, at % n]
            return i === j ? 1.5 + value : (lower ? j < i : j > i) ? value / Math.sqrt(n) : Number.NaN
          })
          const b = someNumbers(2 * n * m, 3)
          const [x] = runInstruction(
            machine,
            "triangularSolve",
            [2, n, m, lower, adjoint],
            [a, b],
            [2 * n * m],
          )
          const entry = (item: number) => (i: number, k: number) =>
            a[item * n * n + (adjoint ? k * n + i : i * n + k)]!
          const worst = Array.from({ length: 2 * m }, (_, column) => {
            const item = Math.floor(column / m)
            const places = Array.from({ length: n }, (_, i) => (item * n + i) * m + (column % m))
            const right = places.map((at) => b[at]!)
            return solutionOf(entry(item), right, lower !== adjoint).map(
              (value, i) => Math.abs(x![places[i]!]! - value) / (unit * Math.abs(value) + 1e-12),
            )
          })
          expect(Math.max(0, ...worst.flat()), `${n}, ${m}`).toBeLessThanOrEqual(1)
        }
    })

  it("does both in float64", () => {
    const n = 9
    const matrix = Float64Array.from(positiveMatrix(n, 5))
    const factor = runInstruction(machine, "doubleCholesky", [1, n], [wordsOf(matrix)], [2 * n * n])[0]!
    const expected = factorOf(matrix, n)
    for (const [at, value] of doublesOf(factor).entries()) expect(value).toBeCloseTo(expected[at]!, 13)
    const right = Float64Array.from(someNumbers(n, 6))
    const head = [1, n, 1, 1, 0]
    const x = doublesOf(
      runInstruction(machine, "doubleTriangularSolve", head, [factor, wordsOf(right)], [2 * n])[0]!,
    )
    for (let i = 0; i < n; i++) {
      const back = x.reduce((sum, value, j) => sum + expected[i * n + j]! * value, 0)
      expect(back).toBeCloseTo(right[i]!, 13)
    }
  })
})
