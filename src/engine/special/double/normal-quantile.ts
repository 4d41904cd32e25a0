/**
 * The quantile of the standard normal distribution in double precision, and the inverse error functions made from it.
 * Left out: tensors (`../normal.ts`). Source: Wichura, "Algorithm AS 241" (1988), routine PPND16: relative error about 1e-16.
 */

/** Horner's rule, coefficients from the highest power down. */
const polynomial = (x: number, coefficients: readonly number[]): number => {
  let sum = 0
  for (const c of coefficients) sum = sum * x + c
  return sum
}

const centreTop = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
]
const centreBottom = [
  5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
]
const tailTop = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
]
const tailBottom = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
]
const farTop = [
  2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
]
const farBottom = [
  2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
]

/** The quantile at log-probability `logTail <= log(0.5)` of the nearer tail, as a positive number. */
const tailQuantile = (logTail: number): number => {
  const r = Math.sqrt(-logTail)
  return r <= 5
    ? polynomial(r - 1.6, tailTop) / polynomial(r - 1.6, tailBottom)
    : polynomial(r - 5, farTop) / polynomial(r - 5, farBottom)
}

const centralQuantile = (q: number): number => {
  const r = 0.180625 - q * q
  return (q * polynomial(r, centreTop)) / polynomial(r, centreBottom)
}

/** The standard normal quantile: `ndtri(p)` with `Phi(ndtri(p)) = p`; NaN outside [0, 1]. */
export const ndtri = (p: number): number => {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p === 0) return Number.NEGATIVE_INFINITY
  if (p === 1) return Number.POSITIVE_INFINITY
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return centralQuantile(q)
  return q < 0 ? -tailQuantile(Math.log(p)) : tailQuantile(Math.log1p(-p))
}

/** The inverse error function on (-1, 1), exact near 0 and near the ends: `erf(erfinv(x)) = x`. */
export const erfinv = (x: number): number => {
  if (!(x >= -1 && x <= 1)) return Number.NaN
  if (Math.abs(x) === 1) return x * Number.POSITIVE_INFINITY
  if (Math.abs(x) <= 0.85) return centralQuantile(x / 2) * Math.SQRT1_2
  return Math.sign(x) * tailQuantile(Math.log1p(-Math.abs(x)) - Math.LN2) * Math.SQRT1_2
}
