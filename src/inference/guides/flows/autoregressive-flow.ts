/** Autoregressive flows, inverse (fast to draw) and masked (fast to score). Next: `spline-coupling.ts`. */
import { sliceLast } from "../../../distributions/transforms/transform.js"
import { type Tensor, tf } from "../../../engine/tensor.js"
import { autoregressive } from "./conditioner.js"
import { backwards, type Layer, type LayerMaker } from "./flow.js"

const mostLogScale = 2

const softly = (raw: Tensor): Tensor => tf.mul(tf.tanh(tf.div(raw, mostLogScale)), mostLogScale)

/** x from y entry by entry: each needs the ones before it. */
const solved = (y: Tensor, heads: (x: Tensor) => Tensor[]): Tensor => {
  const size = y.shape.at(-1)!
  const known: Tensor[] = []
  for (let i = 0; i < size; i++) {
    const rest = tf.zeros([...y.shape.slice(0, -1), size - i])
    const [shift, raw] = heads(tf.concat([...known, rest], -1)) as [Tensor, Tensor]
    const logScale = softly(sliceLast(raw, i, 1))
    known.push(tf.mul(tf.sub(sliceLast(y, i, 1), sliceLast(shift, i, 1)), tf.exp(tf.neg(logScale))))
  }
  return tf.concat(known, -1)
}

/**
 * An inverse autoregressive flow, yᵢ = xᵢ exp(sᵢ(x₁ … xᵢ₋₁)) + tᵢ(x₁ … xᵢ₋₁), s and t from one masked network with `hidden` units,
 * |s| < 2 (Kingma et al. 2016). Drawing is one pass; inverting takes one for each entry. Log-determinant Σ sᵢ.
 */
export const inverseAutoregressive = (hidden: number): LayerMaker =>
  function* (name, size) {
    const heads = yield* autoregressive(name, size, 2, hidden)
    const layer: Layer = {
      name: "inverse autoregressive",
      forward: (x) => {
        const [shift, raw] = heads(x) as [Tensor, Tensor]
        const logScale = softly(raw)
        return { y: tf.add(tf.mul(x, tf.exp(logScale)), shift), logDet: tf.sum(logScale, -1) }
      },
      inverse: (y) => solved(y, heads),
    }
    return layer
  }

/**
 * A masked autoregressive flow: the inverse autoregressive one backwards, so that scoring is one pass and drawing takes one for
 * each entry (Papamakarios, Pavlakou and Murray 2017).
 */
export const maskedAutoregressive = (hidden: number): LayerMaker =>
  function* (name, size) {
    return { ...backwards(yield* inverseAutoregressive(hidden)(name, size)), name: "masked autoregressive" }
  }
