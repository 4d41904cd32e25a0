/**
 * What a transform is: a differentiable bijection between two supports, with the logarithm of its Jacobian's
 * determinant. Each one is a file here. Left out: which transform leads onto which support (`bijection.ts`), and
 * distributions made by transforms (`../transformed.ts`). Next: `exp.ts`, the shortest, then `bijection.ts`.
 */
import { type Shape, type Tensor, tf } from "../../engine/tensor.js"
import { real, type Support } from "../support.js"

/** A bijection y = f(x) from `domain` to `codomain`; the axes before the event are a batch. */
export interface Transform {
  readonly name: string
  /** Where x lives; its `eventRank` says how many trailing axes one x takes. */
  readonly domain: Support
  /** Where y lives. */
  readonly codomain: Support
  forward(x: Tensor): Tensor
  inverse(y: Tensor): Tensor
  /** log |det dy/dx| for a pair y = f(x), shape: that of x without its event axes. */
  logDetJacobian(x: Tensor, y: Tensor): Tensor
  /** The shape of y for an x of the given shape. */
  forwardShape(shape: Shape): Shape
  /** The shape of x for a y of the given shape. */
  inverseShape(shape: Shape): Shape
}

/** A transform of single numbers, as its formulas. */
export interface Elementwise {
  readonly name: string
  readonly domain?: Support
  readonly codomain?: Support
  forward(x: Tensor): Tensor
  inverse(y: Tensor): Tensor
  /** log |dy/dx|, element by element. */
  logDetJacobian(x: Tensor, y: Tensor): Tensor
}

const same = (shape: Shape): Shape => shape

/** A transform that acts on every number by itself and keeps shapes; from the reals to the reals where not said. */
export const elementwise = (formulas: Elementwise): Transform => ({
  domain: real,
  codomain: real,
  forwardShape: same,
  inverseShape: same,
  ...formulas,
})

/** The sum of `x` over its last `count` axes. */
export const sumOfLast = (x: Tensor, count: number): Tensor =>
  count === 0
    ? x
    : tf.sum(
        x,
        Array.from({ length: count }, (_, i) => x.rank - count + i),
      )

/** A support whose values have `count` more leading axes, each entry a member: what `toEvent` makes of it. */
export const raisedSupport = (support: Support, count: number): Support =>
  count === 0
    ? support
    : {
        ...support,
        eventRank: support.eventRank + count,
        contains: (x) => {
          const inside = support.contains(x)
          return tf.all(
            inside,
            Array.from({ length: count }, (_, i) => inside.rank - count + i),
          )
        },
      }

/** The real numbers as vectors (rank 1), matrices (rank 2), ... */
export const realOfRank = (rank: number): Support => raisedSupport(real, rank)

/**
 * The same transform with `count` more axes counted as event: log-determinants are summed over them.
 *
 * @example raised(exp, 1).logDetJacobian(x, y)   // for x of shape [5, 3]: shape [5]
 */
export const raised = (transform: Transform, count: number): Transform =>
  count === 0
    ? transform
    : {
        ...transform,
        domain: raisedSupport(transform.domain, count),
        codomain: raisedSupport(transform.codomain, count),
        logDetJacobian: (x, y) => sumOfLast(transform.logDetJacobian(x, y), count),
      }

/** The part of `x` from `start`, `size` entries long, on its last axis. */
export const sliceLast = (x: Tensor, start: number, size: number): Tensor =>
  tf.slice(x, [...x.shape.slice(0, -1).map(() => 0), start], [...x.shape.slice(0, -1), size])

/** The length of the last axis. */
export const lastSize = (x: Tensor): number => x.shape[x.rank - 1]!

/** `shape` with its last entry replaced by `change` of it. */
export const withLast = (shape: Shape, change: (size: number) => number): Shape => [
  ...shape.slice(0, -1),
  change(shape[shape.length - 1]!),
]
