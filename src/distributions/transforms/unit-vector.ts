/** Real vectors to the unit sphere. */

import { log1p } from "../../engine/special/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { unitVector as sphere } from "../support-structured.js"
import { lastSize, realOfRank, sliceLast, type Transform, withLast } from "./transform.js"

const squaredLength = (x: Tensor): Tensor => tf.sum(tf.square(x), -1, true)

/**
 * From n-1 reals to vectors of length 1 in n dimensions, by stereographic projection from the pole (0, …, 0, 1):
 * y = (2x, |x|² - 1) / (|x|² + 1). One to one onto the sphere without that pole. Log-determinant with respect to surface
 * area: (n-1) log(2 / (1 + |x|²)).
 *
 * @example unitVector.forward(tf.tensor1d([0, 0]))   // [0, 0, -1]
 */
export const unitVector: Transform = {
  name: "unitVector",
  domain: realOfRank(1),
  codomain: sphere,
  forward: (x) => {
    const square = squaredLength(x)
    return tf.div(tf.concat([tf.mul(2, x), tf.sub(square, 1)], -1), tf.add(square, 1))
  },
  inverse: (y) => {
    const count = lastSize(y) - 1
    const [flat, height] = [sliceLast(y, 0, count), sliceLast(y, count, 1)]
    const fromPole = tf.div(squaredLength(flat), tf.add(1, tf.abs(height)))
    return tf.div(flat, tf.where(tf.greater(height, 0), fromPole, tf.sub(1, height)))
  },
  logDetJacobian: (x) => tf.mul(lastSize(x), tf.sub(Math.LN2, tf.squeeze(log1p(squaredLength(x)), [-1]))),
  forwardShape: (shape) => withLast(shape, (size) => size + 1),
  inverseShape: (shape) => withLast(shape, (size) => size - 1),
}
