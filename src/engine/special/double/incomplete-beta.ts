/**
 * The regularized incomplete beta function in double precision. Left out: tensors (`../incomplete.ts`). Source: DLMF
 * 8.17.22, the continued fraction, summed by Lentz's method on the side of the mean where it converges fast.
 */
import { lbeta } from "./gamma.js"

const steps = 20_000
const tiny = 1e-300

const fraction = (a: number, b: number, x: number): number => {
  let c = 1
  let d = 1 / nonzero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m < steps; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonzero(1 + even * d)
    c = nonzero(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonzero(1 + odd * d)
    c = nonzero(1 + odd / c)
    value *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return value
}

const nonzero = (v: number): number => (Math.abs(v) < tiny ? tiny : v)

/** I(a, b, x), the distribution function of the beta distribution; NaN outside a > 0, b > 0, 0 <= x <= 1. */
export const betainc = (a: number, b: number, x: number): number => {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN
  if (x === 0 || x === 1) return x
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - lbeta(a, b))
  return x < (a + 1) / (a + b + 2) ? (front / a) * fraction(a, b, x) : 1 - (front / b) * fraction(b, a, 1 - x)
}
