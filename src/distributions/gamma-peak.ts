/**
 * What a gamma log-density has beside its powers of x, from float32 arithmetic alone, so that XLA can fuse and vectorize
 * it: log Γ is taken apart into pieces that do not cancel. Other backends have double precision and use the textbook form.
 * Next: `gamma-density.ts`.
 */
import { broadcastShape, elementwise } from "../engine/elementwise.js"
import { lgamma } from "../engine/special/double/gamma.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** log Γ(1 + t) / (t (t - 1)) on [0, 1], to 2e-9 (minimax by Lawson's iteration on mpmath's values: test/golden/gamma_peak.py). */
const betweenZeros = [
  0.577215663, -0.2452509643, 0.1554198595, -0.1149454977, 0.0907886345, -0.07111995551, 0.04972007809,
  -0.02696711874, 0.009488025588, -0.001564391199,
]

/** (log Γ(1 + k) - (k + ½) log k + k - ½ log 2π) k as a polynomial of 1/k for k ≥ 1, to 3e-9 (same source). */
const stirling = [
  0.0833333309, -7.903067241e-8, -0.002773376067, -5.048897181e-5, 0.001044723136, -0.0006297546891,
  0.0001371143496,
]

const horner = (coefficients: readonly number[], x: Tensor): Tensor =>
  coefficients
    .slice(0, -1)
    .reduceRight<Tensor>((sum, c) => tf.add(tf.mul(sum, x), c), tf.fill(x.shape, coefficients.at(-1)!))

/** log Γ(1 + t) for t in [0, 1]. */
const smallLogGamma = (t: Tensor): Tensor => tf.mul(tf.mul(t, tf.sub(t, 1)), horner(betweenZeros, t))

/** k - k log k + log Γ(1 + k) for k > 0, given log k and log Γ(1 + min(k, 1)): half the log of 2πk, nearly. */
const depth = (k: Tensor, logK: Tensor, small: Tensor): Tensor => {
  const w = tf.div(1, tf.maximum(k, 1))
  const large = tf.add(tf.mul(0.5, tf.add(logK, Math.log(2 * Math.PI))), tf.mul(w, horner(stirling, w)))
  return tf.where(tf.less(k, 1), tf.add(tf.mul(k, tf.sub(1, logK)), small), large)
}

const inFloat = (a: Tensor, b: Tensor): Tensor => {
  const k = tf.sub(a, 1)
  const peaked = tf.greater(k, 0)
  const small = smallLogGamma(tf.where(peaked, tf.minimum(k, 1), a))
  const logB = tf.log(b)
  const logPower = tf.log(tf.where(peaked, k, a))
  const unpeaked = tf.sub(tf.add(tf.mul(a, logB), logPower), small)
  const up = tf.sub(logB, depth(k, logPower, small))
  const shape = broadcastShape(a.shape, b.shape)
  return tf.where(tf.broadcastTo(peaked, shape), up, unpeaked)
}

const inDouble = (a: number, b: number): number => {
  const k = a - 1
  return k > 0 ? k * Math.log(k) - k + Math.log(b) - lgamma(a) : a * Math.log(b) - lgamma(a)
}

/**
 * For k = a - 1 > 0 the log-density at the peak, k log k - k - log Γ(a) + log b; else a log b - log Γ(a). Without a
 * gradient: `gamma-density.ts` has the whole density's.
 */
export const gammaPeak = elementwise({
  name: "LatentlyGammaPeak",
  native: ([a, b]) => inFloat(a!, b!),
  scalar: inDouble,
})
