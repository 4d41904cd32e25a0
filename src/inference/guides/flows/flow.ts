/**
 * What a flow layer is, and how layers make a transform. A layer gives its log-determinant along with its value, so each is
 * computed once. Next: `affine-coupling.ts`.
 */
import { realOfRank, type Transform } from "../../../distributions/transforms/transform.js"
import type { Run } from "../../../dsl/types.js"
import { type Tensor, tf } from "../../../engine/tensor.js"

/** A value and the log-determinant of how it came about, one number a vector. */
export interface Flowed {
  readonly y: Tensor
  readonly logDet: Tensor
}

/** One invertible layer over vectors on the last axis. */
export interface Layer {
  readonly name: string
  forward(x: Tensor): Flowed
  inverse(y: Tensor): Tensor
}

/** Makes a layer for vectors of a size; its params are named under `name`. */
export type LayerMaker = (name: string, size: number) => Run<any, Layer>

/** The layer run backwards. */
export const backwards = (layer: Layer): Layer => ({
  name: `${layer.name}, backwards`,
  forward: (y) => {
    const x = layer.inverse(y)
    return { y: x, logDet: tf.neg(layer.forward(x).logDet) }
  },
  inverse: (x) => layer.forward(x).y,
})

/** The order of the entries turned round, so that the next layer sees the last ones first. */
export const reversal: Layer = {
  name: "reversal",
  forward: (x) => ({ y: tf.reverse(x, -1), logDet: tf.zeros(x.shape.slice(0, -1)) }),
  inverse: (y) => tf.reverse(y, -1),
}

/** A transform of one layer after another. What it made, it knows the log-determinant of. */
export const transformOf = (layers: readonly Layer[]): Transform => {
  const known = new WeakMap<Tensor, Tensor>()
  const forward = (x: Tensor): Flowed =>
    layers.reduce<Flowed>(
      (sofar, layer) => {
        const { y, logDet } = layer.forward(sofar.y)
        return { y, logDet: tf.add(sofar.logDet, logDet) }
      },
      { y: x, logDet: tf.zeros(x.shape.slice(0, -1)) },
    )
  return {
    name: layers.map((layer) => layer.name).join(", "),
    domain: realOfRank(1),
    codomain: realOfRank(1),
    forward: (x) => {
      const { y, logDet } = forward(x)
      known.set(y, logDet)
      return y
    },
    inverse: (y) => layers.reduceRight((value, layer) => layer.inverse(value), y),
    logDetJacobian: (x, y) => known.get(y) ?? forward(x).logDet,
    forwardShape: (shape) => shape,
    inverseShape: (shape) => shape,
  }
}
