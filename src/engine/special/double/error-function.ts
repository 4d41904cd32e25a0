/**
 * The error function and the normal distribution function in double precision, with exact tails. Left out: tensors
 * (`../normal.ts`) and inverses (`normal-quantile.ts`). Source: the scaled complementary error function is a Chebyshev
 * series in t = 2 / (2 + x), fitted with mpmath (`test/golden/coefficients.py`); relative error 5e-15.
 */

/** Chebyshev coefficients of exp(x^2) erfc(x) / t over t in (0, 1]. */
const scaled = [
  0.5770337386164697, 0.3554369212704985, 0.06509515882878653, 0.003671142395836639, -0.0011128447433526325,
  -0.0001607582991537808, 3.278031574173137e-5, 5.442441645505016e-6, -1.5154665553171482e-6,
  -1.4297608181169865e-7, 8.234608827419493e-8, -1.2962846852306563e-9, -4.154721631015199e-9,
  6.347058278362811e-10, 1.4320822712256225e-10, -6.160390105204585e-11, 2.0612138554721698e-12,
  3.5714931488477042e-12, -8.586422843251796e-13, -6.14560021379063e-14, 7.418725748596617e-14,
  -1.2895042755032325e-14, -2.358726385710632e-15, 1.5729349381685912e-15, -2.2782966239546465e-16,
]

/** exp(x^2) erfc(x) for x >= 0, which neither overflows nor underflows. */
export const erfcx = (x: number): number => {
  const t = 2 / (2 + x)
  const y = 2 * t - 1
  let next = 0
  let sum = 0
  for (let k = scaled.length - 1; k >= 1; k--) [sum, next] = [2 * y * sum - next + scaled[k]!, sum]
  return t * (y * sum - next + scaled[0]!)
}

/** The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf = (x: number): number => {
  if (Math.abs(x) >= 0.7) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1
  let term = x
  let sum = x
  for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(x); k++) {
    term *= -(x * x) / k
    sum += term / (2 * k + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

/** 1 - erf(x), without cancellation for large x. */
export const erfc = (x: number): number => {
  if (x < 0) return 2 - erfc(-x)
  return x > 27.3 ? 0 : Math.exp(-x * x) * erfcx(x)
}

/** The standard normal distribution function. */
export const ndtr = (x: number): number => 0.5 * erfc(-x * Math.SQRT1_2)

/** log ndtr(x), exact in both tails: about -x^2/2 - log(-x) far to the left. */
export const logNdtr = (x: number): number => {
  if (x === Number.NEGATIVE_INFINITY) return x
  if (x > -1) return Math.log1p(-0.5 * erfc(x * Math.SQRT1_2))
  return Math.log(0.5 * erfcx(-x * Math.SQRT1_2)) - 0.5 * x * x
}

/** The derivative of logNdtr: density over distribution function (the inverse Mills ratio at -x); about -x far to the left. */
export const normalHazard = (x: number): number =>
  x < 0
    ? Math.sqrt(2 / Math.PI) / erfcx(-x * Math.SQRT1_2)
    : Math.exp(-0.5 * x * x) / (Math.sqrt(2 * Math.PI) * ndtr(x))
