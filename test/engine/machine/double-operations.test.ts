/** Every operation in double precision against mpmath, JavaScript's own arithmetic, or TensorFlow at the ends. */
import { expect, it } from "vitest"
import type { Machine } from "../../../src/engine/machine/machine.js"
import goldens from "../../golden/machine-double.json" with { type: "json" }
import { doublesOf, type Operand, run, wordsOf } from "./double-instruction.js"
import { onEveryMachine } from "./instruction.js"

/** One operation on columns of numbers, float64 all through. */
const apply = (machine: Machine, operation: string, ...columns: readonly (readonly number[])[]): number[] => {
  const size = columns[0]!.length
  const column = (words: Float32Array): Operand => ({ words, type: "float64", strides: [1] })
  const output = machine.allocate(2 * size)
  const registers = columns.map((_, i) => i)
  run(machine, {
    dims: [size],
    inputs: columns.map((values) => column(wordsOf(values))),
    outputs: [{ ...column(output), register: 3 }],
    registers: 4,
    lines: [[operation, 3, ...registers]],
  })
  return doublesOf(output)
}

/** What is allowed beyond 1e-15, relative: functions of which conditioning or many terms cost digits. */
const allowed: Readonly<Record<string, number>> = {
  power: 3e-15,
  digamma: 1e-13,
  polygamma: 1e-14,
  zeta: 1e-14,
  incompleteGamma: 2e-13,
  complementaryIncompleteGamma: 2e-13,
  gammaSampleGradient: 1e-13,
  incompleteBeta: 2e-13,
  besselI0e: 3e-15,
  besselI1e: 3e-15,
}

/**
 * WebAssembly's standard library, musl, reflects log gamma from negative arguments; between poles, where it nearly vanishes, an error of
 * one rounding before is ten times that of the result.
 */
const allowedInWasm: Readonly<Record<string, number>> = { ...allowed, logGamma: 2e-15 }

