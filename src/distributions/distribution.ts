/**
 * What a distribution is, and how one family's few formulas become a whole value of that type: shapes, checks, `toEvent`,
 * `expand` and `mask` are made here once. Left out: the families (one file each), `kl.ts`, and the wrappers' own
 * formulas (`wrappers.ts`). Read `normal.ts` next: it is the pattern for all the others.
 */
import { checksEnabled } from "../engine/checks.js"
import { DistributionError } from "../engine/error.js"
import { type Key, type KeyLike, toKey } from "../engine/random.js"
import { type Shape, type Tensor, type TensorLike, tf, toTensor } from "../engine/tensor.js"
import type { Drawn, Minus, RankOf } from "./rank.js"
import type { Support, SupportKind } from "./support.js"
import { expanded, independent, masked } from "./wrappers.js"

/** How a draw depends on the parameters: differentiably (`pathwise`), not at all (`score`), or with no randomness (`exact`). */
export type GradientKind = "pathwise" | "score" | "exact"

/** What a family may have in closed form. */
export type ClosedForm = "mean" | "variance" | "mode" | "entropy" | "cdf" | "icdf" | "enumerate"

/** A probability distribution over tensors of one event shape, a batch of them at once. */
export interface Distribution<
  out A extends Tensor = Tensor,
  out S extends SupportKind = SupportKind,
  out B extends number = number,
> {
  /** The family's name, `"normal"`. */
  readonly family: string
  /** The parameters as given (one parameterization), by name. */
  readonly parameters: Readonly<Record<string, Tensor>>
  readonly support: Support<S>
  readonly batchShape: Shape
  readonly eventShape: Shape
  readonly gradient: GradientKind
  /** Which closed forms this value has; asking for another throws. */
  readonly closed: ReadonlySet<ClosedForm>
  readonly mean: Tensor
  readonly variance: Tensor
  readonly mode: Tensor
  /** Phantom: the batch rank, for the types. */
  readonly batchRank?: B
  /** Draws of shape [...shape, ...batchShape, ...eventShape]; the same key always gives the same draws. */
  sample(key: KeyLike, shape?: Shape): A
  /** Draws of exactly this full shape, [...sample, ...batch, ...event]; for wrappers and engines. */
  draw(key: Key, shape: Shape): Tensor
  /** Log-density or log-mass, shape [...sample, ...batchShape]; -Infinity outside the support. Shapes must fit without stretching. */
  logProb(value: TensorLike): Tensor
  /** The formula alone: no shape or NaN checks, plain broadcasting. For engines that have checked already. */
  logDensity(value: Tensor): Tensor
  /** Nats, shape batchShape. */
  entropy(): Tensor
  cdf(value: TensorLike): Tensor
  icdf(probability: TensorLike): Tensor
  /** Every value of a finite support, shape [count, 1 (batch axes) …, ...eventShape]. */
  enumerate(): Tensor
  /** Moves the last `count` batch axes into the event: their log-densities are summed. */
  toEvent<const N extends number>(count: N): Distribution<Drawn<RankOf<A>, Minus<B, N>>, S, Minus<B, N>>
  /** The same distribution repeated over a larger batch shape. */
  expand(shape: Shape): Distribution<Tensor, S>
  /** Log-density counted only where `mask` (broadcast to the batch shape) is true. */
  mask(mask: TensorLike): Distribution<A, S, B>
}

/** The formulas of one family; `distribution` makes a value of them. Optional ones only where a closed form is known. */
export interface Family<S extends SupportKind> {
  readonly family: string
  readonly parameters: Readonly<Record<string, Tensor>>
  readonly support: Support<S>
  readonly batchShape: Shape
  readonly eventShape: Shape
  readonly gradient: GradientKind
  /** Draws of exactly this full shape, [...sample, ...batch, ...event]. */
  draw(key: Key, shape: Shape): Tensor
  logDensity(value: Tensor): Tensor
  mean?(): Tensor
  variance?(): Tensor
  mode?(): Tensor
  entropy?(): Tensor
  cdf?(value: Tensor): Tensor
  icdf?(probability: Tensor): Tensor
  enumerate?(): Tensor
}

const show = (shape: Shape): string => `[${shape.join(", ")}]`

const closedForms = ["mean", "variance", "mode", "entropy", "cdf", "icdf", "enumerate"] as const

const missing = (family: string, what: string): DistributionError =>
  new DistributionError("no-closed-form", `${family} has no ${what} in closed form`)

const ask = <F>(family: string, what: string, formula: F | undefined): F => {
  if (formula === undefined) throw missing(family, what)
  return formula
}

/** Throws unless `value` can be scored under the shapes without stretching a batch axis. */
const checkValueShape = (family: string, value: Tensor, batchShape: Shape, eventShape: Shape): void => {
  const events = value.shape.slice(Math.max(0, value.rank - eventShape.length))
  const batch = value.shape.slice(0, Math.max(0, value.rank - eventShape.length))
  const eventFits = events.length === eventShape.length && events.every((size, i) => size === eventShape[i])
  const overlap = Math.min(batch.length, batchShape.length)
  const tail = batch.slice(batch.length - overlap)
  const batchFits = tail.every((size, i) => size === batchShape[batchShape.length - overlap + i])
  if (eventFits && (batchFits || batchShape.length === 0)) return
  throw new DistributionError(
    "shape-mismatch",
    `${family} scores values of shape [..., ${[...batchShape, ...eventShape].join(", ")}] (batch ${show(batchShape)}, ` +
      `event ${show(eventShape)}), but the value has shape ${show(value.shape)}; reshape the value or use toEvent(n)`,
  )
}

const checkNoNaN = (family: string, value: Tensor): void => {
  if (checksEnabled() && tf.tidy(() => tf.any(tf.isNaN(tf.cast(value, "float32"))).dataSync()[0]))
    throw new DistributionError("nan-value", `${family} was asked to score a value that holds NaN`)
}

/** Makes a distribution of a family's formulas: adds the shape and NaN checks and the wrappers every family shares. */
export const distribution = <S extends SupportKind, A extends Tensor = Tensor, B extends number = number>(
  spec: Family<S>,
): Distribution<A, S, B> => {
  const { family, batchShape, eventShape } = spec
  const self: Distribution<A, S, B> = {
    family,
    parameters: spec.parameters,
    support: spec.support,
    batchShape,
    eventShape,
    gradient: spec.gradient,
    closed: new Set(closedForms.filter((form) => spec[form] !== undefined)),
    get mean() {
      return ask(family, "mean", spec.mean)()
    },
    get variance() {
      return ask(family, "variance", spec.variance)()
    },
    get mode() {
      return ask(family, "mode", spec.mode)()
    },
    sample: (key, shape = []) => spec.draw(toKey(key), [...shape, ...batchShape, ...eventShape]) as A,
    draw: spec.draw,
    logProb: (like) => {
      const value = toTensor(like)
      checkValueShape(family, value, batchShape, eventShape)
      checkNoNaN(family, value)
      return spec.logDensity(value)
    },
    logDensity: spec.logDensity,
    entropy: () => ask(family, "entropy", spec.entropy)(),
    cdf: (value) => ask(family, "cdf", spec.cdf)(toTensor(value)),
    icdf: (probability) => ask(family, "icdf", spec.icdf)(toTensor(probability)),
    enumerate: () => ask(family, "enumerate", spec.enumerate)(),
    toEvent: (count) => independent(self, count) as never,
    expand: (shape) => expanded(self, shape),
    mask: (mask) => masked(self, toTensor(mask)) as Distribution<A, S, B>,
  }
  return self
}
