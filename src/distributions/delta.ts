/**
 * The point mass at one value. Left out: guides of point masses (`../inference/auto-guide`). Next:
 * `multivariate-normal.ts`.
 */
import { DistributionError } from "../engine/error.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { broadcastBatch, isNamed, parameter } from "./parameter.js"
import type { Broadcast, Drawn, Minus } from "./rank.js"
import type { Support } from "./support.js"

/** A point mass whose draws are the value itself, repeated. */
export type Delta<V extends TensorLike, E extends number> = Distribution<
  Drawn<Broadcast<V>, Minus<Broadcast<V>, E>>,
  "point",
  Minus<Broadcast<V>, E>
>

/** How many trailing axes of the value are one event, and the log-density given to the point. */
export interface DeltaOptions<E extends number = number> {
  readonly eventRank?: E
  readonly logDensity?: TensorLike
}

const finiteNumbers = (eventRank: number): Support => ({
  kind: "real",
  eventRank,
  discrete: false,
  text: "finite numbers",
  contains: (x) => allOver(tf.isFinite(x), eventRank),
})

const allOver = (inside: Tensor, eventRank: number): Tensor =>
  eventRank === 0
    ? inside
    : tf.all(
        inside,
        Array.from({ length: eventRank }, (_, i) => inside.rank - eventRank + i),
      )

const point = (value: Tensor, eventRank: number): Support<"point"> => ({
  kind: "point",
  eventRank,
  discrete: true,
  text: "{value}",
  contains: (x) => allOver(tf.equal(x, value), eventRank),
})

const checkRank = (eventRank: number): void => {
  if (!Number.isInteger(eventRank) || eventRank < 0)
    throw new DistributionError(
      "invalid-parameter",
      `delta: 'eventRank' must be a whole number from 0 up, but is ${eventRank}`,
    )
}

/**
 * The point mass (Dirac delta) at `value`: log p(x) is `logDensity` (0 if not given) at x = value and -Infinity
 * elsewhere.
 *
 * The last `eventRank` axes of `value` are one event. A draw is the value with its gradient, which is how a point
 * estimate
 * is trained; its gradient kind is `exact`.
 * @throws DistributionError where `value` is not finite or has fewer than `eventRank` axes.
 * @example delta(3).logProb([3, 4])                            // [0, -Infinity]
 * @example delta(tf.zeros([5, 2]), { eventRank: 1 }).batchShape  // [5]
 */
export function delta<V extends TensorLike, const E extends number = 0>(
  value: V,
  options?: DeltaOptions<E>,
): Delta<V, E>
export function delta<V extends TensorLike, const E extends number = 0>(
  named: { readonly value: V } & DeltaOptions<E>,
): Delta<V, E>
export function delta(
  first: TensorLike | ({ value: TensorLike } & DeltaOptions),
  options: DeltaOptions = {},
): Distribution<Tensor, "point"> {
  const named = isNamed(first) ? first : { ...options, value: first }
  const eventRank = named.eventRank ?? 0
  checkRank(eventRank)
  const value = parameter("delta", "value", named.value, finiteNumbers(eventRank))
  const logDensity = parameter("delta", "logDensity", named.logDensity ?? 0, finiteNumbers(0))
  const batchShape = broadcastBatch("delta", [value, eventRank], [logDensity, 0])
  const eventShape = value.shape.slice(value.rank - eventRank)
  const support = point(value, eventRank)
  const mean = (): Tensor => tf.broadcastTo(value, [...batchShape, ...eventShape])
  return distribution<"point">({
    family: "delta",
    parameters: { value, logDensity },
    support,
    batchShape,
    eventShape,
    gradient: "exact",
    draw: (_, shape) => tf.broadcastTo(value, [...shape]),
    logDensity: (x) =>
      tf.where(
        point(stopGradient(value), eventRank).contains(stopGradient(x)),
        logDensity,
        Number.NEGATIVE_INFINITY,
      ),
    mean,
    variance: () => tf.zerosLike(mean()),
    mode: mean,
    ...(batchShape.length === 0 ? { enumerate: () => tf.expandDims(value, 0) } : {}),
    entropy: () => tf.neg(tf.broadcastTo(logDensity, [...batchShape])),
  })
}
