/**
 * The multivariate normal distribution with a full covariance. Left out: `low-rank-multivariate-normal.ts`. Next:
 * `gaussian-law.ts`.
 */
import { DistributionError } from "../engine/error.js"
import { standardNormal } from "../engine/random.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution, type Family } from "./distribution.js"
import { type GaussianLaw, gaussianLaw, type MatrixScale, traceRatio } from "./gaussian-law.js"
import { registerKl } from "./kl.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { realVector } from "./support-vector.js"

const logTwoPi = Math.log(2 * Math.PI)

/** A centre and a law about it; what two Gaussians are compared by. */
interface Centred {
  readonly loc: Tensor
  readonly law: GaussianLaw
}

const centred = new WeakMap<object, Centred>()

/** The batch shape of a centre and a law; throws where their dimensions differ. */
export const locatedBatch = (family: string, loc: Tensor, law: GaussianLaw): Shape => {
  if (loc.shape[loc.rank - 1] !== law.dimension)
    throw new DistributionError(
      "shape-mismatch",
      `${family}: 'loc' has ${loc.shape[loc.rank - 1]} entries (shape [${loc.shape.join(", ")}]), ` +
        `but the matrix is for ${law.dimension}`,
    )
  // a stand-in of the law's batch shape, so that the message shows both
  return broadcastBatch(family, [loc, 1], [tf.zeros([...law.batchShape]), 0])
}

/** Makes a Gaussian of a centre and a law; for `multivariateNormal` and its low-rank sister. */
export const gaussian = (
  family: string,
  parameters: Readonly<Record<string, Tensor>>,
  law: GaussianLaw,
): Distribution<Tensor, "real"> => {
  const loc = parameters.loc!
  const batchShape = locatedBatch(family, loc, law)
  const eventShape = [law.dimension]
  const over = (x: Tensor): Tensor => tf.broadcastTo(x, [...batchShape, law.dimension])
  const constant = 0.5 * law.dimension * logTwoPi
  const spec: Family<"real"> = {
    family,
    parameters,
    support: realVector,
    batchShape,
    eventShape,
    gradient: "pathwise",
    draw: (key, shape) => tf.add(loc, law.color(standardNormal(key, [...shape.slice(0, -1), law.noise]))),
    logDensity: (x) =>
      tf.sub(tf.mul(law.quadratic(tf.sub(x, loc)), -0.5), tf.add(law.halfLogDeterminant(), constant)),
    mean: () => over(loc),
    variance: () => over(law.marginalVariance()),
    mode: () => over(loc),
    entropy: () =>
      tf.broadcastTo(tf.add(law.halfLogDeterminant(), constant + 0.5 * law.dimension), [...batchShape]),
  }
  const made = distribution<"real">(spec)
  centred.set(made, { loc, law })
  return made
}

/**
 * The multivariate normal distribution, log p(x) = -½ (x - loc)ᵀ Σ⁻¹ (x - loc) - ½ log det Σ - ½ n log 2π.
 *
 * `loc` is [...batch, n]; Σ is given as `covariance`, as its lower Cholesky factor `scaleTril` (the cheapest) or by its
 * inverse `precision`, each [...batch, n, n]. One matrix scored at many values is factored and solved once. Draws are
 * pathwise: loc + L ε.
 * @throws DistributionError where the matrix is not positive definite or the shapes do not fit.
 * @example multivariateNormal({ loc: [0, 0], covariance: [[2, 1], [1, 2]] }).logProb([1, 0])   // -2.7206
 */
export const multivariateNormal = (
  named: { readonly loc: TensorLike } & MatrixScale,
): Distribution<Tensor, "real"> => {
  const loc = parameter("multivariateNormal", "loc", named.loc, realVector)
  const { name, given, law } = gaussianLaw("multivariateNormal", named)
  return gaussian("multivariateNormal", { loc, [name]: given }, law)
}

/** ½ (tr(Q⁻¹P) + (m_q - m_p)ᵀ Q⁻¹ (m_q - m_p) - n + log det Q - log det P). */
const gaussianKl = (p: Distribution, q: Distribution): Tensor => {
  const [left, right] = [centred.get(p)!, centred.get(q)!]
  const distance = right.law.quadratic(tf.sub(left.loc, right.loc))
  const spread = tf.sub(tf.add(traceRatio(left.law, right.law), distance), left.law.dimension)
  const volume = tf.sub(right.law.halfLogDeterminant(), left.law.halfLogDeterminant())
  return tf.add(tf.mul(spread, 0.5), volume)
}

const families = ["multivariateNormal", "lowRankMultivariateNormal"]
for (const p of families) for (const q of families) registerKl(p, q, gaussianKl)
