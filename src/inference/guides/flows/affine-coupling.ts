/** Affine couplings (RealNVP). Next: `autoregressive-flow.ts`. */
import { sliceLast } from "../../../distributions/transforms/transform.js"
import { type Tensor, tf } from "../../../engine/tensor.js"
import { conditioner } from "./conditioner.js"
import { coupling, type Elementwise, staying } from "./coupling.js"
import type { LayerMaker } from "./flow.js"

/** No layer stretches by more than e², so that a step too far cannot overflow. */
const mostLogScale = 2

const parts = (parameters: Tensor): { readonly shift: Tensor; readonly logScale: Tensor } => {
  const one = (at: number): Tensor => tf.squeeze(sliceLast(parameters, at, 1), [-1])
  return { shift: one(0), logScale: tf.mul(tf.tanh(tf.div(one(1), mostLogScale)), mostLogScale) }
}

const affine: Elementwise = {
  parameters: 2,
  forward: (x, parameters) => {
    const { shift, logScale } = parts(parameters)
    return { y: tf.add(tf.mul(x, tf.exp(logScale)), shift), slopes: logScale }
  },
  inverse: (y, parameters) => {
    const { shift, logScale } = parts(parameters)
    return tf.mul(tf.sub(y, shift), tf.exp(tf.neg(logScale)))
  },
}

/**
 * An affine coupling, y₂ = x₂ exp(s(x₁)) + t(x₁), y₁ = x₁, with s and t from one hidden layer of `hidden` units and |s| < 2 (Dinh,
 * Sohl-Dickstein and Bengio 2017). Log-determinant Σ s.
 */
export const affineCoupling = (hidden: number): LayerMaker =>
  function* (name, size) {
    const keeps = staying(size)
    const decide = yield* conditioner(name, keeps, 2 * (size - keeps), hidden)
    return coupling("affine coupling", size, affine, decide)
  }
