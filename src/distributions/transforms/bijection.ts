/**
 * The transform that leads from unconstrained reals onto a support: what a constrained `param`, an automatic guide and a
 * Laplace approximation all use. Left out: discrete supports, which have none. Next: `../transformed.ts`.
 */
import { match } from "ts-pattern"
import { DistributionError } from "../../engine/error.js"
import { type TensorLike, tf } from "../../engine/tensor.js"
import type { Support, SupportKind } from "../support.js"
import { affine } from "./affine.js"
import { bounded } from "./bounded.js"
import { compose } from "./compose.js"
import { correlationCholesky } from "./correlation-cholesky.js"
import { exp } from "./exp.js"
import { identity } from "./identity.js"
import { lowerCholesky } from "./lower-cholesky.js"
import { ordered, positiveOrdered } from "./ordered.js"
import { positiveDefinite } from "./positive-definite.js"
import { sigmoid } from "./sigmoid.js"
import { stickBreaking } from "./stick-breaking.js"
import { raised, type Transform } from "./transform.js"
import { unitVector } from "./unit-vector.js"

const endsOf = (support: Support): readonly [TensorLike, TensorLike] =>
  support.ends ?? support.bounds ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

/** exp, moved up to the lower end where that is not 0. */
const above = (low: TensorLike): Transform =>
  low === 0 ? exp : { ...compose(exp, affine({ loc: low, scale: 1 })), name: "exp above low" }

const refuse = (support: Support): never => {
  throw new DistributionError(
    "no-bijection",
    `no bijection leads from the reals onto ${support.text}: its members are isolated points`,
  )
}

const bare = (support: Support): Transform =>
  match<SupportKind, Transform>(support.kind)
    .with("real", () => identity)
    .with("positive", () => above(endsOf(support)[0]))
    .with("unit", () => sigmoid)
    .with("interval", "angle", () => bounded(...endsOf(support)))
    .with("simplex", () => stickBreaking)
    .with("ordered", () => ordered)
    .with("positiveOrdered", () => positiveOrdered)
    .with("unitVector", () => unitVector)
    .with("lowerCholesky", () => lowerCholesky)
    .with("correlationCholesky", () => correlationCholesky)
    .with("positiveDefinite", () => positiveDefinite)
    .with("integer", "boundedInteger", "boolean", "oneHot", "point", () => refuse(support))
    .exhaustive()

/**
 * The transform from unconstrained reals onto a support, event axes raised to the support's own.
 *
 * Positive numbers are reached by exp, not softplus: relative steps suit scales of any size, its inverse and
 * log-determinant are exact in float32, and posteriors in the unconstrained space compare with Stan's and NumPyro's.
 * Intervals are reached by a scaled logistic function, the simplex by stick-breaking (zero is its centre), Cholesky
 * factors with a softplus diagonal, unit vectors by stereographic projection (one dimension fewer, one point left out).
 *
 * @throws DistributionError for a discrete support.
 * @example bijectionTo(positive).forward(tf.scalar(0))                     // 1
 * @example bijectionTo(dirichlet([1, 1, 1]).support).inverse(shares)       // two reals
 */
export const bijectionTo = (support: Support): Transform => {
  const transform = support.bijection ?? bare(support)
  const extra = support.eventRank - transform.codomain.eventRank
  return { ...raised(transform, extra), codomain: support }
}

/** An unconstrained start of zeros for a value of the given shape: the middle of the support. */
export const unconstrainedZeros = (support: Support, shape: readonly number[]): ReturnType<typeof tf.zeros> =>
  tf.zeros([...bijectionTo(support).inverseShape(shape)])
