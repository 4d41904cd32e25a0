/** Every elementwise operation in float32 and int32 on a grid with its edges, against JavaScript's doubles rounded once. */
import { expect, it } from "vitest"
import type { Machine } from "../../../src/engine/machine/machine.js"
import { asIntegers, onEveryMachine } from "./instruction.js"

type Words = Float32Array | Int32Array

/** One operation over the elements of its operands. */
const apply = (machine: Machine, operation: string, ...operands: Words[]): Float32Array => {
  const out = machine.allocate(operands[0]!.length)
  const buffers = [...operands, out]
  const own = [
    ...[1, out.length, operands.length, 1, operands.length + 1, 1],
    ...operands.flatMap((_, i) => [i, 0, 1]),
    ...[operands.length, operands.length, 0, 1],
    ...[machine.operations.indexOf(operation), operands.length, 0, 1, 2],
  ]
  const words = Int32Array.of(machine.instructions.indexOf("elementwise"), own.length, ...own)
  machine.run(machine.load(words, buffers), new Int32Array(0), 0, 0, new Float32Array(0), 0, 0, 1)
  return out.slice()
}

const edges = [0, -0, 1, -1, 0.5, 1e-30, -1e-30, 2 ** -149, 3e38, -3e38, 88, -88, 104, -104, 2.5, -2.5]
const special = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
const spread = Array.from({ length: 400 }, (_, i) => Math.fround((i - 200.3) / 7))
const line = Float32Array.from([...edges, ...special, ...spread])

/** All pairs of some numbers, as two columns. */
const pairsOf = (numbers: readonly number[]) => {
  const pairs = numbers.flatMap((a) => numbers.map((b) => [a, b] as const))
  return [pairs.map(([a]) => a), pairs.map(([, b]) => b)] as const
}
const pairs = pairsOf([...edges, ...special])
const left = Float32Array.from(pairs[0])
const right = Float32Array.from(pairs[1])

const halfEven = (x: number): number => {
  const below = Math.floor(x)
  const whole = x - below === 0.5 ? 2 * Math.round(below / 2) : Math.round(x)
  return whole === 0 && (x < 0 || Object.is(x, -0)) ? -0 : whole
}

/** Exact: rounded once, the same bits (NaN is NaN). */
const exactOfOne: Readonly<Record<string, (x: number) => number>> = {
  move: (x) => x,
  negate: (x) => -x,
  absolute: Math.abs,
  square: (x) => x * x,
  squareRoot: Math.sqrt,
  reciprocal: (x) => 1 / x,
  floor: Math.floor,
  ceiling: Math.ceil,
  round: halfEven,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x + 0),
  relu: (x) => (x <= 0 ? 0 : x),
}

const larger = (a: number, b: number) => (a > b || Number.isNaN(a) ? a : b)
const smaller = (a: number, b: number) => (a < b || Number.isNaN(a) ? a : b)

const exactOfTwo: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: larger,
  minimum: smaller,
  reluGradient: (gradient, feature) => gradient * Number(feature > 0),
  modulo: (a, b) => a % b,
}

const truths: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  isNan: Number.isNaN,
  isFinite: Number.isFinite,
  isInfinite: (a) => Math.abs(a) === Number.POSITIVE_INFINITY,
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** Within units in the last place, what the sources of these functions promise. */
const close: Readonly<Record<string, (x: number) => number>> = {
  exponential: Math.exp,
  exponentialMinusOne: Math.expm1,
  logarithm: Math.log,
  logarithmOnePlus: Math.log1p,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus,
  reciprocalSquareRoot: (x) => 1 / Math.sqrt(x),
  arctangent: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
}

/** The gap between float32 numbers at x, or the smallest of them. */
const unitAt = (x: number): number => Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23))

const isClose = (got: number, exact: number): boolean => {
  const rounded = Math.fround(exact)
  if (Object.is(got, rounded) || !Number.isFinite(rounded)) return Object.is(got, rounded)
  return Math.abs(got - exact) <= 3 * unitAt(exact)
}

