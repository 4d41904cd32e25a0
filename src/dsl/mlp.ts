/**
 * Multilayer perceptrons as programs: `mlp` yields `param` sites, or latent ones where weights have a prior, and returns a
 * function. Left out: convolutions, and layers with state.
 */
import type { Distribution } from "../distributions/distribution.js"
import { fold, type Key, standardNormal } from "../engine/random.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { part } from "./parts.js"
import { param, sample } from "./primitives.js"
import type { Site } from "./site.js"
import { programError } from "./site-error.js"
import type { Run } from "./types.js"

/** What stands between two layers. */
export type Activation = "relu" | "tanh" | "softplus" | "sigmoid" | "elu" | "linear"

/** Options of a network. */
export interface MlpOptions {
  /** Between layers, and after the last hidden one before heads; relu by default. */
  readonly activation?: Activation
}

/** The law of an array of weights, given its shape. */
export type WeightPrior = (shape: readonly number[]) => Distribution<Tensor, "real">

/** Options of a network whose weights are latent. */
export interface BayesianOptions extends MlpOptions {
  /** Each weight's law, `(shape) => normal(tf.zeros([...shape]), 1)`; its batch is taken as one event. */
  readonly prior: WeightPrior
}

/** The sites of a network whose weights have a prior. */
export type BayesianSites =
  | Site<`layer${number}/weights` | `${string}/weights`, tf.Tensor2D, "real", "latent">
  | Site<`layer${number}/bias` | `${string}/bias`, tf.Tensor1D, "real", "latent">

/** The sites of a network. */
export type MlpSites =
  | Site<`layer${number}/weights` | `${string}/weights`, tf.Tensor2D, "real", "param">
  | Site<`layer${number}/bias` | `${string}/bias`, tf.Tensor1D, "real", "param">

/** Named outputs of one network: `{ loc: 20, raw: 20 }`. */
export type Heads = Readonly<Record<string, number>>

type Layer = (x: Tensor) => Tensor

const activations: Readonly<Record<Activation, Layer>> = {
  relu: (x) => tf.relu(x),
  tanh: (x) => tf.tanh(x),
  softplus: (x) => tf.softplus(x),
  sigmoid: (x) => tf.sigmoid(x),
  elu: (x) => tf.elu(x),
  linear: (x) => x,
}

const activationOf = (name: Activation): Layer => {
  if (Object.hasOwn(activations, name)) return activations[name]
  throw programError(
    "bad-option",
    `mlp was given activation: ${String(name)}`,
    `give one of ${Object.keys(activations).join(", ")}`,
  )
}

/** Glorot and Bengio (2010): normal with variance 2 / (inputs + outputs), drawn from the site's key. */
const glorot =
  (inputs: number, outputs: number) =>
  (key: Key): tf.Tensor2D =>
    tf.mul(standardNormal(fold(key, "glorot"), [inputs, outputs]), Math.sqrt(2 / (inputs + outputs)))

/** Applies weights to the last axis of `x`, whatever stands before it. */
const affine = (x: Tensor, weights: tf.Tensor2D, bias: tf.Tensor1D): Tensor => {
  const [inputs, outputs] = weights.shape
  if (x.rank === 2) return tf.add(tf.matMul(x as tf.Tensor2D, weights), bias)
  const flat = tf.reshape(x, [-1, inputs]) as tf.Tensor2D
  return tf.reshape(tf.add(tf.matMul(flat, weights), bias), [...x.shape.slice(0, -1), outputs])
}

const checkWidth = (name: string, x: Tensor, inputs: number): void => {
  if (x.shape.at(-1) !== inputs)
    throw programError(
      "network-shape",
      `the network's ${name} takes rows of ${inputs} numbers, but was given shape [${x.shape.join(", ")}]`,
      "make the first size of mlp([…]) the length of the input's last axis",
    )
}

const priorOf = (
  prior: WeightPrior,
  name: string,
  shape: readonly number[],
): Distribution<Tensor, "real"> => {
  const law = prior(shape)
  const event = law.batchShape.length > 0 ? law.toEvent(law.batchShape.length) : law
  if (`${event.eventShape}` === `${shape}`) return event as Distribution<Tensor, "real">
  throw programError(
    "network-shape",
    `the prior of the network's ${name} has shape [${event.eventShape.join(", ")}], but its weights [${shape.join(", ")}]`,
    "give the prior the shape it is called with: (shape) => normal(tf.zeros([...shape]), 1)",
  )
}

