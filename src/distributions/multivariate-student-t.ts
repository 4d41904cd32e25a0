/** The multivariate Student t distribution: a multivariate normal with a random scale. Next: `gaussian-law.ts`. */
import { fold, type Key, standardNormal } from "../engine/random.js"
import { lgammaDifference, log1p, logStandardGamma } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { type GaussianLaw, gaussianLaw } from "./gaussian-law.js"
import { locatedBatch } from "./multivariate-normal.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { positive } from "./support.js"
import { realVector } from "./support-vector.js"

const family = "multivariateStudentT"

/** √(df / χ²) for a χ² draw of df degrees of freedom, made in log space, one for each vector. */
const stretch = (df: Tensor, key: Key, shape: Shape): Tensor => {
  const half = tf.div(df, 2)
  const logRatio = tf.sub(tf.log(half), logStandardGamma(key, half, shape))
  return tf.expandDims(tf.exp(tf.mul(0.5, logRatio)), -1)
}

const logDensity = (df: Tensor, loc: Tensor, law: GaussianLaw) => (x: Tensor) => {
  const half = tf.div(df, 2)
  const spread = tf.mul(tf.add(half, law.dimension / 2), log1p(tf.div(law.quadratic(tf.sub(x, loc)), df)))
  const volume = tf.add(tf.mul(law.dimension / 2, tf.log(tf.mul(df, Math.PI))), law.halfLogDeterminant())
  return tf.sub(tf.sub(lgammaDifference(half, law.dimension / 2), volume), spread)
}

/** The variance's factor df / (df - 2): infinite up to 2, undefined up to 1. */
const inflation = (df: Tensor): Tensor => {
  const finite = tf.greater(df, 2)
  const factor = tf.div(df, tf.where(finite, tf.sub(df, 2), 1))
  return tf.where(finite, factor, tf.where(tf.greater(df, 1), Number.POSITIVE_INFINITY, Number.NaN))
}

/**
 * The multivariate Student t distribution, log p(x) = log Γ((ν+n)/2) - log Γ(ν/2) - ½ n log νπ - log det L - ½ (ν + n)
 * log(1 +
 * |L⁻¹(x - loc)|²/ν), with ν = `df` above 0 and L = `scaleTril` [...batch, n, n] lower-triangular.
 *
 * The mean is NaN for df up to 1, the variance infinite for df up to 2. Draws are pathwise (implicit in `df`).
 * @throws DistributionError where `df` is not positive or `scaleTril` not a Cholesky factor.
 * @example multivariateStudentT({ df: 4, loc: [0, 0], scaleTril: [[1, 0], [0, 1]] }).variance   // [2, 2]
 */
export const multivariateStudentT = (named: {
  readonly df: TensorLike
  readonly loc: TensorLike
  readonly scaleTril: TensorLike
}): Distribution<Tensor, "real"> => {
  const df = parameter(family, "df", named.df, positive)
  const loc = parameter(family, "loc", named.loc, realVector)
  const { given, law } = gaussianLaw(family, { scaleTril: named.scaleTril })
  const located = tf.zeros([...locatedBatch(family, loc, law)])
  const batchShape = broadcastBatch(family, [df, 0], [located, 0])
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape, law.dimension])
  const column = tf.expandDims(df, -1)
  return distribution<"real">({
    family,
    parameters: { df, loc, scaleTril: given },
    support: realVector,
    batchShape,
    eventShape: [law.dimension],
    gradient: "pathwise",
    draw: (key, shape) => {
      const noise = law.color(standardNormal(fold(key, "direction"), shape))
      return tf.add(loc, tf.mul(noise, stretch(df, fold(key, "length"), shape.slice(0, -1))))
    },
    logDensity: logDensity(df, loc, law),
    mean: () => over(tf.where(tf.greater(column, 1), loc, Number.NaN)),
    variance: () => over(tf.mul(inflation(column), law.marginalVariance())),
    mode: () => over(loc),
  })
}
