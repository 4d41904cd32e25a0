/**
 * Log-gamma and its relatives in double precision. Differences are computed as differences, never by subtracting two large
 * values. Left out: tensors (`../gamma.ts`, `../beta.ts`). Sources: DLMF 5.7.3 (Taylor series about 2), 5.11.1 (Stirling),
 * 5.15.8 (polygamma); Didonato and Morris, Algorithm 708 (1992), for the correction in lbeta.
 */

/** zeta(k) - 1 for k = 2, 3, ... */
const zetaMinusOne = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853,
  0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5,
  3.058823630702049e-5, 1.528225940865187e-5, 7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6,
  9.539620338727962e-7, 4.769329867878064e-7, 2.38450502727733e-7, 1.1921992596531106e-7,
  5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
]

/** Bernoulli numbers B2, B4, ..., B18. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798]

const eulerGamma = 0.5772156649015329
const halfLogTwoPi = 0.9189385332046728

/** From here on Stirling's series with nine terms is exact to 1e-16. */
const large = 10

/** lgamma(2 + z) for |z| <= 1/2, with full relative accuracy near its zero. */
const lgammaNearTwo = (z: number): number => {
  let sum = 0
  for (let k = zetaMinusOne.length - 1; k >= 0; k--) sum = (zetaMinusOne[k]! / (k + 2) - sum) * z
  return z * (1 - eulerGamma + sum)
}

/** Stirling's correction: lgamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + correction(x), for x >= 10. */
export const stirlingCorrection = (x: number): number => {
  const inverse = 1 / (x * x)
  let sum = 0
  for (let k = bernoulli.length; k >= 1; k--) sum = sum * inverse + bernoulli[k - 1]! / (2 * k * (2 * k - 1))
  return sum / x
}

/** log |Gamma(x)|; +Infinity at the poles 0, -1, -2, ... */
export const lgamma = (x: number): number => {
  if (x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY
  if (x <= 0) {
    if (x === Math.floor(x)) return Number.POSITIVE_INFINITY
    const fraction = x - Math.round(x)
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fraction))) - lgamma(1 - x)
  }
  if (x < 0.5) return lgammaNearTwo(x) - Math.log(x) - Math.log1p(x)
  if (x < 1.5) return lgammaNearTwo(x - 1) - Math.log1p(x - 1)
  if (x >= large) return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + stirlingCorrection(x)
  let product = 1
  let y = x
  while (y > 2.5) product *= --y
  return lgammaNearTwo(y - 2) + Math.log(product)
}

/** lgamma(x + d) - lgamma(x) for x > 0 and x + d > 0, without cancellation. */
export const lgammaDifference = (x: number, d: number): number => {
  if (d === 0) return 0
  if (!(x > 0 && x + d > 0)) return lgamma(x + d) - lgamma(x)
  let shifted = 0
  let y = x
  for (; y < large || y + d < large; y++) shifted += Math.log1p(d / y)
  const end = y + d
  const correction = stirlingCorrection(end) - stirlingCorrection(y)
  return (y - 0.5) * Math.log1p(d / y) + d * (Math.log(end) - 1) + correction - shifted
}

/** log B(a, b) = lgamma(a) + lgamma(b) - lgamma(a + b), accurate when one argument is far larger than the other. */
export const lbeta = (a: number, b: number): number => {
  const small = Math.min(a, b)
  const big = Math.max(a, b)
  if (!(small > 0)) return small === 0 ? Number.POSITIVE_INFINITY : Number.NaN
  if (big === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY
  return lgamma(small) - lgammaDifference(big, small)
}

/** The derivative of lgamma; -Infinity at 0, NaN at the negative whole numbers. */
export const digamma = (x: number): number => {
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (x < 0) {
    if (x === Math.floor(x)) return Number.NaN
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)))
  }
  let shifted = 0
  let y = x
  for (; y < large; y++) shifted += 1 / y
  const inverse = 1 / (y * y)
  let sum = 0
  for (let k = bernoulli.length; k >= 1; k--) sum = (sum + bernoulli[k - 1]! / (2 * k)) * inverse
  return Math.log(y) - 0.5 / y - sum - shifted
}

/** digamma(x + d) - digamma(x) for x > 0 and x + d > 0, without cancellation. */
export const digammaDifference = (x: number, d: number): number => {
  if (d === 0) return 0
  if (!(x > 0 && x + d > 0)) return digamma(x + d) - digamma(x)
  let shifted = 0
  let y = x
  for (; y < large || y + d < large; y++) shifted += d / (y * (y + d))
  const end = y + d
  const tail = (v: number): number => {
    const inverse = 1 / (v * v)
    let sum = 0
    for (let k = bernoulli.length; k >= 1; k--) sum = (sum + bernoulli[k - 1]! / (2 * k)) * inverse
    return sum
  }
  return Math.log1p(d / y) + (0.5 * d) / (y * end) - (tail(end) - tail(y)) + shifted
}

/**
 * The n-th derivative of digamma for n >= 1 and x > 0 (trigamma is n = 1):
 * (-1)^(n+1) n! sum over k of 1 / (x + k)^(n+1). Infinite at 0; NaN below, except trigamma, which reflects.
 */
export const polygamma = (n: number, x: number): number => {
  if (n === 0) return digamma(x)
  const sign = n % 2 === 1 ? 1 : -1
  if (x === 0) return sign * Number.POSITIVE_INFINITY
  if (x < 0) {
    if (n !== 1 || x === Math.floor(x)) return Number.NaN
    return (Math.PI / Math.sin(Math.PI * (x - Math.round(x)))) ** 2 - polygamma(1, 1 - x)
  }
  if (x === Number.POSITIVE_INFINITY) return 0
  let factorial = 1
  for (let k = 2; k < n; k++) factorial *= k
  let shifted = 0
  let y = x
  for (; y < large + n; y++) shifted += (factorial * n) / y ** (n + 1)
  let sum = factorial / y ** n + (factorial * n) / (2 * y ** (n + 1))
  // (2k + n - 1)! / (2k)!, carried from term to term
  let ratio = factorial
  for (let k = 1; k <= bernoulli.length; k++) {
    ratio *= ((2 * k + n - 1) * (2 * k + n - 2)) / (2 * k * (2 * k - 1))
    sum += (bernoulli[k - 1]! * ratio) / y ** (2 * k + n)
  }
  return sign * (sum + shifted)
}
