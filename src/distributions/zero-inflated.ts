/** A distribution of counts with extra zeros. Next: `poisson.ts`. */
import { DistributionError } from "../engine/error.js"
import { fold, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { expm1, log1p, logSigmoid, logSumExp } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { chosen } from "./parameterization.js"
import { type SupportKind, unit } from "./support.js"
import { logit } from "./support-vector.js"

/** The chance of an extra zero, or its log-odds. */
export type Gate =
  | { readonly gate: TensorLike; readonly gateLogits?: undefined }
  | { readonly gateLogits: TensorLike; readonly gate?: undefined }

const family = "zeroInflated"

/** log p, -Infinity with gradient 0 where p is 0. */
const safeLog = (p: Tensor, log: (p: Tensor) => Tensor, never: number): Tensor => {
  const possible = tf.notEqual(p, never)
  return tf.where(possible, log(tf.where(possible, p, 0.5)), Number.NEGATIVE_INFINITY)
}

const checkBase = (base: Distribution): void => {
  const holdsZero = base.support.discrete && base.eventShape.length === 0
  if (holdsZero) return
  throw new DistributionError(
    "invalid-parameter",
    `${family}: the base must be a distribution of single counts, but ${base.family} has support ${base.support.text} ` +
      `and event shape [${base.eventShape.join(", ")}]`,
  )
}

/** log(e^a + e^b), elementwise with broadcasting. */
const logAdd = (a: Tensor, b: Tensor): Tensor => {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape)
  const none = tf.zeros(shape)
  return logSumExp(tf.stack([tf.add(a, none), tf.add(b, none)], shape.length), -1)
}

/**
 * log(g + (1 - g) p) for a zero: near certainty from its distance to 1, elsewhere from the two logarithms, so that
 * neither a
 * nearly certain nor a nearly impossible zero loses its digits.
 */
const logZeroMass = (logZero: Tensor, own: Tensor, rest: Tensor, logBaseZero: Tensor): Tensor => {
  const short = tf.mul(rest, expm1(logBaseZero))
  const near = tf.greater(short, -0.5)
  return tf.where(near, log1p(tf.where(near, short, 0)), logAdd(logZero, own))
}

/**
 * A distribution of counts that is 0 with probability `gate` and else a draw from `base`: p(0) = g + (1 - g)
 * p_base(0), and
 * p(x) = (1 - g) p_base(x) for other x. `gate` in [0, 1], or `gateLogits`, broadcasts against the base's batch.
 *
 * The estimator is the score function.
 * @throws DistributionError where `base` is not a discrete distribution of numbers, or not exactly one gate is given.
 * @example zeroInflated({ baseDist: poisson(2), gate: 0.3 }).mean            // 1.4
 * @example zeroInflated(poisson(2), { gate: 0.3 }).logProb(0)   // -0.9295
 */
export function zeroInflated<S extends SupportKind>(
  base: Distribution<Tensor, S>,
  gate: Gate,
): Distribution<Tensor, S>
export function zeroInflated<S extends SupportKind>(
  named: { readonly baseDist: Distribution<Tensor, S> } & Gate,
): Distribution<Tensor, S>
export function zeroInflated<S extends SupportKind>(
  first: Distribution<Tensor, S> | ({ readonly baseDist: Distribution<Tensor, S> } & Gate),
  second?: Gate,
): Distribution<Tensor, S> {
  const [base, named] = "baseDist" in first ? [first.baseDist, first] : [first, second!]
  checkBase(base)
  const name = chosen(family, named, "gate", "gateLogits")
  const given = parameter(family, name, named[name]!, name === "gate" ? unit : logit)
  const gate = name === "gate" ? given : tf.sigmoid(given)
  const logZero = name === "gate" ? safeLog(given, tf.log, 0) : logSigmoid(given)
  const logBase = name === "gate" ? safeLog(given, (p) => log1p(tf.neg(p)), 1) : logSigmoid(tf.neg(given))
  const stand = tf.zeros([...base.batchShape])
  const batchShape = broadcastBatch(family, [given, 0], [stand, 0])
  const rest = name === "gate" ? tf.sub(1, given) : tf.sigmoid(tf.neg(given))
  const { closed } = base
  return distribution<S>({
    family,
    parameters: { ...base.parameters, [name]: given },
    support: base.support,
    batchShape,
    eventShape: [],
    gradient: "score",
    draw: (key, shape) => {
      const zero = tf.less(uniform(fold(key, "gate"), shape), stopGradient(gate))
      const drawn = stopGradient(base.draw(fold(key, "base"), shape))
      return tf.where(zero, tf.zerosLike(drawn), drawn)
    },
    logDensity: (x) => {
      const ofBase = base.logDensity(x)
      const own = tf.add(logBase, ofBase)
      const mass = tf.where(tf.equal(x, 0), logZeroMass(logZero, own, rest, ofBase), own)
      return tf.where(base.support.contains(stopGradient(x)), mass, Number.NEGATIVE_INFINITY)
    },
    ...(closed.has("mean") ? { mean: () => tf.mul(rest, base.mean) } : {}),
    ...(closed.has("mean") && closed.has("variance")
      ? { variance: () => tf.mul(rest, tf.add(base.variance, tf.mul(gate, tf.square(base.mean)))) }
      : {}),
    ...(closed.has("cdf")
      ? {
          cdf: (x: Tensor) =>
            tf.add(tf.mul(gate, tf.cast(tf.greaterEqual(x, 0), "float32")), tf.mul(rest, base.cdf(x))),
        }
      : {}),
    ...(closed.has("enumerate") ? { enumerate: () => enumerateOver(base, batchShape.length) } : {}),
  })
}

const enumerateOver = (base: Distribution, rank: number): Tensor => {
  const values = base.enumerate()
  return tf.reshape(values, [values.shape[0]!, ...Array.from({ length: rank }, () => 1)])
}
