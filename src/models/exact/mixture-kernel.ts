/**
 * The inner loops of a mixture's EM as WebAssembly, written out for one number of columns: log-densities, responsibilities
 * and weighted moments of a block of rows, two rows an instruction. Each lies in memory as `blockRows` doubles a column.
 * Left out: where things lie and in which order blocks are swept (`mixture-simd.ts`); `mixture-plain.ts` is the same in
 * plain loops and the reference for the tests. The exponential is Cephes' (Moshier), good to about 1e-16.
 */
import type { AssembledFunction, Code } from "./assembly.js"
import {
  accumulate,
  add,
  addIntegers,
  addLanes,
  advance,
  assemble,
  atLeast,
  bitAnd,
  divide,
  get,
  larger,
  load,
  multiply,
  repeatUntilEqual,
  set,
  shiftLanes,
  spread,
  store,
  subtract,
  zero,
} from "./assembly.js"
import type { MixtureLayout } from "./mixture-layout.js"

/** Rows of a block: the columns of a block and its responsibilities stay in the first-level cache. */
export const blockRows = 128
const columnBytes = blockRows * 8
const pairBytes = 16

const total = (terms: readonly Code[]): Code => terms.reduce(add)
const range = (size: number): number[] => [...Array(size).keys()]

/** density(x, p, out, end): out = p.constant - |whitener (x - mean)|^2 for the rows of a block. */
const density = ({ dimension, pairs }: MixtureLayout): AssembledFunction => {
  const [x, p, out, end] = [0, 1, 2, 3]
  const centred = (column: number) => 4 + column
  const [whitened, sum] = [4 + dimension, 5 + dimension]
  const weight = (pair: number) => spread(p, 8 * (1 + dimension + pair))
  const square = (row: number): Code => {
    const terms = pairs.flatMap(([i, j], at) => (i === row ? [multiply(get(centred(j)), weight(at))] : []))
    return [
      ...set(whitened, total(terms)),
      ...set(sum, add(get(sum), multiply(get(whitened), get(whitened)))),
    ]
  }
  const body = repeatUntilEqual(
    x,
    end,
    range(dimension).flatMap((j) =>
      set(centred(j), subtract(load(x, j * columnBytes), spread(p, 8 * (1 + j)))),
    ),
    set(sum, zero),
    range(dimension).flatMap(square),
    store(out, 0, subtract(spread(p), get(sum))),
    advance(x, pairBytes),
    advance(out, pairBytes),
  )
  return { name: "density", addresses: 4, moreAddresses: 0, vectors: dimension + 2, body }
}

/** The constants that `exponential` reads, in its order. */
export const exponentialConstants: readonly number[] = [
  Math.LOG2E,
  3 * 2 ** 51, // added, it moves the whole part of a number to the lowest bits
  6.93145751953125e-1,
  1.4286068203094173e-6,
  1.2617719307481058e-4,
  3.0299440770744195e-2,
  1,
  3.0019850513866446e-6,
  2.524483403496841e-3,
  2.2726554820815503e-1,
  2,
  1,
  -708,
]

/** Replaces the value of local `x` (<= 0) by its exponential, 0 below -708: exp(x) = 2^n (1 + 2 r P(r^2) / (Q(r^2) - r P(r^2))). */
const exponential = (x: number, free: readonly number[], constants: number): Code => {
  const [shifted, n, square, p, mask] = free as [number, number, number, number, number]
  const c = (at: number) => spread(constants, 8 * at)
  const horner = (local: number, from: number, to: number): Code =>
    range(to - from).reduce<Code>((sum, at) => add(multiply(sum, get(local)), c(from + at + 1)), c(from))
  return [
    ...set(mask, atLeast(get(x), c(12))),
    ...set(shifted, add(multiply(get(x), c(0)), c(1))),
    ...set(n, subtract(get(shifted), c(1))),
    ...set(x, subtract(subtract(get(x), multiply(get(n), c(2))), multiply(get(n), c(3)))),
    ...set(square, multiply(get(x), get(x))),
    ...set(p, multiply(get(x), horner(square, 4, 6))),
    ...set(p, divide(get(p), subtract(horner(square, 7, 10), get(p)))),
    ...set(x, addLanes(add(c(11), add(get(p), get(p))), shiftLanes(get(shifted), 52))),
    ...set(x, bitAnd(get(x), get(mask))),
  ]
}

