/**
 * Encoders: from the rows that a latent's encoder sees to the law of the latent. Inputs are put in units of the data they were
 * first made for; a straight linear path stands beside the hidden layers, so a linear-Gaussian posterior is reached exactly.
 * Next: `amortized.ts`.
 */
import type { Distribution } from "../../distributions/distribution.js"
import { multivariateNormal } from "../../distributions/multivariate-normal.js"
import { normal } from "../../distributions/normal.js"
import { transformed } from "../../distributions/transformed.js"
import { compose, lowerCholesky, reshape } from "../../distributions/transforms/index.js"
import { scope } from "../../dsl/handlers.js"
import { type Activation, type Heads, mlp } from "../../dsl/mlp.js"
import { param } from "../../dsl/primitives.js"
import type { Run } from "../../dsl/types.js"
import { stopGradient } from "../../engine/repair/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { intoSupport, logitsShape, ofLogits } from "./factors.js"
import { bijectionOf, type Latent, unconstrainedShape } from "./latent.js"

/** Options of derived encoders. */
export interface AmortizedOptions {
  /** Sizes of the hidden layers; [64] by default, [] for a linear encoder. */
  readonly hidden?: readonly number[]
  readonly activation?: Activation
  /** Of a continuous latent given its inputs: "full" by default up to 8 numbers, "diagonal" beyond. */
  readonly covariance?: "diagonal" | "full"
}

/** Puts values in units: (x - centre) / spread. */
export type InUnits = (x: Tensor) => Tensor

const overRows = (x: Tensor, eventRank: number): number[] =>
  Array.from({ length: x.rank - eventRank }, (_, i) => i)

const spreadOf = (x: Tensor, axes: number[]): Tensor => {
  const spread = tf.sqrt(tf.moments(x, axes).variance)
  return tf.where(tf.greater(spread, 1e-6), spread, tf.onesLike(spread))
}

/**
 * The units of some data: mean and standard deviation of each entry at the params' first values, kept among the params so that
 * new data are measured alike, and never trained.
 */
export function* unitsOf(name: string, data: Tensor, eventRank: number): Run<any, InUnits> {
  const numbers = tf.cast(data, "float32")
  const axes = overRows(numbers, eventRank)
  const centre: Tensor = yield* param(`auto/${name}/centre`, () => tf.mean(numbers, axes))
  const spread: Tensor = yield* param(`auto/${name}/spread`, () => spreadOf(numbers, axes))
  return (x) => tf.div(tf.sub(tf.cast(x, "float32"), stopGradient(centre)), stopGradient(spread))
}

/** A value as features of each row at a depth: [rows …, features]. A latent that stands outside is repeated for every row. */
export const asFeatures = (x: Tensor, rows: readonly number[], plates = rows.length): Tensor => {
  if (plates === rows.length) return tf.reshape(tf.cast(x, "float32"), [...rows, -1])
  const outer = rows.slice(0, plates)
  const features = tf.reshape(tf.cast(x, "float32"), [...outer, ...rows.slice(plates).map(() => 1), -1])
  return tf.add(features, tf.zeros([...rows, 1]))
}

type Outputs<H extends Heads> = { readonly [N in keyof H]: Tensor }

/** Named heads on the features: a network with hidden layers plus a linear one. */
function* network<const H extends Heads>(
  name: string,
  features: Tensor,
  heads: H,
  { hidden = [64], activation = "relu" }: AmortizedOptions,
): Run<any, Outputs<H>> {
  const width = features.shape.at(-1)!
  const straight = yield* scope(`${name}/linear`, mlp([width], heads))
  if (hidden.length === 0) return straight(features)
  const bent = yield* scope(`${name}/hidden`, mlp([width, ...hidden], heads, { activation }))
  const [a, b] = [straight(features), bent(features)] as [Outputs<H>, Outputs<H>]
  return Object.fromEntries(
    Object.keys(heads).map((head) => [head, tf.add(a[head]!, b[head]!)]),
  ) as Outputs<H>
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/** Up to this many numbers a latent has a full covariance unless told otherwise. */
const mostFull = 8

/** Whether a latent's law is to have a full covariance. */
export const isFull = (latent: Latent, covariance: AmortizedOptions["covariance"]): boolean => {
  const size = product(unconstrainedShape(latent))
  return size > 1 && (covariance === undefined ? size <= mostFull : covariance === "full")
}

function* diagonal(latent: Latent, features: Tensor, options: AmortizedOptions): Run<any, Distribution> {
  const shape = unconstrainedShape(latent)
  const size = product(shape)
  const { loc, raw } = yield* network(`auto/${latent.name}`, features, { loc: size, raw: size }, options)
  const rows = features.shape.slice(0, -1)
  const shaped = (x: Tensor): Tensor => tf.reshape(x, [...rows, ...shape])
  return intoSupport(normal(shaped(loc), tf.softplus(shaped(raw))) as Distribution, latent)
}

function* full(latent: Latent, features: Tensor, options: AmortizedOptions): Run<any, Distribution> {
  const shape = unconstrainedShape(latent)
  const size = product(shape)
  const heads = { loc: size, raw: (size * (size + 1)) / 2 }
  const { loc, raw } = yield* network(`auto/${latent.name}`, features, heads, options)
  const base = multivariateNormal({ loc, scaleTril: lowerCholesky.forward(raw) }) as Distribution
  if (latent.support.kind === "real" && shape.length === 1) return base
  return transformed(base, compose(reshape([size], shape), bijectionOf(latent)) as never)
}

function* discrete(latent: Latent, features: Tensor, options: AmortizedOptions): Run<any, Distribution> {
  const shape = logitsShape(latent)
  const { logits } = yield* network(`auto/${latent.name}`, features, { logits: product(shape) }, options)
  return ofLogits(latent, tf.reshape(logits, [...features.shape.slice(0, -1), ...shape]))
}

/** The law of a latent in each row, its head chosen by the latent's support. */
export function* encoded(
  latent: Latent,
  features: Tensor,
  options: AmortizedOptions,
): Run<any, Distribution> {
  if (latent.support.discrete) return yield* discrete(latent, features, options)
  return yield* isFull(latent, options.covariance)
    ? full(latent, features, options)
    : diagonal(latent, features, options)
}
