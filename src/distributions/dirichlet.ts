/**
 * The Dirichlet distribution on the simplex. Left out: counts given by one (`dirichlet-multinomial.ts`). Next:
 * `multinomial.ts`.
 */
import { stopGradient } from "../engine/repair/index.js"
import { rowKernel } from "../engine/row-kernel.js"
import { lgamma as doubleLgamma } from "../engine/special/double/gamma.js"
import { digamma, digammaDifference, lgamma, logStandardGamma } from "../engine/special/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { registerKl } from "./kl.js"
import { isNamed, parameter } from "./parameter.js"
import type { Drawn, Minus, RankOf } from "./rank.js"
import { simplex } from "./support.js"
import { positiveVector } from "./support-vector.js"

/** A Dirichlet distribution whose draws' rank follows from its parameter's type. */
export type Dirichlet<C extends TensorLike> = Distribution<
  Drawn<RankOf<C>, Minus<RankOf<C>, 1>>,
  "simplex",
  Minus<RankOf<C>, 1>
>

/** (a - 1) / x, and 0 where a is 1 whatever x is. */
const slope = (x: Tensor, a: Tensor): Tensor => {
  const flat = tf.equal(a, 1)
  return tf.where(flat, 0, tf.div(tf.sub(a, 1), tf.where(flat, 1, x)))
}

/** digamma(Σa) - digamma(a), without cancellation. */
const digammaGap = (a: Tensor): Tensor => digammaDifference(a, tf.sub(tf.sum(a, -1, true), a))

const rowDensity = rowKernel({
  name: "LatentlyDirichletLogDensity",
  term: (x, a) => (a === 1 ? 0 : (a - 1) * Math.log(x)) - doubleLgamma(a),
  nativeTerm: (ops, x, a) => ops.sub(ops.call("Xlogy", ops.sub(a, 1), x), ops.call("Lgamma", a)),
  total: (_, a) => doubleLgamma(a),
  nativeTotal: (ops, _, a) => ops.call("Lgamma", a),
  gradient: (dy, x, a) => [() => tf.mul(dy, slope(x, a)), () => tf.mul(dy, tf.add(tf.log(x), digammaGap(a)))],
})

/**
 * Poles of both signs can meet at a corner and make NaN, the only number that differs from itself: -Infinity
 * instead.
 */
const resolved = (density: Tensor): Tensor =>
  tf.where(tf.notEqual(density, density), Number.NEGATIVE_INFINITY, density)

const logDensity = (concentration: Tensor) => (x: Tensor) => {
  const inside = simplex.contains(stopGradient(x))
  const safe = tf.where(tf.expandDims(inside, -1), x, 1 / x.shape[x.rank - 1]!)
  return tf.where(inside, resolved(rowDensity(safe, concentration)), Number.NEGATIVE_INFINITY)
}

/** log B(a) = Σ lgamma(a_k) - lgamma(Σ a_k), shape batch. */
const logNormalizer = (a: Tensor): Tensor => tf.sub(tf.sum(lgamma(a), -1), lgamma(tf.sum(a, -1)))

const entropy = (a: Tensor): Tensor => {
  const total = tf.sum(a, -1)
  const pull = tf.mul(tf.sub(total, a.shape[a.rank - 1]!), digamma(total))
  return tf.sub(tf.add(logNormalizer(a), pull), tf.sum(tf.mul(tf.sub(a, 1), digamma(a)), -1))
}

/** (a_k - 1)₊ over their sum; a corner where no concentration is above 1. */
const mode = (a: Tensor): Tensor => {
  const above = tf.relu(tf.sub(a, 1))
  const total = tf.sum(above, -1, true)
  const corner = tf.cast(tf.oneHot(tf.argMax(a, -1), a.shape[a.rank - 1]!), "float32")
  const inner = tf.greater(stopGradient(total), 0)
  return tf.where(inner, tf.div(above, tf.where(inner, total, 1)), corner)
}

/** The smallest normal float32 number: draws keep off 0, where concentrations below 1 have an infinite density. */
const tiny = 1.1754944e-38

/**
 * The Dirichlet distribution, log p(x) = Σ (a_k - 1) log x_k - Σ lgamma(a_k) + lgamma(Σ a_k), of the last axis of
 * `concentration` a, [...batch, K], above 0.
 *
 * Draws are normalized gamma draws, made in log space so that concentrations of 1e-6 work; their gradients are implicit.
 * @throws DistributionError where a concentration is not positive.
 * @example dirichlet([1, 1, 1]).logProb([0.2, 0.3, 0.5])   // log 2
 * @example dirichlet({ concentration: [2, 3] }).mean        // [0.4, 0.6]
 */
export function dirichlet<C extends TensorLike>(concentration: C): Dirichlet<C>
export function dirichlet<C extends TensorLike>(named: { readonly concentration: C }): Dirichlet<C>
export function dirichlet(
  first: TensorLike | { concentration: TensorLike },
): Distribution<Tensor, "simplex"> {
  const named = isNamed(first) ? first : { concentration: first }
  const a = parameter("dirichlet", "concentration", named.concentration, positiveVector)
  const mean = (): Tensor => tf.div(a, tf.sum(a, -1, true))
  return distribution<"simplex">({
    family: "dirichlet",
    parameters: { concentration: a },
    support: simplex,
    batchShape: a.shape.slice(0, -1),
    eventShape: a.shape.slice(-1),
    gradient: "pathwise",
    draw: (key, shape) => tf.maximum(tf.softmax(logStandardGamma(key, a, shape)), tiny),
    logDensity: logDensity(a),
    mean,
    variance: () => {
      const m = mean()
      return tf.div(tf.mul(m, tf.sub(1, m)), tf.add(tf.sum(a, -1, true), 1))
    },
    mode: () => mode(a),
    entropy: () => entropy(a),
  })
}

/** log B(b) - log B(a) + Σ (a_k - b_k)(digamma(a_k) - digamma(Σ a)). */
registerKl("dirichlet", "dirichlet", (p, q) => {
  const [a, b] = [p.parameters.concentration!, q.parameters.concentration!]
  const pull = tf.sum(tf.mul(tf.sub(b, a), digammaGap(a)), -1)
  return tf.add(tf.sub(logNormalizer(b), logNormalizer(a)), pull)
})
