/** Real vectors to the simplex, by breaking a stick. */

import { softplus } from "../../engine/special/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { simplex } from "../support.js"
import { lastSize, realOfRank, sliceLast, type Transform, withLast } from "./transform.js"

/** log(K - k) for k = 1 … K-1: the offset that sends x = 0 to the centre of the simplex. */
const offsets = (size: number): Tensor => tf.log(tf.range(size, 0, -1, "float32"))

/** The logarithms of each break, of what it leaves, and of the stick before it. */
const breaks = (x: Tensor): { readonly taken: Tensor; readonly left: Tensor; readonly stick: Tensor } => {
  const logit = tf.sub(x, offsets(lastSize(x)))
  const left = tf.neg(softplus(logit))
  return { taken: tf.neg(softplus(tf.neg(logit))), left, stick: tf.cumsum(left, x.rank - 1, true) }
}

/**
 * From K-1 reals to K shares: each takes the part σ(xₖ - log(K-k)) of what the ones before have left; the last takes the
 * rest. In logarithms throughout, so that small shares keep their digits. Log-determinant (with respect to the first K-1
 * shares) Σ log zₖ + log(1-zₖ) + log stickₖ. Source: Stan reference manual, "Unit simplex".
 *
 * @example stickBreaking.forward(tf.tensor1d([0, 0]))   // [1/3, 1/3, 1/3]
 */
export const stickBreaking: Transform = {
  name: "stickBreaking",
  domain: realOfRank(1),
  codomain: simplex,
  forward: (x) => {
    const { taken, left, stick } = breaks(x)
    return tf.exp(tf.concat([tf.add(taken, stick), tf.sum(left, -1, true)], -1))
  },
  inverse: (y) => {
    const count = lastSize(y) - 1
    const rest = tf.cumsum(y, y.rank - 1, true, true)
    const logit = tf.sub(tf.log(sliceLast(y, 0, count)), tf.log(sliceLast(rest, 0, count)))
    return tf.add(logit, offsets(count))
  },
  logDetJacobian: (x) => {
    const { taken, left, stick } = breaks(x)
    return tf.sum(tf.add(tf.add(taken, left), stick), -1)
  },
  forwardShape: (shape) => withLast(shape, (size) => size + 1),
  inverseShape: (shape) => withLast(shape, (size) => size - 1),
}
