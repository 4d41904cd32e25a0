import { describe, expect, it } from "vitest"
import * as special from "../../src/engine/special/index.js"
import type { Tensor } from "../../src/engine/tensor.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import goldens from "../golden/special.json" with { type: "json" }

const table: Record<string, (...xs: any[]) => Tensor> = { ...special }

type Row = readonly [args: number[], value: number | string, slopes: (number | string | null)[]]
type Name = keyof typeof goldens

/** The distance of a float32 result from the exact value, in units in the last place; numbers below 2^-126 count as that. */
const ulps = (got: number, want: number): number => {
  if (got === Math.fround(want)) return 0
  const size = Math.max(Math.abs(want), 2 ** -126)
  return Math.abs(got - want) / 2 ** (Math.floor(Math.log2(size)) - 23)
}

const columns = (rows: readonly Row[]): Tensor[] =>
  rows[0]![0].map((_, i) => tf.tensor1d(rows.map((row) => row[0][i]!)))

const expectClose = (
  got: ArrayLike<number>,
  want: readonly (number | string | null)[],
  rows: readonly Row[],
  limit: number,
) => {
  want.forEach((w, i) => {
    if (w === null) return
    const distance = ulps(got[i]!, Number(w))
    expect(distance, `at ${rows[i]![0]}: got ${got[i]}, want ${w}`).toBeLessThanOrEqual(limit)
  })
}

const slope = (f: (...xs: Tensor[]) => Tensor, xs: Tensor[], i: number): Tensor =>
  tf.grad((x: Tensor) => tf.sum(f(...xs.map((other, j) => (i === j ? x : other)))))(xs[i]!)

// the slope of ndtri is exp(z^2/2) at a z that is itself a float32: its condition number is z^2, 133 at p = 1e-30
const slopeLimit = (name: Name): number => (name === "ndtri" ? 133 : 16)

const at = (f: (...xs: number[]) => Tensor, ...xs: number[]): number => f(...xs).dataSync()[0]!
const slopeAt = (f: (x: Tensor) => Tensor, x: number): number => slope(f, [tf.scalar(x)], 0).dataSync()[0]!

