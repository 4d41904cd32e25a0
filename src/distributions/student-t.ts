/** Student's t distribution. Next: `laplace.ts`. */
import { fold, standardNormal } from "../engine/random.js"
import { logStandardGamma } from "../engine/special/gamma-sample.js"
import { betainc, digammaDifference, lgammaDifference } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { fromFormula } from "./formula.js"
import { log1pSquare, quotient, standardized } from "./quotient.js"
import { positive, real } from "./support.js"
import { readParameters, type Univariate } from "./univariate.js"
import { guarded } from "./within.js"

/** log Γ((ν+1)/2) - log Γ(ν/2) - ½ log πν, which tends to -½ log 2π. */
const logNormalizer = fromFormula(
  "LatentlyStudentLogNormalizer",
  1,
  (o, df) => {
    const half = o.mul(0.5, df)
    const plain = o.sub(o.sub(o.lgamma(o.add(half, 0.5)), o.lgamma(half)), o.mul(0.5, o.log(half)))
    // log Γ(h + ½) - log Γ(h) - ½ log h = -1/8h + 1/192h³ - …, where the plain difference has lost its digits
    const series = o.div(o.add(-0.125, o.div(1 / 192, o.square(half))), half)
    return o.sub(o.whereLess(half, 1e4, plain, series), 0.5 * Math.log(2 * Math.PI))
  },
  (dy, [df]) => [() => tf.mul(dy, logNormalizerSlope(df!))],
)

const logNormalizerSlope = fromFormula("LatentlyStudentLogNormalizerSlope", 1, (o, df) => {
  const half = o.mul(0.5, df)
  const plain = o.sub(o.sub(o.digamma(o.add(half, 0.5)), o.digamma(half)), o.div(0.5, half))
  const series = o.div(o.sub(0.125, o.div(1 / 64, o.square(half))), o.square(half))
  return o.mul(0.5, o.whereLess(half, 1e3, plain, series))
})

/** ½(ν+1) log(1 + z²/ν), from ν and z. */
const logTail = fromFormula(
  "LatentlyStudentLogTail",
  2,
  (o, df, z) => o.mul(o.mul(0.5, o.add(df, 1)), o.log1p(o.div(o.square(z), df))),
  (dy, [df, z]) => [() => tf.mul(dy, logTailByDf(df!, z!)), () => tf.mul(dy, logTailByZ(df!, z!))],
)

const logTailByDf = fromFormula("LatentlyStudentLogTailByDf", 2, (o, df, z) => {
  const square = o.square(z)
  const share = o.div(square, o.add(df, square))
  const pull = o.mul(o.div(o.add(df, 1), df), share)
  return o.mul(0.5, o.sub(o.log1p(o.div(square, df)), pull))
})

const logTailByZ = fromFormula("LatentlyStudentLogTailByZ", 2, (o, df, z) =>
  o.div(o.mul(o.add(df, 1), z), o.add(df, o.square(z))),
)

const variance = (df: Tensor, scale: Tensor): Tensor => {
  const finite = guarded(tf.greater(df, 2), df, 3, (v) => tf.div(v, tf.sub(v, 2)), Number.POSITIVE_INFINITY)
  return tf.mul(tf.square(scale), tf.where(tf.greater(df, 1), finite, Number.NaN))
}

/** ½(ν+1) (ψ((ν+1)/2) - ψ(ν/2)) + log √ν B(ν/2, ½) + log scale. */
const entropy = (df: Tensor, scale: Tensor): Tensor => {
  const half = tf.mul(0.5, df)
  const spread = tf.mul(tf.mul(0.5, tf.add(df, 1)), digammaDifference(half, 0.5))
  return tf.add(
    tf.sub(spread, tf.sub(lgammaDifference(half, 0.5), tf.mul(0.5, tf.log(df)))),
    tf.add(tf.log(scale), 0.5 * Math.log(Math.PI)),
  )
}

const cdf = (df: Tensor, z: Tensor): Tensor => {
  const share = tf.exp(tf.neg(log1pSquare(tf.div(z, tf.sqrt(df)))))
  const tail = tf.mul(0.5, betainc(tf.mul(0.5, df), 0.5, share))
  return tf.where(tf.less(z, 0), tail, tf.sub(1, tail))
}

/**
 * Student's t distribution, log p(x) = log Γ((ν+1)/2) - log Γ(ν/2) - ½ log πν - log scale - ½(ν+1) log(1 + z²/ν) with
 * ν = `df`, z = (x - loc)/scale.
 *
 * `df` and `scale` above 0; `loc` 0 and `scale` 1 where not given. The mean is NaN for df ≤ 1, the variance Infinity for
 * df ≤ 2. Draws are pathwise: a normal over the root of a gamma draw, the latter by implicit differentiation.
 * @throws DistributionError where `df` or `scale` is not positive or the shapes do not broadcast.
 * @example studentT({ df: 3, loc: 0, scale: 1 }).logProb(0)                    // -1.0008888
 */
export function studentT<D extends TensorLike, L extends TensorLike, S extends TensorLike>(
  df: D,
  loc: L,
  scale: S,
): Univariate<D | L | S, "real">
export function studentT<
  D extends TensorLike,
  L extends TensorLike = number,
  S extends TensorLike = number,
>(named: { readonly df: D; readonly loc?: L; readonly scale?: S }): Univariate<D | L | S, "real">
export function studentT(...args: readonly unknown[]): Distribution<Tensor, "real"> {
  const read = readParameters("studentT", args, { df: positive, loc: [real, 0], scale: [positive, 1] })
  const { parameters, batchShape, over } = read
  const { df, loc, scale } = parameters
  const normalizer = tf.sub(logNormalizer(df), tf.log(scale))
  return distribution<"real">({
    family: "studentT",
    parameters,
    support: real,
    batchShape,
    eventShape: [],
    gradient: "pathwise",
    draw: (key, shape) => {
      const half = tf.mul(0.5, df)
      const logGamma = logStandardGamma(fold(key, "spread"), half, shape)
      const stretch = tf.exp(tf.mul(0.5, tf.sub(tf.log(half), logGamma)))
      return tf.add(loc, tf.mul(scale, tf.mul(standardNormal(fold(key, "normal"), shape), stretch)))
    },
    logDensity: (x) => tf.sub(normalizer, logTail(df, standardized(x, loc, scale))),
    mean: () => over(tf.where(tf.greater(df, 1), loc, Number.NaN)),
    variance: () => over(variance(df, scale)),
    mode: () => over(loc),
    entropy: () => over(entropy(df, scale)),
    cdf: (x) => cdf(df, quotient(tf.sub(x, loc), scale)),
  })
}
