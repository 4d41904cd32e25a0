/**
 * The networks inside flows: from some entries of a vector to the parameters that move the others. The last layer starts at
 * zero, so a flow starts as the identity. With masks a network is autoregressive (MADE; Germain et al. 2015). Next: `flow.ts`.
 */
import { param } from "../../../dsl/primitives.js"
import type { Run } from "../../../dsl/types.js"
import { fold, type Key, standardNormal } from "../../../engine/random.js"
import { type Tensor, tf } from "../../../engine/tensor.js"

/** A function from vectors [..., inputs] to parameters [..., outputs]. */
export type Conditioner = (x: Tensor) => Tensor

/** Which entry each unit may depend on: unit j sees unit i of the layer before where the mask [i, j] is 1. */
type Mask = Tensor | undefined

const firstWeights =
  (inputs: number, outputs: number) =>
  (key: Key): Tensor =>
    tf.mul(standardNormal(fold(key, "weights"), [inputs, outputs]), Math.sqrt(2 / (inputs + outputs)))

function* layer(
  name: string,
  inputs: number,
  outputs: number,
  mask: Mask,
  last: boolean,
): Run<any, Conditioner> {
  const bias: Tensor = yield* param(`${name}/bias`, () => tf.zeros([outputs]))
  if (inputs === 0) return (x) => tf.add(tf.zeros([...x.shape.slice(0, -1), outputs]), bias)
  const first = last ? () => tf.zeros([inputs, outputs]) : firstWeights(inputs, outputs)
  const weights: Tensor = yield* param(`${name}/weights`, first as (key: Key) => Tensor)
  const masked = (mask === undefined ? weights : tf.mul(weights, mask)) as tf.Tensor2D
  return (x) => {
    const flat = tf.reshape(x, [-1, inputs]) as tf.Tensor2D
    return tf.reshape(tf.add(tf.matMul(flat, masked), bias), [...x.shape.slice(0, -1), outputs])
  }
}

/** A network with one hidden layer of `hidden` tanh units; none where there are no inputs. */
export function* conditioner(
  name: string,
  inputs: number,
  outputs: number,
  hidden: number,
): Run<any, Conditioner> {
  if (inputs === 0) return yield* layer(name, 0, outputs, undefined, true)
  const first = yield* layer(`${name}/hidden`, inputs, hidden, undefined, false)
  const second = yield* layer(`${name}/out`, hidden, outputs, undefined, true)
  return (x) => second(tf.tanh(first(x)))
}

const maskOf = (
  from: readonly number[],
  to: readonly number[],
  sees: (a: number, b: number) => boolean,
): Tensor => tf.tensor2d(from.map((a) => to.map((b) => (sees(a, b) ? 1 : 0))))

/**
 * A masked network: output i of each of `heads` depends on inputs before i alone. Gives the heads, [..., size] each.
 */
export function* autoregressive(
  name: string,
  size: number,
  heads: number,
  hidden: number,
): Run<any, (x: Tensor) => Tensor[]> {
  const inputs = Array.from({ length: size }, (_, i) => i + 1)
  const between = Array.from({ length: hidden }, (_, i) => 1 + (i % Math.max(1, size - 1)))
  const outputs = Array.from({ length: heads }, () => inputs).flat()
  const first = yield* layer(
    `${name}/hidden`,
    size,
    hidden,
    maskOf(inputs, between, (a, b) => b >= a),
    false,
  )
  const second = yield* layer(
    `${name}/out`,
    hidden,
    heads * size,
    maskOf(between, outputs, (a, b) => b > a),
    true,
  )
  return (x) => tf.split(second(tf.tanh(first(x))), heads, -1)
}
