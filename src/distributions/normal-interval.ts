/**
 * The standard normal distribution on an interval [α, β] of which either end may be infinite: its mass, its density at
 * the lower end over that mass, its variance and its quantile, in double precision, far into a tail too. Next:
 * `truncated-normal.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import { type Arithmetic, fromFormula } from "./formula.js"

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)
const rootTwoPi = Math.sqrt(2 * Math.PI)

/** Mills' ratio Φ(-x)/φ(x) for x ≥ 0: by the error function below 10, by 1/x - 1/x³ + 3/x⁵ - … (to 1e-8) from there on. */
const mills = <V>(o: Arithmetic<V>, x: V): V => {
  const near = o.min(x, 10)
  const body = o.mul(
    o.erfc(o.mul(near, Math.SQRT1_2)),
    o.mul(0.5 * rootTwoPi, o.exp(o.mul(0.5, o.square(near)))),
  )
  const far = o.max(x, 10)
  const w = o.div(1, o.square(far))
  let series = o.mul(w, -9)
  for (const factor of [7, 5, 3, 1]) series = o.mul(o.mul(w, -factor), o.add(series, 1))
  return o.whereLess(x, 10, body, o.div(o.add(series, 1), far))
}

/** log(Φ(β) - Φ(α)): by what is missing on both sides where 0 lies inside, else by Mills' ratios of the nearer tail. */
const logMass = <V>(o: Arithmetic<V>, low: V, high: V): V => {
  const outside = o.mul(
    0.5,
    o.add(o.erfc(o.mul(o.neg(low), Math.SQRT1_2)), o.erfc(o.mul(high, Math.SQRT1_2))),
  )
  const across = o.log1p(o.neg(outside))
  const near = o.max(o.whereLess(0, low, low, o.neg(high)), 0)
  const far = o.max(o.whereLess(0, low, high, o.neg(low)), near)
  const decay = o.exp(o.mul(-0.5, o.mul(o.sub(far, near), o.add(far, near))))
  const ratio = o.sub(mills(o, near), o.mul(decay, mills(o, far)))
  const tail = o.sub(o.log(ratio), o.add(o.mul(0.5, o.square(near)), halfLogTwoPi))
  return o.whereLess(0, low, tail, o.whereLess(high, 0, tail, across))
}

/** φ(α)/(Φ(β) - Φ(α)). */
const hazard = <V>(o: Arithmetic<V>, low: V, high: V): V =>
  o.exp(o.sub(o.neg(o.add(o.mul(0.5, o.square(low)), halfLogTwoPi)), logMass(o, low, high)))

/** `x` where it is finite, else 0. */
const finitePart = <V>(o: Arithmetic<V>, x: V): V => o.whereLess(o.abs(x), 1e300, x, 0)

/** x·y for tensors, 0 where x is infinite: an infinite bound has no density at it. */
export const finiteProduct = (x: Tensor, y: Tensor): Tensor => tf.mul(tf.where(tf.isFinite(x), x, 0), y)

/** log(Φ(β) - Φ(α)) of α < β. */
export const logIntervalMass = fromFormula("LatentlyNormalIntervalMass", 2, logMass, (dy, [low, high]) => [
  () => tf.neg(tf.mul(dy, lowerHazard(low!, high!))),
  () => tf.mul(dy, upperHazard(low!, high!)),
])

/** φ(α)/(Φ(β) - Φ(α)). */
export const lowerHazard = fromFormula("LatentlyNormalIntervalHazard", 2, hazard, (dy, [low, high], h) => [
  () => tf.mul(dy, tf.sub(tf.square(h), finiteProduct(low!, h))),
  () => tf.neg(tf.mul(dy, tf.mul(h, upperHazard(low!, high!)))),
])

/** φ(β)/(Φ(β) - Φ(α)). */
export const upperHazard = (low: Tensor, high: Tensor): Tensor => lowerHazard(tf.neg(high), tf.neg(low))

/** The variance 1 + α h(α) - β h(β) - (h(α) - h(β))². */
export const intervalVariance = fromFormula("LatentlyNormalIntervalVariance", 2, (o, low, high) => {
  const atLow = hazard(o, low, high)
  const atHigh = hazard(o, o.neg(high), o.neg(low))
  const slopes = o.sub(o.mul(finitePart(o, low), atLow), o.mul(finitePart(o, high), atHigh))
  return o.sub(o.add(1, slopes), o.square(o.sub(atLow, atHigh)))
})

/** Φ in double precision. */
const ndtr = <V>(o: Arithmetic<V>, x: V): V => o.mul(0.5, o.erfc(o.mul(x, -Math.SQRT1_2)))

/** Below this the double-precision Φ underflows, and Φ(z) ∝ exp(-z²/2) stands in for it (relative error 1/z²). */
const underflow = -36

/** The z between α and β below which the share u of the mass lies; found on the negative side, where Φ keeps its digits. */
export const intervalQuantile = fromFormula(
  "LatentlyNormalIntervalQuantile",
  3,
  (o, low, high, share) => {
    const a = o.whereLess(0, low, o.neg(high), low)
    const b = o.whereLess(0, low, o.neg(low), high)
    const u = o.whereLess(0, low, o.sub(1, share), share)
    const below = ndtr(o, a)
    const usual = o.ndtri(o.add(below, o.mul(u, o.sub(ndtr(o, b), below))))
    const edge = o.min(b, underflow)
    const decay = o.exp(o.mul(0.5, o.mul(o.sub(edge, a), o.add(edge, a))))
    const rest = o.add(u, o.mul(o.sub(1, u), o.min(decay, 1)))
    const far = o.neg(o.sqrt(o.sub(o.square(edge), o.mul(2, o.log(rest)))))
    const z = o.whereLess(b, underflow, far, usual)
    return o.whereLess(0, low, o.neg(z), z)
  },
  (dy, inputs, z) => {
    const [low, high, share] = inputs as readonly [Tensor, Tensor, Tensor]
    const over = (end: Tensor): Tensor => tf.exp(tf.mul(0.5, tf.mul(tf.sub(z, end), tf.add(z, end))))
    const spacing = (): Tensor =>
      tf.exp(tf.add(tf.add(logIntervalMass(low, high), tf.mul(0.5, tf.square(z))), halfLogTwoPi))
    return [
      () => tf.mul(dy, tf.mul(tf.sub(1, share), over(low))),
      () => tf.mul(dy, tf.mul(share, over(high))),
      () => tf.mul(dy, spacing()),
    ]
  },
)
