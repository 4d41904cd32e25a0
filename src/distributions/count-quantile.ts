/**
 * Quantiles of the Poisson and binomial distributions: how counts are drawn, from one uniform number each, by a fixed
 * number
 * of operations that can be recorded, and alike on every backend. Up to a variance of 1e4 a Cornish-Fisher guess
 * (within 5
 * of the quantile for every level in [2^-24, 1 - 2^-24]) is finished by four halvings on the distribution function, in
 * double precision; beyond that two terms of the expansion, rounded down, are the quantile but for one level in 1e6.
 * Left out: families (`poisson.ts`, `binomial.ts`). Sources: Cornish and Fisher (1938); Giles, Algorithm 955 (2016).
 */
import { elementwise } from "../engine/elementwise.js"
import type { NativeBackend } from "../engine/kernel.js"
import { type DoubleOps, inDouble, type NativeValue } from "../engine/native-double.js"
import { stopGradient } from "../engine/repair/index.js"
import { betainc } from "../engine/special/double/incomplete-beta.js"
import { gammaincc } from "../engine/special/double/incomplete-gamma.js"
import { ndtri } from "../engine/special/double/normal-quantile.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** The guess lies at most this far above the quantile. */
const margin = 5

/** Halvings of the 16 counts from guess - 5 to guess + 10. */
const steps = [8, 4, 2, 1] as const

const largeVariance = 1e4

/** Mean, variance, and the skewness and excess kurtosis each times its power of the standard deviation. */
interface Moments<T> {
  readonly mean: T
  readonly variance: T
  readonly skew: T
  readonly kurtosis: T
}

const firstOrder = ({ mean, variance, skew }: Moments<number>, z: number): number =>
  mean + z * Math.sqrt(variance) + (skew * (z * z - 1)) / 6

/** The continuity correction 1/2, and the terms of order 1/σ, -z/24 of them for the lattice. */
const secondOrder = ({ variance, skew, kurtosis }: Moments<number>, z: number): number => {
  const bend = (kurtosis * (z ** 3 - 3 * z)) / 24 - (skew * skew * (2 * z ** 3 - 5 * z)) / 36
  return 0.5 + (bend - z / 24) / Math.sqrt(variance)
}

const quantile = (moments: Moments<number>, level: number, cdf: (count: number) => number): number => {
  const z = ndtri(level)
  const guess = firstOrder(moments, z)
  if (moments.variance > largeVariance) return Math.floor(guess + secondOrder(moments, z))
  let low = Math.max(0, Math.floor(guess) - margin)
  for (const step of steps) if (cdf(low + step - 1) < level) low += step
  return low
}

type Values = Moments<NativeValue>

const nativeFirstOrder = (ops: DoubleOps, { mean, variance, skew }: Values, z: NativeValue): NativeValue => {
  const curve = ops.mul(ops.mul(ops.sub(ops.mul(z, z), 1), skew), 1 / 6)
  return ops.add(ops.add(mean, ops.mul(z, ops.call("Sqrt", variance))), curve)
}

const nativeSecondOrder = (
  ops: DoubleOps,
  { variance, skew, kurtosis }: Values,
  z: NativeValue,
): NativeValue => {
  const cube = ops.mul(z, ops.mul(z, z))
  const tails = ops.mul(ops.mul(ops.sub(cube, ops.mul(z, 3)), kurtosis), 1 / 24)
  const lean = ops.mul(ops.mul(ops.sub(ops.mul(cube, 2), ops.mul(z, 5)), ops.mul(skew, skew)), 1 / 36)
  const bend = ops.sub(ops.sub(tails, lean), ops.mul(z, 1 / 24))
  return ops.add(ops.div(bend, ops.call("Sqrt", variance)), 0.5)
}

