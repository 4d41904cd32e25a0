/**
 * Supports measured in units of the data: the same set, its unconstrained side counted from `loc` in steps of `scale`. An
 * optimizer that moves every number by about its rate then moves a column in metres as well as one in micrometres.
 */
import { DistributionError } from "../engine/error.js"
import { type NestedNumbers, type Tensor, tf } from "../engine/tensor.js"
import type { Support, SupportKind } from "./support.js"
import { bijectionTo } from "./transforms/bijection.js"
import { sumOfLast, type Transform } from "./transforms/transform.js"

/** Units as plain numbers that broadcast against a value: its origin (0 if left out) and its scale, above 0. */
export interface Units {
  readonly loc?: number | NestedNumbers
  readonly scale: number | NestedNumbers
}

/** Numbers, not tensors: a support outlives the scope that its program ran in. */
const toTensor = (numbers: number | NestedNumbers): Tensor =>
  tf.tensor(numbers as tf.TensorLike, undefined, "float32")

const allowed: readonly SupportKind[] = ["real", "positive", "lowerCholesky"]

/** 1 where an entry is free: everywhere but above the diagonal of a triangle. */
const freeEntries = (y: Tensor, kind: SupportKind): Tensor => {
  if (kind !== "lowerCholesky") return tf.onesLike(y)
  const index = tf.range(0, y.shape[y.rank - 1]!)
  return tf.add(tf.zerosLike(y), tf.cast(tf.greaterEqual(tf.expandDims(index, 1), index), "float32"))
}

const measured = (base: Transform, kind: SupportKind, units: () => Units): Transform => {
  const scale = (): Tensor => toTensor(units().scale)
  const loc = (): Tensor => toTensor(units().loc ?? 0)
  const back = (y: Tensor): Tensor => tf.div(tf.sub(y, loc()), scale())
  return {
    ...base,
    name: `${base.name} in units`,
    forward: (x) => tf.add(loc(), tf.mul(scale(), base.forward(x))),
    inverse: (y) => base.inverse(back(y)),
    logDetJacobian: (x, y) => {
      const stretch = tf.mul(freeEntries(y, kind), tf.log(scale()))
      return tf.add(base.logDetJacobian(x, back(y)), sumOfLast(stretch, base.codomain.eventRank))
    },
  }
}

/**
 * The same support, reached by y = loc + scale · f(x), where f is its usual bijection. The set must be closed under that:
 * all reals; numbers above 0 with no `loc`; Cholesky factors with no `loc` and a scale for each row, [n, 1].
 *
 * Units may be given as a function, which is asked when a value is first carried over: a model can take them from its data
 * without reading them at every step.
 * @throws DistributionError for another kind of support.
 * @example yield* param("means", first, inUnits(real, { loc: columnMeans, scale: columnSpreads }))
 */
export const inUnits = <S extends SupportKind>(
  support: Support<S>,
  units: Units | (() => Units),
): Support<S> => {
  if (!allowed.includes(support.kind))
    throw new DistributionError(
      "no-units",
      `inUnits was given ${support.text}; only ${allowed.join(", ")} can be measured in units`,
    )
  const given = typeof units === "function" ? units : () => units
  return { ...support, bijection: measured(bijectionTo(support), support.kind, given) }
}
