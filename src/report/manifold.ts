/**
 * Where to decode to see a two-dimensional latent space whole: a grid that is even in probability under the standard
 * normal prior, as in Kingma and Welling 2014, figure 4. It leaves out the decoding itself. Next: `imageGrid.ts`.
 */
import { LatentlyError } from "../engine/error.js"

/**
 * The points Φ⁻¹((i + ½) / side) on both axes, row by row from the top: the first axis grows to the right, the second
 * upwards. Returns `side * side` pairs, flat, shape [side², 2].
 *
 * @example
 * const decoded = decode(tf.tensor2d(latentGrid(20), [400, 2]))
 * imageGrid({ pictures: await decoded.data(), shape: [28, 28], columns: 20, gap: 0 })
 */
export const latentGrid = (side: number): Float32Array => {
  const axis = Array.from({ length: side }, (_, index) => normalQuantile((index + 0.5) / side))
  const grid = new Float32Array(side * side * 2)
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      grid.set([axis[column]!, axis[side - 1 - row]!], 2 * (row * side + column))
  return grid
}

/**
 * The standard normal quantile Φ⁻¹(p), to about 1e-16 relative: algorithm AS 241 (Wichura 1988, PPND16).
 *
 * @throws LatentlyError `probability` when p is outside [0, 1]; 0 and 1 give -∞ and ∞.
 * @example normalQuantile(0.975) // 1.959963984540054
 */
export const normalQuantile = (p: number): number => {
  if (!(p >= 0 && p <= 1))
    throw new LatentlyError("probability", `normalQuantile needs p in [0, 1], got ${p}`)
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return q * ratio(central, 0.180625 - q * q)
  const tail = Math.min(p, 1 - p)
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const r = Math.sqrt(-Math.log(tail))
  return Math.sign(q) * (r <= 5 ? ratio(middle, r - 1.6) : ratio(far, r - 5))
}

/** Coefficients of a rational function, lowest power first. */
interface Rational {
  readonly over: readonly number[]
  readonly under: readonly number[]
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)

const ratio = ({ over, under }: Rational, x: number): number => polynomial(over, x) / polynomial(under, x)

const central: Rational = {
  over: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  under: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546,
  ],
}

const middle: Rational = {
  over: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  under: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
}

const far: Rational = {
  over: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  under: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
}
