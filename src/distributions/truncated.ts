/**
 * A continuous distribution restricted to an interval. Left out: the normal's own exact tails
 * (`truncated-normal.ts`). Next: `distribution.ts`.
 */
import { checksEnabled } from "../engine/checks.js"
import { DistributionError } from "../engine/error.js"
import { uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import { broadcastBatch, parameter } from "./parameter.js"
import { interval, type Support } from "./support.js"
import { logit } from "./support-vector.js"

/** The ends of the interval; either may be left out. */
export interface Ends {
  readonly low?: TensorLike
  readonly high?: TensorLike
}

const family = "truncated"

const checkBase = (base: Distribution): void => {
  const fits = base.closed.has("cdf") && base.closed.has("icdf") && !base.support.discrete
  if (fits && base.eventShape.length === 0) return
  throw new DistributionError(
    "no-closed-form",
    `${family}: the base must be a continuous distribution of numbers with a cdf and its inverse, which ${base.family} is not`,
  )
}

const checkMass = (base: Distribution, mass: Tensor): void => {
  if (!checksEnabled() || tf.tidy(() => tf.all(tf.greater(mass, 0)).dataSync()[0] === 1)) return
  throw new DistributionError(
    "invalid-parameter",
    `${family}: between 'low' and 'high' ${base.family} has no mass that its float32 cdf can tell from 0; ` +
      "low must lie below high, and not far out in the upper tail",
  )
}

const read = (name: "low" | "high", given: TensorLike | undefined): Tensor | undefined =>
  given === undefined ? undefined : parameter(family, name, given, logit)

const given = (ends: Readonly<Record<string, Tensor | undefined>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(ends).filter(([, end]) => end !== undefined)) as Record<string, Tensor>

const supportOf = (
  base: Distribution,
  low: Tensor | undefined,
  high: Tensor | undefined,
): Support<"interval"> => {
  const [least, most] = base.support.bounds ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const bounded = interval(
    low === undefined ? least : tf.maximum(low, least),
    high === undefined ? most : tf.minimum(high, most),
  )
  return { ...bounded, contains: (x) => tf.logicalAnd(bounded.contains(x), base.support.contains(x)) }
}

const clipped = (x: Tensor, low: Tensor | undefined, high: Tensor | undefined): Tensor => {
  const above = low === undefined ? x : tf.maximum(x, low)
  return high === undefined ? above : tf.minimum(above, high)
}

/**
 * `base` restricted to [low, high]: log p(x) = log p_base(x) - log(F(high) - F(low)) inside, -Infinity outside, with F
 * the
 * base's cdf. Draws are the base's quantiles of uniform numbers between F(low) and F(high), pathwise where its are.
 *
 * Exact while F tells `low` from `high`; far out in an upper tail F rounds to 1 (the normal has `truncatedNormal` for
 * that).
 * @throws DistributionError where `base` lacks a cdf or its inverse, or has no mass in the interval.
 * @example truncated({ baseDist: normal(0, 1), low: 0 }).logProb(-1)   // -Infinity
 * @example truncated(exponential(1), { high: 2 }).logProb(1)   // -0.854586
 */
export function truncated(base: Distribution, ends: Ends): Distribution<Tensor, "interval">
export function truncated(named: { readonly baseDist: Distribution } & Ends): Distribution<Tensor, "interval">
export function truncated(
  first: Distribution | ({ readonly baseDist: Distribution } & Ends),
  second: Ends = {},
): Distribution<Tensor, "interval"> {
  const [base, { low, high }] = "baseDist" in first ? [first.baseDist, first] : [first, second]
  checkBase(base)
  const [lowest, highest] = [read("low", low), read("high", high)]
  const ends = given({ low: lowest, high: highest })
  const stand = tf.zeros([...base.batchShape])
  const batchShape = broadcastBatch(
    family,
    [stand, 0],
    ...Object.values(ends).map((end) => [end, 0] as const),
  )
  const below = lowest === undefined ? tf.scalar(0) : base.cdf(lowest)
  const upTo = highest === undefined ? tf.scalar(1) : base.cdf(highest)
  const mass = tf.sub(upTo, below)
  checkMass(base, mass)
  const support = supportOf(base, lowest, highest)
  const inner = clipped(base.icdf(tf.add(below, tf.mul(0.5, mass))), lowest, highest)
  const quantile = (p: Tensor): Tensor => clipped(base.icdf(tf.add(below, tf.mul(p, mass))), lowest, highest)
  return distribution<"interval">({
    family,
    parameters: { ...base.parameters, ...ends },
    support,
    batchShape,
    eventShape: [],
    gradient: base.gradient,
    draw: (key, shape: Shape) => quantile(uniform(key, shape)),
    logDensity: (x) => {
      const inside = support.contains(stopGradient(x))
      const density = base.logDensity(tf.where(inside, x, stopGradient(inner)))
      return tf.where(inside, tf.sub(density, tf.log(mass)), Number.NEGATIVE_INFINITY)
    },
    cdf: (x) => tf.clipByValue(tf.div(tf.sub(base.cdf(clipped(x, lowest, highest)), below), mass), 0, 1),
    icdf: quantile,
  })
}
