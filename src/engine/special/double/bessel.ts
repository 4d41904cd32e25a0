/**
 * Modified Bessel functions of the first kind, scaled, in double precision. Left out: tensors (`../bessel.ts`). Sources:
 * DLMF 10.25.2 (power series) below 20, 10.40.1 (expansion for large argument) above.
 */

/** exp(-|x|) I_order(|x|), order 0 or 1: relative error about 1e-15. */
const scaled = (order: 0 | 1, x: number): number => {
  if (x === Number.POSITIVE_INFINITY) return 0
  let term = 1
  let sum = 1
  if (x < 20) {
    const quarter = (x * x) / 4
    for (let k = 1; term > 1e-17 * sum; k++) {
      term *= quarter / (k * (k + order))
      sum += term
    }
    return Math.exp(-x) * sum * (order === 1 ? x / 2 : 1)
  }
  for (let k = 1; k < 40 && Math.abs(term) > 1e-17; k++) {
    term *= -(4 * order * order - (2 * k - 1) ** 2) / (8 * k * x)
    sum += term
  }
  return sum / Math.sqrt(2 * Math.PI * x)
}

/** exp(-|x|) I0(x). */
export const i0e = (x: number): number => scaled(0, Math.abs(x))

/** exp(-|x|) I1(x), an odd function. */
export const i1e = (x: number): number => Math.sign(x) * scaled(1, Math.abs(x))

/** The derivative of i0e, i1e(x) - sign(x) i0e(x), without cancellation for large x. */
export const i0eSlope = (x: number): number => {
  const at = Math.abs(x)
  if (at < 20) return i1e(x) - Math.sign(x) * i0e(x)
  if (at === Number.POSITIVE_INFINITY) return 0
  let [term0, term1, difference] = [1, 1, 0]
  for (let k = 1; k < 40 && Math.abs(term0) > 1e-17; k++) {
    term0 *= (2 * k - 1) ** 2 / (8 * k * at)
    term1 *= -(4 - (2 * k - 1) ** 2) / (8 * k * at)
    difference += term1 - term0
  }
  return (Math.sign(x) * difference) / Math.sqrt(2 * Math.PI * at)
}