/** Operations that are one float64 operation of JavaScript's, whatever the numbers. */
const exact: Readonly<Record<string, (a: number, b: number, c: number) => number>> = {
  move: (a) => a,
  roundToFloat: (a) => Math.fround(a),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  divideNoNan: (a, b) => (b === 0 ? 0 : a / b),
  multiplyNoNan: (a, b) => (b === 0 ? 0 : a * b),
  negate: (a) => -a,
  absolute: (a) => Math.abs(a),
  square: (a) => a * a,
  squaredDifference: (a, b) => (a - b) * (a - b),
  squareRoot: (a) => Math.sqrt(a),
  reciprocal: (a) => 1 / a,
  reciprocalSquareRoot: (a) => 1 / Math.sqrt(a),
  floor: (a) => Math.floor(a),
  ceiling: (a) => Math.ceil(a),
  floorDivide: (a, b) => Math.floor(a / b),
  modulo: (a, b) => a % b,
  sign: (a) => (a === 0 ? 0 : Math.sign(a)),
  relu: (a) => (a <= 0 ? 0 : a),
  reluGradient: (a, b) => (b > 0 ? a : 0),
  isNan: (a) => Number(Number.isNaN(a)),
  isFinite: (a) => Number(Number.isFinite(a)),
  isInfinite: (a) => Number(Math.abs(a) === Infinity),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  greater: (a, b) => Number(a > b),
  greaterEqual: (a, b) => Number(a >= b),
  equal: (a, b) => Number(a === b),
  notEqual: (a, b) => Number(a !== b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  not: (a) => Number(a === 0),
  select: (a, b, c) => (a !== 0 ? b : c),
}

const edges = [0, -0, 1, -1, 0.5, 2.5, -2.5, 1e300, 5e-324, 3e-310, Infinity, -Infinity, Number.NaN]
const grid = edges.flatMap((a) => edges.flatMap((b) => [1, -0, 0].map((c) => [a, b, c] as const)))
const gridColumns = [0, 1, 2].map((i) => grid.map((row) => row[i]!))

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** [operation, inputs, value] where there is no number to compare, as TensorFlow's kernels for float64 have it. */
const special: readonly (readonly [string, readonly number[], number])[] = [
  ["exponential", [inf], inf],
  ["exponential", [-inf], 0],
  ["exponential", [710], inf],
  ["exponential", [nan], nan],
  ["exponentialMinusOne", [-0], -0],
  ["exponentialMinusOne", [-inf], -1],
  ["exponentialMinusOne", [inf], inf],
  ["exponentialMinusOne", [5e-324], 5e-324],
  ["logarithm", [0], -inf],
  ["logarithm", [-0], -inf],
  ["logarithm", [-1], nan],
  ["logarithm", [inf], inf],
  ["logarithm", [nan], nan],
  ["logarithmOnePlus", [-1], -inf],
  ["logarithmOnePlus", [-0], -0],
  ["logarithmOnePlus", [-2], nan],
  ["logarithmOnePlus", [inf], inf],
  ["tanh", [-inf], -1],
  ["sigmoid", [-inf], 0],
  ["softplus", [inf], inf],
  ["round", [2.5], 2],
  ["round", [-0.5], -0],
  ["maximum", [nan, 1], nan],
  ["maximum", [1, nan], nan],
  ["minimum", [1, nan], nan],
  ["floorModulo", [-7, 3], 2],
  ["xlogy", [0, 0], 0],
  ["xlogy", [0, nan], 0],
  ["xlog1py", [0, -1], 0],
  ["logGamma", [0], inf],
  ["logGamma", [-3], inf],
  ["digamma", [0], nan],
  ["digamma", [-2], nan],
  ["polygamma", [1, inf], 0],
  ["polygamma", [1.5, 2], nan],
  ["zeta", [1, 2], inf],
  ["zeta", [0.5, 2], nan],
  ["zeta", [2, -1], inf],
  ["zeta", [3, -1], nan],
  ["normalQuantile", [0], -inf],
  ["normalQuantile", [1], inf],
  ["normalQuantile", [1.1], nan],
  ["inverseErrorFunction", [-1], -inf],
  ["incompleteGamma", [2, 0], 0],
  ["incompleteGamma", [2, inf], 1],
  ["incompleteGamma", [-1, 2], nan],
  ["complementaryIncompleteGamma", [2, 0], 1],
  ["complementaryIncompleteGamma", [2, -1], nan],
  ["incompleteBeta", [2, 3, 0], 0],
  ["incompleteBeta", [2, 3, 1], 1],
  ["incompleteBeta", [2, 3, 1.5], nan],
  ["besselI0e", [inf], 0],
  ["besselI1e", [-inf], -0],
]

onEveryMachine("operations in double precision", (machine) => {
  const most = machine.variant === "wasm" ? allowedInWasm : allowed
  for (const [operation, rows] of Object.entries(goldens as Record<string, number[][]>))
    it(`${operation} is mpmath's`, () => {
      const columns = rows[0]!.slice(1).map((_, i) => rows.map((row) => row[i]!))
      const relative = apply(machine, operation, ...columns).map((got, i) => {
        const value = rows[i]!.at(-1)!
        // below the normal numbers there are fewer digits
        return Math.max(0, Math.abs(got - value) - 5e-324) / Math.abs(value)
      })
      expect(Math.max(...relative)).toBeLessThan(most[operation] ?? 1e-15)
    })

  for (const [operation, value] of Object.entries(exact))
    it(`${operation} is JavaScript's, bit for bit`, () => {
      const columns = gridColumns.slice(0, Math.max(value.length, 1))
      expect(apply(machine, operation, ...columns)).toEqual(grid.map((row) => value(...row)))
    })

  it("has TensorFlow's values at the ends and outside of domains", () => {
    const got = special.map(([operation, inputs]) => apply(machine, operation, ...inputs.map((x) => [x]))[0])
    expect(got.map((value, i) => [special[i]![0], special[i]![1], value])).toEqual(special)
  })

  it("has a test for every operation", () => {
    const others = ["number", "multiplyAdd"]
    const tested = [goldens, exact].flatMap((table) => Object.keys(table))
    const all = new Set([...tested, ...others, ...special.map(([operation]) => operation)])
    expect(machine.doubleOperations.filter((name) => !all.has(name))).toEqual([])
  })
})
