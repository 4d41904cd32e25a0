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
import { type Activation, mlp } from "../../dsl/mlp.js"
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

/** A head's first bias; zero where none is given. */
type Head = { readonly size: number; readonly bias?: () => Tensor }

/** A linear layer that starts at its bias whatever it is fed. */
function* head(name: string, width: number, { size, bias }: Head): Run<any, (x: Tensor) => Tensor> {
  const weights: Tensor = yield* param(`${name}/weights`, () => tf.zeros([width, size]))
  const shift: Tensor = yield* param(`${name}/bias`, bias ?? (() => tf.zeros([size])))
  return (x) => {
    const flat = tf.reshape(x, [-1, width]) as tf.Tensor2D
    return tf.reshape(tf.add(tf.matMul(flat, weights as tf.Tensor2D), shift), [...x.shape.slice(0, -1), size])
  }
}

type Outputs<H> = { readonly [N in keyof H]: Tensor }

/** Named heads on the features and on the hidden layers they pass through. */
function* network<const H extends Readonly<Record<string, Head>>>(
  name: string,
  features: Tensor,
  heads: H,
  { hidden = [64], activation = "relu" }: AmortizedOptions,
): Run<any, Outputs<H>> {
  const width = features.shape.at(-1)!
  const bent: Tensor | undefined =
    hidden.length === 0 ? undefined : yield* hiddenUnits(name, features, hidden, activation)
  const seen = bent === undefined ? features : tf.concat([features, bent], -1)
  const outputs: [string, Tensor][] = []
  for (const [key, made] of Object.entries(heads))
    outputs.push([key, (yield* head(`${name}/${key}`, width + (hidden.at(-1) ?? 0), made))(seen)])
  return Object.fromEntries(outputs) as Outputs<H>
}

function* hiddenUnits(
  name: string,
  features: Tensor,
  hidden: readonly number[],
  activation: Activation,
): Run<any, Tensor> {
  const layers = yield* scope(
    name,
    mlp([features.shape.at(-1)!, ...hidden.slice(0, -1)], { units: hidden.at(-1)! }, { activation }),
  )
  return tf[activation === "linear" ? "clone" : activation](layers(features).units)
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/** Up to this many numbers a latent has a full covariance unless told otherwise. */
const mostFull = 8

/** Whether a latent's law is to have a full covariance. */
export const isFull = (latent: Latent, covariance: AmortizedOptions["covariance"]): boolean => {
  const size = product(unconstrainedShape(latent))
  return size > 1 && (covariance === undefined ? size <= mostFull : covariance === "full")
}

/** softplus of it is 0.3: a first standard deviation on the unconstrained side. */
const firstRaw = Math.log(Math.exp(0.3) - 1)

/** A triangle, row by row, with `firstRaw` on its diagonal and zeros below. */
const firstTriangle = (size: number): Tensor =>
  tf.tensor1d(
    Array.from({ length: size }, (_, i) =>
      Array.from({ length: i + 1 }, (_, j) => (i === j ? firstRaw : 0)),
    ).flat(),
  )

function* diagonal(latent: Latent, features: Tensor, options: AmortizedOptions): Run<any, Distribution> {
  const shape = unconstrainedShape(latent)
  const size = product(shape)
  const heads = { loc: { size }, raw: { size, bias: () => tf.fill([size], firstRaw) } }
  const { loc, raw } = yield* network(`auto/${latent.name}`, features, heads, options)
  const rows = features.shape.slice(0, -1)
  const shaped = (x: Tensor): Tensor => tf.reshape(x, [...rows, ...shape])
  return intoSupport(normal(shaped(loc), tf.softplus(shaped(raw))) as Distribution, latent)
}

function* full(latent: Latent, features: Tensor, options: AmortizedOptions): Run<any, Distribution> {
  const shape = unconstrainedShape(latent)
  const size = product(shape)
  const heads = { loc: { size }, raw: { size: (size * (size + 1)) / 2, bias: () => firstTriangle(size) } }
  const { loc, raw } = yield* network(`auto/${latent.name}`, features, heads, options)
  const base = multivariateNormal({ loc, scaleTril: lowerCholesky.forward(raw) }) as Distribution
  if (latent.support.kind === "real" && shape.length === 1) return base
  return transformed(base, compose(reshape([size], shape), bijectionOf(latent)) as never)
}

function* discrete(latent: Latent, features: Tensor, options: AmortizedOptions): Run<any, Distribution> {
  const shape = logitsShape(latent)
  const { logits } = yield* network(
    `auto/${latent.name}`,
    features,
    { logits: { size: product(shape) } },
    options,
  )
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
