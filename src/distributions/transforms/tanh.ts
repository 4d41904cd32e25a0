/** The hyperbolic tangent: reals to numbers between -1 and 1. */

import { log1p, softplus } from "../../engine/special/index.js"
import { tf } from "../../engine/tensor.js"
import { interval } from "../support.js"
import { elementwise, type Transform } from "./transform.js"

/**
 * y = tanh x, log-determinant log(1 - y²) = 2 (log 2 - x - softplus(-2x)), which keeps its digits where y rounds to 1.
 *
 * @example tanh.forward(tf.scalar(0.5))   // 0.4621172
 */
export const tanh: Transform = elementwise({
  name: "tanh",
  codomain: interval(-1, 1),
  forward: (x) => tf.tanh(x),
  inverse: (y) => tf.mul(0.5, tf.sub(log1p(y), log1p(tf.neg(y)))),
  logDetJacobian: (x) => logSechSquared(x),
})

/** log(1 - tanh² x), for any x. */
export const logSechSquared = (x: ReturnType<Transform["forward"]>): ReturnType<Transform["forward"]> => {
  const size = tf.abs(x)
  return tf.mul(2, tf.sub(tf.sub(Math.LN2, size), softplus(tf.mul(-2, size))))
}
