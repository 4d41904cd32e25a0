/**
 * The wrappers that every distribution has as methods: `toEvent` (independent axes as one event), `expand` (a larger
 * batch) and `mask` (count only some). Left out: wrappers that change the law itself (`truncated.ts`,
 * `transformed.ts`, `zero-inflated.ts`). Next: `kl.ts`.
 */
import { DistributionError } from "../engine/error.js"
import { type Shape, type Tensor, tf } from "../engine/tensor.js"
import { type Distribution, distribution, type Family } from "./distribution.js"
import type { Support, SupportKind } from "./support.js"

const lastAxes = (count: number): number[] => Array.from({ length: count }, (_, i) => i - count)

const sumLast = (x: Tensor, count: number): Tensor =>
  count === 0
    ? x
    : tf.sum(
        x,
        lastAxes(count).map((axis) => x.rank + axis),
      )

const allLast = (x: Tensor, count: number): Tensor =>
  count === 0
    ? x
    : tf.all(
        x,
        lastAxes(count).map((axis) => x.rank + axis),
      )

type Inner<S extends SupportKind> = Distribution<Tensor, S>

const has = (inner: Distribution, form: Parameters<typeof inner.closed.has>[0]): boolean =>
  inner.closed.has(form)

type Change = (x: Tensor) => Tensor

/** What a wrapper leaves alone, its moments passed through `value` and its entropy through `batch`. */
const carry = <S extends SupportKind>(inner: Inner<S>, value: Change, batch: Change): Family<S> => ({
  family: inner.family,
  parameters: inner.parameters,
  support: inner.support,
  batchShape: inner.batchShape,
  eventShape: inner.eventShape,
  gradient: inner.gradient,
  draw: (key, shape) => inner.draw(key, shape),
  logDensity: (x) => inner.logDensity(x),
  ...(has(inner, "mean") ? { mean: () => value(inner.mean) } : {}),
  ...(has(inner, "variance") ? { variance: () => value(inner.variance) } : {}),
  ...(has(inner, "mode") ? { mode: () => value(inner.mode) } : {}),
  ...(has(inner, "entropy") ? { entropy: () => batch(inner.entropy()) } : {}),
})

const pointwise = (inner: Distribution): Pick<Family<SupportKind>, "cdf" | "icdf"> => ({
  ...(has(inner, "cdf") ? { cdf: (x: Tensor) => inner.cdf(x) } : {}),
  ...(has(inner, "icdf") ? { icdf: (p: Tensor) => inner.icdf(p) } : {}),
})

const same: Change = (x) => x

/** What a wrapped distribution wraps, and how; `kl` and the estimators look through it. */
export interface Wrapped {
  readonly kind: "independent" | "expanded" | "masked"
  readonly inner: Distribution
  readonly count?: number
  readonly mask?: Tensor
}

const wrappings = new WeakMap<Distribution, Wrapped>()

/** The wrapping of a distribution made by `toEvent`, `expand` or `mask`; undefined for a bare family. */
export const wrapping = (dist: Distribution): Wrapped | undefined => wrappings.get(dist)

const wrap = <S extends SupportKind>(family: Family<S>, wrapped: Wrapped): Distribution<Tensor, S> => {
  const made = distribution<S>(family)
  wrappings.set(made, wrapped)
  return made
}

/** The last `count` batch axes of `inner` as event axes. */
export const independent = <S extends SupportKind>(inner: Inner<S>, count: number): Inner<S> => {
  const { batchShape, eventShape } = inner
  if (!Number.isInteger(count) || count < 0 || count > batchShape.length)
    throw new DistributionError(
      "shape-mismatch",
      `toEvent(${count}) on ${inner.family} needs a whole number from 0 to its ${batchShape.length} batch axes ` +
        `(batch shape [${batchShape.join(", ")}])`,
    )
  if (count === 0) return inner
  const split = batchShape.length - count
  const support: Support<S> = {
    ...inner.support,
    eventRank: inner.support.eventRank + count,
    contains: (x) => allLast(inner.support.contains(x), count),
  }
  return wrap<S>(
    {
      ...carry(inner, same, (x) => sumLast(x, count)),
      support,
      batchShape: batchShape.slice(0, split),
      eventShape: [...batchShape.slice(split), ...eventShape],
      logDensity: (value) => sumLast(inner.logDensity(value), count),
    },
    { kind: "independent", inner, count },
  )
}

/** `inner` repeated over a larger batch shape. */
export const expanded = <S extends SupportKind>(inner: Inner<S>, shape: Shape): Inner<S> => {
  const { batchShape, eventShape } = inner
  const extra = shape.length - batchShape.length
  if (extra < 0 || batchShape.some((size, i) => size !== shape[extra + i] && size !== 1))
    throw new DistributionError(
      "shape-mismatch",
      `expand([${shape.join(", ")}]) does not extend the batch shape [${batchShape.join(", ")}] of ${inner.family}`,
    )
  const toBatch: Change = (x) => tf.broadcastTo(x, [...shape])
  const toValue: Change = (x) => tf.broadcastTo(x, [...shape, ...eventShape])
  return wrap<S>(
    {
      ...carry(inner, toValue, toBatch),
      ...pointwise(inner),
      batchShape: shape,
      logDensity: (value) => {
        const density = inner.logDensity(value)
        // an enumerated value has axes of size 1 where the batch was repeated: its density must be repeated too
        const whole = tf.util.arraysEqual(density.shape.slice(-shape.length), [...shape])
        return whole ? density : tf.add(density, tf.zeros([...shape]))
      },
      ...(has(inner, "enumerate") ? { enumerate: () => enumerateOver(inner, shape.length) } : {}),
    },
    { kind: "expanded", inner },
  )
}

const enumerateOver = (inner: Distribution, rank: number): Tensor => {
  const values = inner.enumerate()
  const ones = Array.from({ length: rank }, () => 1)
  return tf.reshape(values, [values.shape[0]!, ...ones, ...inner.eventShape])
}

const spread = (family: string, keep: Tensor, shape: Shape): Tensor => {
  const fits = keep.shape.every((size, i) => size === 1 || size === shape[shape.length - keep.rank + i])
  if (keep.rank <= shape.length && fits) return tf.broadcastTo(keep, [...shape])
  throw new DistributionError(
    "mask-shape",
    `${family}.mask(…) was given flags of shape [${keep.shape.join(", ")}], which do not fit its batch shape [${shape.join(", ")}]`,
  )
}

/** `inner` with its log-density (and entropy) set to zero where `mask` is false. */
export const masked = <S extends SupportKind>(inner: Inner<S>, mask: Tensor): Inner<S> => {
  const keep = tf.cast(mask, "bool")
  const kept: Change = (x) => tf.where(spread(inner.family, keep, x.shape), x, tf.zerosLike(x))
  return wrap<S>(
    {
      ...carry(inner, same, kept),
      ...pointwise(inner),
      logDensity: (value) => kept(inner.logDensity(value)),
      ...(has(inner, "enumerate") ? { enumerate: () => inner.enumerate() } : {}),
    },
    { kind: "masked", inner, mask: keep },
  )
}