const ints = Int32Array.from(pairsOf([0, 1, -1, 7, -7, 31, 32, 2147483647, -2147483648])[0])
const otherInts = Int32Array.from(pairsOf([0, 1, -1, 7, -7, 31, 32, 2147483647, -2147483648])[1])
const shiftOf = (b: number): number => Math.min(Math.max(b, 0), 31)
const floorDivide = (a: number, b: number): number => (b === 0 ? 0 : Math.floor(a / b) | 0)

const integers: Readonly<Record<string, (a: number, b: number) => number>> = {
  addInteger: (a, b) => (a + b) | 0,
  subtractInteger: (a, b) => (a - b) | 0,
  multiplyInteger: Math.imul,
  maximumInteger: Math.max,
  minimumInteger: Math.min,
  negateInteger: (a) => -a | 0,
  absoluteInteger: (a) => Math.abs(a) | 0,
  floorDivideInteger: floorDivide,
  floorModuloInteger: (a, b) => (b === 0 ? 0 : a - Math.floor(a / b) * b),
  lessInteger: (a, b) => Number(a < b),
  greaterEqualInteger: (a, b) => Number(a >= b),
  equalInteger: (a, b) => Number(a === b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  not: (a) => Number(a === 0),
  bitAnd: (a, b) => a & b,
  bitOr: (a, b) => a | b,
  bitXor: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << shiftOf(b),
  shiftRight: (a, b) => (a >>> shiftOf(b)) | 0,
  shiftRightArithmetic: (a, b) => a >> shiftOf(b),
}

onEveryMachine("elementwise operations", (machine) => {
  it.each(Object.entries(exactOfOne))("%s is exact", (operation, value) => {
    expect([...apply(machine, operation, line)]).toEqual([...line].map((x) => Math.fround(value(x))))
  })

  it.each(Object.entries(exactOfTwo))("%s is exact", (operation, value) => {
    const exact = [...left].map((a, i) => Math.fround(value(a, right[i]!)))
    expect([...apply(machine, operation, left, right)]).toEqual(exact)
  })

  it.each(Object.entries(truths))("%s is 0 or 1", (operation, value) => {
    const exact = [...left].map((a, i) => Number(value(a, right[i]!)))
    expect([...asIntegers(apply(machine, operation, left, right))]).toEqual(exact)
  })

  it.each(Object.entries(close))("%s is within three units in the last place", (operation, value) => {
    const got = apply(machine, operation, line)
    const wrong = [...line].map((x, i) => [x, got[i]!, Math.fround(value(x))] as const)
    expect(wrong.filter(([x, y]) => !isClose(y, value(x)))).toEqual([])
  })

  it.each(Object.entries(integers))("%s wraps around and never traps", (operation, value) => {
    const exact = [...ints].map((a, i) => value(a, otherInts[i]!) + 0)
    expect([...asIntegers(apply(machine, operation, ints, otherInts))]).toEqual(exact)
  })

  it("converts, what is out of range to the least integer", () => {
    const whole = [...line].map((x) => (x >= -(2 ** 31) && x < 2 ** 31 ? Math.trunc(x) + 0 : -(2 ** 31)))
    expect([...asIntegers(apply(machine, "floatToInteger", line))]).toEqual(whole)
    expect([...apply(machine, "integerToFloat", ints)]).toEqual([...ints].map(Math.fround))
    expect([...apply(machine, "unsignedToFloat", ints)]).toEqual([...ints].map((x) => Math.fround(x >>> 0)))
    expect([...asIntegers(apply(machine, "floatToBoolean", line))]).toEqual(
      [...line].map((x) => Number(x !== 0)),
    )
  })

  it("chooses by any integer but zero, and adds a product", () => {
    const chosen = apply(
      machine,
      "select",
      Int32Array.of(0, 1, -5),
      Float32Array.of(1, 2, 3),
      Float32Array.of(4, 5, 6),
    )
    expect([...chosen]).toEqual([4, 2, 3])
    const sum = apply(
      machine,
      "multiplyAdd",
      Float32Array.of(2, 3),
      Float32Array.of(5, 7),
      Float32Array.of(1, -1),
    )
    expect([...sum]).toEqual([11, 20])
  })
})