/** share(r, top, sum, end, bytes, constants): log-densities in r become responsibilities; row by row, top + log(sum) is their log-sum-exp. */
const share: AssembledFunction = (() => {
  const [r, top, sum, end, bytes, constants, at, stop] = [0, 1, 2, 3, 4, 5, 6, 7]
  const [most, part, all, ...free] = [8, 9, 10, 11, 12, 13, 14, 15]
  const eachComponent = (...body: Code[]): Code => [
    ...set(at, get(r)),
    ...repeatUntilEqual(at, stop, ...body, advance(at, columnBytes)),
  ]
  const body = repeatUntilEqual(
    r,
    end,
    set(stop, addIntegers(get(r), get(bytes))),
    set(most, load(r)),
    eachComponent(set(most, larger(get(most), load(at)))),
    set(all, zero),
    eachComponent(
      set(part, subtract(load(at), get(most))),
      exponential(part, free, constants),
      set(all, add(get(all), get(part))),
      store(at, 0, get(part)),
    ),
    store(top, 0, get(most)),
    store(sum, 0, get(all)),
    set(part, divide(spread(constants, 8 * 11), get(all))),
    eachComponent(store(at, 0, multiply(load(at), get(part)))),
    ...[r, top, sum].map((address) => advance(address, pairBytes)),
  )
  return { name: "share", addresses: 6, moreAddresses: 2, vectors: 8, body }
})()

/** A weighted moment: the sum of r, r x_j (i = -1) or r x_i x_j, x about the component's mean; `at` is its place in the layout. */
interface Moment {
  readonly i: number
  readonly j: number
  readonly at: number
}

/** The moments in groups that share columns and leave room for the columns in sixteen registers. */
const passes = ({ dimension, pairs }: MixtureLayout): Moment[][] => {
  const sums: Moment[] = range(dimension + 1).map((at) => ({ i: -1, j: at - 1, at }))
  const products: Moment[] = pairs.map(([i, j], at) => ({ i, j, at: 1 + dimension + at }))
  if (sums.length + products.length <= 10) return [[...sums, ...products]]
  const groups = new Map<string, Moment[]>()
  for (const moment of [...sums, ...products]) {
    const key = moment.i < 0 ? `sums ${moment.at >> 3}` : `${moment.i >> 2} ${moment.j >> 1}`
    groups.set(key, [...(groups.get(key) ?? []), moment])
  }
  return [...groups.values()]
}

const [momentX, momentR, momentP, momentOut, momentEnd, momentAt, momentShare] = [0, 1, 2, 3, 4, 5, 6]
const firstVector = 7

/** One loop over the rows for one group of moments, their sums in locals. */
const pass = (moments: readonly Moment[]): Code => {
  const sum = (at: number) => firstVector + at
  const rows = [...new Set(moments.map(({ i }) => i).filter((i) => i >= 0))]
  const columns = [...new Set(moments.map(({ j }) => j))]
  const centred = (i: number) => firstVector + moments.length + rows.indexOf(i)
  const weighted = (j: number) => firstVector + moments.length + rows.length + columns.indexOf(j)
  const column = (j: number) => subtract(load(momentAt, j * columnBytes), spread(momentP, 8 * (1 + j)))
  const held = (j: number) => (rows.includes(j) ? get(centred(j)) : column(j))
  return [
    ...set(momentAt, get(momentX)),
    ...set(momentShare, get(momentR)),
    ...moments.flatMap((_, at) => set(sum(at), zero)),
    ...repeatUntilEqual(
      momentAt,
      momentEnd,
      rows.flatMap((i) => set(centred(i), column(i))),
      columns.flatMap((j) =>
        set(weighted(j), j < 0 ? load(momentShare) : multiply(load(momentShare), held(j))),
      ),
      moments.flatMap(({ i, j }, at) =>
        set(
          sum(at),
          add(get(sum(at)), i < 0 ? get(weighted(j)) : multiply(get(weighted(j)), get(centred(i)))),
        ),
      ),
      advance(momentAt, pairBytes),
      advance(momentShare, pairBytes),
    ),
    ...moments.flatMap(({ at }, local) => accumulate(momentOut, 8 * at, sum(local))),
  ]
}

/** moments(x, r, p, out, end): adds the r-weighted moments of a block's rows about p.mean to out. */
const moments = (layout: MixtureLayout): AssembledFunction => {
  const groups = passes(layout)
  const vectors = Math.max(...groups.map((group) => 3 * group.length + 2))
  return { name: "moments", addresses: 5, moreAddresses: 2, vectors, body: groups.flatMap(pass) }
}

/** The bytes of the kernel for a layout. */
export const mixtureKernel = (layout: MixtureLayout): Uint8Array<ArrayBuffer> =>
  assemble([density(layout), share, moments(layout)])
