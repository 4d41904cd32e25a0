/**
 * The regularized incomplete gamma functions in double precision, and the derivative of a gamma draw by its
 * concentration. Left out: tensors (`../incomplete.ts`). Sources: DLMF 8.11.4 (series), 8.9.2 (continued fraction);
 * Figurnov, Mohamed, Mnih, "Implicit reparameterization gradients" (2018) for the derivative.
 */
import { digamma, lgamma, stirlingCorrection } from "./gamma.js"

const steps = 20_000
const precision = 1e-16

/** log(1 + x) - x without cancellation near 0. */
const log1pMinus = (x: number): number => {
  if (Math.abs(x) > 0.3) return Math.log1p(x) - x
  let sum = 0
  let power = x
  for (let k = 2; k < 60; k++) {
    power *= -x
    sum += power / k
    if (Math.abs(power) < precision * Math.abs(sum)) break
  }
  return sum
}

/** x^a exp(-x) / Gamma(a), the density of log x: by Stirling for large a, where the plain form cancels. */
export const gammaLogSpaceDensity = (a: number, x: number): number => {
  if (a < 10) return Math.exp(a * Math.log(x) - x - lgamma(a))
  const exponent = a * log1pMinus((x - a) / a) - stirlingCorrection(a)
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(exponent)
}

/** The series S = sum over n of x^n / ((a+1)...(a+n)), and its derivative by a; P = density / a * S. */
const series = (a: number, x: number): [sum: number, slope: number] => {
  let term = 1
  let termSlope = 0
  let sum = 1
  let slope = 0
  for (let n = 1; n < steps; n++) {
    termSlope = (termSlope - term / (a + n)) * (x / (a + n))
    term *= x / (a + n)
    sum += term
    slope += termSlope
    if (term < precision * sum && Math.abs(termSlope) < precision * Math.abs(slope)) break
  }
  return [sum, slope]
}

/** The continued fraction F with Q = density * F, and its derivative by a (Lentz's forward recurrence, differentiated). */
const fraction = (a: number, x: number): [value: number, slope: number] => {
  let [top, topBefore, bottom, bottomBefore] = [1, 0, x + 1 - a, 1]
  let [topSlope, topBeforeSlope, bottomSlope, bottomBeforeSlope] = [0, 0, -1, 0]
  let value = top / bottom
  let slope = -(value * bottomSlope) / bottom
  for (let n = 1; n < steps; n++) {
    const up = -n * (n - a)
    const across = x + 2 * n + 1 - a
    const nextTop = across * top + up * topBefore
    const nextBottom = across * bottom + up * bottomBefore
    const nextTopSlope = across * topSlope - top + up * topBeforeSlope + n * topBefore
    const nextBottomSlope = across * bottomSlope - bottom + up * bottomBeforeSlope + n * bottomBefore
    // the ratio is all that matters: divide through so that nothing overflows
    const scale = 1 / nextBottom
    ;[topBefore, bottomBefore, topBeforeSlope, bottomBeforeSlope] = [
      top * scale,
      bottom * scale,
      topSlope * scale,
      bottomSlope * scale,
    ]
    ;[top, bottom, topSlope, bottomSlope] = [
      nextTop * scale,
      1,
      nextTopSlope * scale,
      nextBottomSlope * scale,
    ]
    const before = slope
    const change = Math.abs(top - value)
    value = top
    slope = topSlope - value * bottomSlope
    if (change < precision * value && Math.abs(slope - before) < 1e-14 * Math.abs(slope)) break
  }
  return [value, slope]
}

/** P(a, x), the distribution function of the gamma distribution of concentration a and rate 1. */
export const gammainc = (a: number, x: number): number => {
  if (!(a >= 0 && x >= 0)) return Number.NaN
  if (x === 0) return a === 0 ? Number.NaN : 0
  if (a === 0 || x === Number.POSITIVE_INFINITY) return 1
  return x < a + 1
    ? (gammaLogSpaceDensity(a, x) / a) * series(a, x)[0]
    : 1 - gammaLogSpaceDensity(a, x) * fraction(a, x)[0]
}

/** Q(a, x) = 1 - P(a, x), without cancellation for large x. */
export const gammaincc = (a: number, x: number): number => {
  if (!(a >= 0 && x >= 0)) return Number.NaN
  if (x === 0) return a === 0 ? Number.NaN : 1
  if (a === 0 || x === Number.POSITIVE_INFINITY) return 0
  return x < a + 1
    ? 1 - (gammaLogSpaceDensity(a, x) / a) * series(a, x)[0]
    : gammaLogSpaceDensity(a, x) * fraction(a, x)[0]
}

/**
 * dx/da of a gamma draw x of concentration a at a fixed quantile: -(dP/da) / (dP/dx). The density cancels in both, so it
 * neither under- nor overflows.
 */
export const gammaSampleGradient = (a: number, x: number): number => {
  if (!(a > 0 && x >= 0)) return Number.NaN
  if (x === 0) return 0
  if (a > 1e6) return centralGradient(a, x)
  if (x < a + 1) {
    const [sum, slope] = series(a, x)
    return -(x / a) * (sum * (Math.log(x) - digamma(a + 1)) + slope)
  }
  const [value, slope] = fraction(a, x)
  return x * (value * (Math.log(x) - digamma(a)) + slope)
}

/** The Wilson-Hilferty form of the same derivative; relative error of order 1/a. */
const centralGradient = (a: number, x: number): number => {
  const c = Math.cbrt(x / a)
  const z = 3 * Math.sqrt(a) * (c - 1 + 1 / (9 * a))
  return c ** 3 + 3 * a * c * c * (1 / (9 * a * a) - z / (6 * a ** 1.5))
}
