/** Real vectors to the simplex, by a softmax with the last logit held at 0. */
import { type Tensor, tf } from "../../engine/tensor.js"
import { simplex } from "../support.js"
import { lastSize, realOfRank, sliceLast, type Transform, withLast } from "./transform.js"

const withZero = (x: Tensor): Tensor => tf.concat([x, tf.zeros([...x.shape.slice(0, -1), 1])], -1)

/** log softmax, written out so that it has a gradient on every backend. */
const logShares = (x: Tensor): Tensor => {
  const logits = withZero(x)
  return tf.sub(logits, tf.logSumExp(logits, -1, true))
}

/**
 * From K-1 reals to K shares: y = softmax([x, 0]), the inverse of the additive log-ratio. Log-determinant (with respect
 * to the first K-1 shares) Σₖ log yₖ. Source: Aitchison, "The statistical analysis of compositional data" (1986).
 *
 * @example softmaxCentred.forward(tf.tensor1d([0, 0]))   // [1/3, 1/3, 1/3]
 */
export const softmaxCentred: Transform = {
  name: "softmaxCentred",
  domain: realOfRank(1),
  codomain: simplex,
  forward: (x) => tf.exp(logShares(x)),
  inverse: (y) => {
    const count = lastSize(y) - 1
    const logs = tf.log(y)
    return tf.sub(sliceLast(logs, 0, count), sliceLast(logs, count, 1))
  },
  logDetJacobian: (x) => tf.sum(logShares(x), -1),
  forwardShape: (shape) => withLast(shape, (size) => size + 1),
  inverseShape: (shape) => withLast(shape, (size) => size - 1),
}