for (const backend of backends)
  describe(backend, () => {
    useBackend(backend)
    for (const [name, rows] of Object.entries(goldens) as unknown as [Name, Row[]][]) {
      const f = table[name]!
      it(`${name}: values within 16 units in the last place`, () => {
        expectClose(
          f(...columns(rows)).dataSync(),
          rows.map((row) => row[1]),
          rows,
          16,
        )
      })
      it(`${name}: derivatives within ${slopeLimit(name)} units`, () => {
        rows[0]![2].forEach((first, i) => {
          if (first === null) return
          const want = rows.map((row) => row[2][i]!)
          expectClose(slope(f, columns(rows), i).dataSync(), want, rows, slopeLimit(name))
        })
      })
    }

    it("has its limits at the ends of the domains", () => {
      const { NEGATIVE_INFINITY: low, POSITIVE_INFINITY: high } = Number
      expect([at(special.lgamma, 0), at(special.lgamma, -3), at(special.lgamma, high)]).toEqual([
        high,
        high,
        high,
      ])
      expect([at(special.erf, high), at(special.erf, low), at(special.erfc, low)]).toEqual([1, -1, 2])
      expect([at(special.erfinv, 1), at(special.erfinv, -1)]).toEqual([high, low])
      expect([at(special.ndtri, 0), at(special.ndtri, 1)]).toEqual([low, high])
      expect([at(special.logNdtr, low), at(special.logNdtr, high) + 0]).toEqual([low, 0])
      expect([at(special.ndtr, low), at(special.ndtr, high)]).toEqual([0, 1])
      expect([at(special.gammainc, 2, 0), at(special.gammaincc, 2, 0)]).toEqual([0, 1])
      expect([at(special.betainc, 2, 3, 0), at(special.betainc, 2, 3, 1)]).toEqual([0, 1])
      expect([at(special.lbeta, 0, 2), at(special.log1mexp, 0), at(special.softplusInverse, 0)]).toEqual([
        high,
        low,
        low,
      ])
      expect([at(special.softplus, low), at(special.softplus, high)]).toEqual([0, high])
      expect([at(special.logSigmoid, low), Math.abs(at(special.logSigmoid, high))]).toEqual([low, 0])
      expect([at(special.i0e, 0), at(special.i1e, 0), at(special.logI0, 0)]).toEqual([1, 0, 0])
      expect([at(special.xlogy, 0, 0), at(special.xlog1py, 0, -1), at(special.xlogy, 2, 0)]).toEqual([
        0,
        0,
        low,
      ])
      expect([at(special.lgammaDifference, 3, 0), at(special.digammaDifference, 3, 0)]).toEqual([0, 0])
    })

    it("is NaN outside the domain and where an argument is NaN", () => {
      const bad = [
        at(special.ndtri, 1.5),
        at(special.erfinv, 2),
        at(special.gammainc, -1, 2),
        at(special.betainc, 2, 3, 1.5),
        at(special.softplusInverse, -1),
      ]
      for (const name of ["lgamma", "digamma", "erf", "ndtr", "logNdtr", "softplus", "i0e"] as const)
        bad.push(at(table[name]!, Number.NaN))
      expect(bad.map(Number.isNaN)).toEqual(bad.map(() => true))
    })

    it("has slopes that neither vanish wrongly nor become NaN at the critical points", () => {
      expect(slopeAt(special.logSigmoid, 0)).toBe(0.5)
      expect(slopeAt(special.softplus, 0)).toBe(0.5)
      expect(slopeAt(special.softplus, 500)).toBe(1)
      expect(slopeAt(special.softplus, -500)).toBe(0)
      expect(slopeAt((y) => special.xlogy(0, y), 0)).toBe(0)
      expect(slopeAt((x) => special.xlogy(x, 0), 0)).toBe(0)
      expect(slopeAt((y) => special.xlog1py(0, y), -1)).toBe(0)
      expect(slopeAt((y) => special.xlogy(1, y), 0)).toBe(Number.POSITIVE_INFINITY)
      expect(slopeAt(special.logNdtr, -10_000)).toBe(10_000)
      expect(slopeAt(special.i1e, 0)).toBe(0.5)
    })

    it("broadcasts, and sums gradients back to each shape", () => {
      const a = tf.tensor2d([[1], [2], [3]])
      const b = tf.tensor1d([4, 5])
      const all = special.lbeta(a, b)
      expect(all.shape).toEqual([3, 2])
      expect(all.dataSync()[3]).toBe(at(special.lbeta, 2, 5))
      const [da, db] = tf.grads((x: Tensor, y: Tensor) => tf.sum(special.lbeta(x, y)))([a, b])
      expect([da!.shape, db!.shape]).toEqual([[3, 1], [2]])
      const one = slopeAt((x) => special.lbeta(x, 4), 2) + slopeAt((x) => special.lbeta(x, 5), 2)
      expect(da!.dataSync()[1]).toBeCloseTo(one, 6)
      const three = [1, 2, 3].map((x) => slopeAt((y) => special.lbeta(x, y), 5)).reduce((s, v) => s + v)
      expect(db!.dataSync()[1]).toBeCloseTo(three, 6)
      const c = special.betainc(tf.ones([2, 1, 3]), tf.fill([4, 1], 2), 0.5)
      expect([c.shape, ...new Set(c.dataSync())]).toEqual([[2, 4, 3], 0.75])
    })

    it("takes numbers, arrays and whole-number tensors, and shapes without elements", () => {
      expect(at(special.lgamma, 5)).toBeCloseTo(Math.log(24), 6)
      expect(special.digamma(tf.tensor1d([1], "int32")).dtype).toBe("float32")
      expect(special.erf([0.5, 1]).shape).toEqual([2])
      expect(special.erf(tf.zeros([0, 3])).shape).toEqual([0, 3])
    })

    it("has second derivatives: of lgamma trigamma, of softplus the logistic density", () => {
      const second = tf.grad(tf.grad((x: Tensor) => tf.sum(special.lgamma(x)) as tf.Scalar))
      expect(second(tf.scalar(2.5)).dataSync()[0]).toBeCloseTo(0.4903577561, 6)
      const logistic = tf.grad(tf.grad((x: Tensor) => tf.sum(special.softplus(x)) as tf.Scalar))
      expect(logistic(tf.scalar(0.3)).dataSync()[0]).toBeCloseTo(0.2444583117, 6)
    })

    it("leaves no tensor behind", () => {
      const x = tf.tensor1d([0.5, 2])
      const before = tf.memory().numTensors
      for (const f of [special.lgamma, special.logNdtr, special.logSumExp, special.digamma]) f(x).dispose()
      special.lbeta(x, 3).dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  })
