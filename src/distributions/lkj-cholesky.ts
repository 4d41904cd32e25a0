/**
 * Lewandowski, Kurowicka and Joe's distribution of Cholesky factors of correlation matrices. Next:
 * `multivariate-normal.ts`.
 */
import { DistributionError } from "../engine/error.js"
import { matrixDiagonalPart } from "../engine/linear/index.js"
import { fold, type Key, standardNormal } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { lgammaDifference, logStandardGamma } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { parameter } from "./parameter.js"
import { positive } from "./support.js"
import { correlationCholesky } from "./support-structured.js"

const family = "lkjCholesky"

/** 1, …, n - 1: the number of free entries of each row after the first. */
const rowSizes = (n: number): Tensor => tf.range(1, n, 1, "float32")

/**
 * log of ∫ Π L_ii^(n-1-i+2(η-1)), over all factors; Lewandowski et al. (2009), equation 16, as log-gamma
 * differences.
 */
const logNormalizer = (n: number, eta: Tensor): Tensor => {
  const half = tf.div(rowSizes(n), 2)
  const base = tf.add(tf.expandDims(eta, -1), tf.sub((n - 1) / 2, half))
  const gammas = tf.sum(lgammaDifference(base, half), -1)
  return tf.sub(((n - 1) * n * Math.log(Math.PI)) / 4, gammas)
}

const logDensity = (n: number, eta: Tensor) => (x: Tensor) => {
  const diagonal = matrixDiagonalPart(x)
  const [, rest] = tf.split(diagonal, [1, n - 1], diagonal.rank - 1)
  const powers = tf.sub(tf.expandDims(tf.add(tf.mul(2, eta), n - 3), -1), rowSizes(n))
  return tf.sub(tf.sum(tf.mul(powers, tf.log(rest!)), -1), logNormalizer(n, eta))
}

/**
 * Row i is a beta draw's square root times a uniform direction; one diagonal entry completes its length to 1 (the
 * onion method).
 */
const draw = (n: number, eta: Tensor, key: Key, shape: Shape): Tensor => {
  const rows = [...shape.slice(0, -2), n - 1]
  const sizes = rowSizes(n)
  const spare = tf.add(tf.expandDims(eta, -1), tf.div(tf.sub(n - 1, sizes), 2))
  const inner = logStandardGamma(fold(key, "inner"), tf.broadcastTo(tf.div(sizes, 2), rows), rows)
  const outer = logStandardGamma(fold(key, "outer"), spare, rows)
  const logOdds = tf.sub(inner, outer)
  const below = tf.linalg.bandPart(tf.ones([n - 1, n - 1]), -1, 0)
  const directions = tf.mul(standardNormal(fold(key, "direction"), [...rows, n - 1]), below)
  const lengths = tf.sqrt(tf.sum(tf.square(directions), -1))
  const stretch = tf.div(tf.sqrt(tf.sigmoid(logOdds)), lengths)
  return assembled(tf.mul(directions, tf.expandDims(stretch, -1)), tf.sqrt(tf.sigmoid(tf.neg(logOdds))))
}

/** The factor with the given rows below its first and the given diagonal after its leading 1. */
const assembled = (rows: Tensor, diagonal: Tensor): Tensor => {
  const none = rows.shape.slice(0, -2).map((): [number, number] => [0, 0])
  const n = diagonal.shape[diagonal.rank - 1]! + 1
  const whole = tf.pad(diagonal, [...none, [1, 0]], 1)
  return tf.add(tf.pad(rows, [...none, [1, 0], [0, 1]]), tf.mul(tf.expandDims(whole, -1), tf.eye(n)))
}

/**
 * The LKJ distribution over Cholesky factors L of n × n correlation matrices R = L Lᵀ, with density of R proportional to
 * det(R)^(concentration - 1): log p(L) = Σ_{i≥2} (n - i + 2 (concentration - 1)) log L_ii - normalizer.
 *
 * `concentration` 1 (where not given) is uniform over correlation matrices; larger values gather at the identity. Draws
 * by the onion method, pathwise.
 * @throws DistributionError where `dimension` is not a whole number from 2 up or `concentration` is not positive.
 * @example lkjCholesky({ dimension: 3, concentration: 2 }).sample(0).shape   // [3, 3]
 */
export const lkjCholesky = (named: {
  readonly dimension: number
  readonly concentration?: TensorLike
}): Distribution<Tensor, "correlationCholesky"> => {
  const n = named.dimension
  if (!Number.isInteger(n) || n < 2)
    throw new DistributionError(
      "invalid-parameter",
      `${family}: parameter 'dimension' must be a whole number from 2 up, but is ${String(n)}`,
    )
  const eta = parameter(family, "concentration", named.concentration ?? 1, positive)
  return distribution<"correlationCholesky">({
    family,
    parameters: { concentration: eta },
    support: correlationCholesky,
    batchShape: eta.shape,
    eventShape: [n, n],
    gradient: "pathwise",
    draw: (key, shape) => draw(n, eta, key, shape),
    logDensity: withinMatrices(n, logDensity(n, eta)),
  })
}

const withinMatrices = (n: number, density: (x: Tensor) => Tensor) => (value: Tensor) => {
  const inside = correlationCholesky.contains(stopGradient(value))
  const safe = tf.where(tf.reshape(inside, [...inside.shape, 1, 1]), value, tf.eye(n))
  return tf.where(inside, density(safe), Number.NEGATIVE_INFINITY)
}
