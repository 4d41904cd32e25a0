/**
 * The ordered logistic distribution: ranked classes cut out of one latent logistic variable. Next: `categorical.ts`.
 */
import { takeLast } from "../engine/last-axis.js"
import { type Key, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { log1mexp, logSigmoid } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { expectedLogRatio } from "./log-ratio.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { integerInterval, real } from "./support.js"
import { ordered } from "./support-structured.js"

const family = "orderedLogistic"

/** The cut points with the two infinite ones. */
const padded = (cutpoints: Tensor): Tensor => {
  const end = (value: number): Tensor => tf.fill([...cutpoints.shape.slice(0, -1), 1], value)
  return tf.concat(
    [end(Number.NEGATIVE_INFINITY), cutpoints, end(Number.POSITIVE_INFINITY)],
    cutpoints.rank - 1,
  )
}

/**
 * log(σ(b) - σ(a)) = log σ(b) + log σ(-a) + log(1 - e^(a-b)): a sum of negative terms, so a narrow class keeps its
 * digits.
 */
const logMass = (predictor: Tensor, cuts: Tensor, index: Tensor): Tensor => {
  const low = takeLast(cuts, index)
  const high = takeLast(cuts, tf.add(index, tf.scalar(1, "int32")))
  const ends = tf.add(logSigmoid(tf.sub(high, predictor)), logSigmoid(tf.sub(predictor, low)))
  return tf.add(ends, log1mexp(tf.sub(high, low)))
}

const draw = (predictor: Tensor, cutpoints: Tensor, key: Key, shape: Shape): Tensor => {
  const u = uniform(key, shape)
  const latent = tf.add(stopGradient(predictor), tf.sub(tf.log(u), tf.log(tf.sub(1, u))))
  return tf.sum(tf.cast(tf.greater(tf.expandDims(latent, -1), stopGradient(cutpoints)), "int32"), -1)
}

/**
 * The ordered logistic distribution over 0 … K-1: p(k) = σ(c_k - predictor) - σ(c_{k-1} - predictor), with `cutpoints` c
 * [...batch, K-1] in increasing order and c_{-1} = -∞, c_{K-1} = ∞.
 *
 * Draws are int32 class numbers; the estimator is the score function.
 * @throws DistributionError where the cut points do not increase.
 * @example orderedLogistic({ predictor: 0, cutpoints: [-1, 1] }).logProb(1)   // log 0.4621172
 */
export const orderedLogistic = (named: {
  readonly predictor: TensorLike
  readonly cutpoints: TensorLike
}): Distribution<Tensor, "boundedInteger"> => {
  const predictor = parameter(family, "predictor", named.predictor, real)
  const cutpoints = parameter(family, "cutpoints", named.cutpoints, ordered)
  const batchShape = broadcastBatch(family, [predictor, 0], [cutpoints, 1])
  const classes = cutpoints.shape[cutpoints.rank - 1]! + 1
  const cuts = padded(cutpoints)
  const support = integerInterval(0, classes - 1)
  const enumerate = (): Tensor =>
    tf.reshape(tf.range(0, classes, 1, "int32"), [classes, ...batchShape.map(() => 1)])
  const logProbs = (): Tensor => logMass(predictor, cuts, tf.tile(enumerate(), [1, ...batchShape]))
  const moment = (power: number): Tensor => {
    const values = tf.pow(tf.cast(enumerate(), "float32"), power)
    return tf.sum(tf.mul(tf.exp(logProbs()), values), 0)
  }
  return distribution<"boundedInteger">({
    family,
    parameters: { predictor, cutpoints },
    support,
    batchShape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => draw(predictor, cutpoints, key, shape),
    logDensity: (value) => {
      const inside = support.contains(value)
      const index = tf.cast(tf.where(inside, value, tf.zerosLike(value)), "int32")
      return tf.where(inside, logMass(predictor, cuts, index), Number.NEGATIVE_INFINITY)
    },
    mean: () => moment(1),
    variance: () => tf.sub(moment(2), tf.square(moment(1))),
    mode: () => tf.argMax(stopGradient(logProbs()), 0),
    entropy: () => {
      const logs = logProbs()
      return tf.neg(tf.sum(expectedLogRatio(tf.exp(logs), logs, tf.zerosLike(logs)), 0))
    },
    enumerate,
  })
}