/** A layer's weights and bias: params, or latents under the prior. */
function* weightsOf(name: string, inputs: number, outputs: number, prior?: WeightPrior): Run<any, Tensor[]> {
  if (prior === undefined) {
    const weights = yield* param(`${name}/weights`, glorot(inputs, outputs))
    return [weights, yield* param(`${name}/bias`, () => tf.zeros([outputs]) as tf.Tensor1D)]
  }
  const weights = yield* sample(`${name}/weights`, priorOf(prior, `${name}/weights`, [inputs, outputs]))
  return [weights, yield* sample(`${name}/bias`, priorOf(prior, `${name}/bias`, [outputs]))]
}

function* layer(name: string, inputs: number, outputs: number, prior?: WeightPrior): Run<any, Layer> {
  const [weights, bias] = yield* weightsOf(name, inputs, outputs, prior)
  return (x) => {
    checkWidth(name, x, inputs)
    return affine(x, weights as tf.Tensor2D, bias as tf.Tensor1D)
  }
}

const isHeads = (second: Heads | Options | undefined): second is Heads =>
  second !== undefined && Object.values(second).some((size) => typeof size === "number")

const checkSizes = (sizes: readonly number[], heads: Heads): void => {
  const all = [...sizes, ...Object.values(heads)]
  if (
    sizes.length + Math.min(1, Object.keys(heads).length) >= 2 &&
    all.every((size) => Number.isInteger(size) && size > 0)
  )
    return
  throw programError(
    "network-shape",
    `mlp was given sizes [${all.join(", ")}]`,
    "give at least two whole numbers above 0: mlp([784, 400, 20])",
  )
}

/**
 * A multilayer perceptron: [inputs, hidden …, outputs], affine layers with an activation between them.
 *
 * With named heads the sizes end at the last hidden layer, and the function returns one output per head. Works on the last
 * axis of its input, so rows, particles and enumerated values may stand in front.
 * With a `prior` weights and biases are latent sites instead of params, named alike, and a guide covers them
 * (`autoGuide.meanField`, say): a Bayesian network. At a prior's shape other than the weights' it throws `network-shape`.
 * @example const decode = yield* scope("decoder", mlp([20, 400, 784]))
 * @example const f = yield* scope("f", mlp([1, 20, 1], { prior: (shape) => normal(tf.zeros([...shape]), 1) }))
 * @example const { loc, raw } = (yield* scope("encoder", mlp([784, 400], { loc: 20, raw: 20 })))(images)
 */
export function mlp(
  sizes: readonly number[],
  options: BayesianOptions,
): Run<BayesianSites, (x: Tensor) => Tensor>
export function mlp(sizes: readonly number[], options?: MlpOptions): Run<MlpSites, (x: Tensor) => Tensor>
export function mlp<const H extends Heads>(
  sizes: readonly number[],
  heads: H,
  options: BayesianOptions,
): Run<BayesianSites, (x: Tensor) => { readonly [N in keyof H]: Tensor }>
export function mlp<const H extends Heads>(
  sizes: readonly number[],
  heads: H,
  options?: MlpOptions,
): Run<MlpSites, (x: Tensor) => { readonly [N in keyof H]: Tensor }>
export function mlp(sizes: readonly number[], second?: Heads | Options, third?: Options): Run<any, any> {
  return part("mlp", network(sizes, second, third))
}

type Options = MlpOptions | BayesianOptions

function* network(sizes: readonly number[], second?: Heads | Options, third?: Options): Run<any, any> {
  const heads = isHeads(second) ? second : {}
  const options = isHeads(second) ? third : second
  const prior = (options as Partial<BayesianOptions> | undefined)?.prior
  checkSizes(sizes, heads)
  const activate = activationOf(options?.activation ?? "relu")
  const layers: Layer[] = []
  for (let i = 0; i + 1 < sizes.length; i++)
    layers.push(yield* layer(`layer${i}`, sizes[i]!, sizes[i + 1]!, prior))
  const named: [string, Layer][] = []
  for (const [name, size] of Object.entries(heads))
    named.push([name, yield* layer(name, sizes.at(-1)!, size, prior)])
  const body = (x: Tensor): Tensor =>
    layers.reduce((hidden, apply, i) => (i === 0 ? apply(hidden) : apply(activate(hidden))), x)
  if (named.length === 0) return body
  return (x: Tensor) => {
    const hidden = layers.length === 0 ? x : activate(body(x))
    return Object.fromEntries(named.map(([name, apply]) => [name, apply(hidden)]))
  }
}