const nativeQuantile = (
  ops: DoubleOps,
  moments: Values,
  level: NativeValue,
  cdf: (count: NativeValue) => NativeValue,
): NativeValue => {
  const z = ops.call("Ndtri", level)
  const guess = nativeFirstOrder(ops, moments, z)
  const start = ops.call("Maximum", ops.sub(ops.call("Floor", guess), margin), ops.constant(0))
  const found = steps.reduce((low, step) => {
    const short = ops.call("Less", cdf(ops.add(low, step - 1)), level)
    return ops.select(short, ops.add(low, step), low)
  }, start)
  const expanded = ops.call("Floor", ops.add(guess, nativeSecondOrder(ops, moments, z)))
  const large = ops.call("Greater", moments.variance, ops.constant(largeVariance))
  return ops.select(large, expanded, found)
}

const nativePoisson = (inputs: readonly Tensor[], backend: NativeBackend): Tensor =>
  inDouble(backend, inputs, (ops, [level, rate]) => {
    const one = ops.constant(1)
    const moments = { mean: rate!, variance: rate!, skew: one, kurtosis: one }
    return nativeQuantile(ops, moments, level!, (count) => ops.call("Igammac", ops.add(count, 1), rate!))
  })

const poissonQuantileOf = elementwise({
  name: "LatentlyPoissonQuantile",
  native: nativePoisson,
  scalar: (level, rate) =>
    quantile({ mean: rate, variance: rate, skew: 1, kurtosis: 1 }, level, (count) =>
      gammaincc(count + 1, rate),
    ),
})

/**
 * The smallest count whose Poisson distribution function reaches `level` in (0, 1): a draw, where `level` is uniform. No
 * gradient flows.
 */
export const poissonQuantile = (level: Tensor, rate: Tensor): Tensor =>
  poissonQuantileOf(level, stopGradient(rate))

const nativeBinomialCdf =
  (ops: DoubleOps, total: NativeValue, failure: NativeValue) =>
  (count: NativeValue): NativeValue => {
    const [one, left] = [ops.constant(1), ops.sub(total, count)]
    // Betainc takes equal shapes only, and is undefined where no trial is left
    const remaining = ops.call("Maximum", left, one)
    const chance = ops.add(failure, ops.mul(left, 0))
    const below = ops.call("Betainc", remaining, ops.add(count, 1), chance)
    return ops.select(ops.call("Less", left, one), one, below)
  }

const nativeBinomial = (inputs: readonly Tensor[], backend: NativeBackend): Tensor =>
  inDouble(backend, inputs, (ops, [level, total, probability]) => {
    const failure = ops.sub(1, probability!)
    const mean = ops.mul(total!, probability!)
    const moments = {
      mean,
      variance: ops.mul(mean, failure),
      skew: ops.sub(failure, probability!),
      kurtosis: ops.sub(1, ops.mul(ops.mul(probability!, failure), 6)),
    }
    const count = nativeQuantile(ops, moments, level!, nativeBinomialCdf(ops, total!, failure))
    return ops.call("Maximum", ops.call("Minimum", count, total!), ops.constant(0))
  })

const binomialQuantileOf = elementwise({
  name: "LatentlyBinomialQuantile",
  native: nativeBinomial,
  scalar: (level, total, probability) => {
    const [mean, failure] = [total * probability, 1 - probability]
    const moments = {
      mean,
      variance: mean * failure,
      skew: failure - probability,
      kurtosis: 1 - 6 * probability * failure,
    }
    const count = quantile(moments, level, (k) => (k >= total ? 1 : betainc(total - k, k + 1, failure)))
    return Math.max(0, Math.min(count, total))
  },
})

/**
 * The smallest count whose binomial distribution function reaches `level` in (0, 1); the shapes must broadcast to that of
 * `level`. No gradient flows.
 */
export const binomialQuantile = (level: Tensor, totalCount: Tensor, probs: Tensor): Tensor =>
  binomialQuantileOf(
    level,
    tf.broadcastTo(tf.cast(stopGradient(totalCount), "float32"), level.shape),
    tf.broadcastTo(stopGradient(probs), level.shape),
  )
