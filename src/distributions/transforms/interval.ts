/** Reals to numbers between two bounds. */

import { stopGradient } from "../../engine/repair/index.js"
import { softplus } from "../../engine/special/index.js"
import { type TensorLike, tf, toTensor } from "../../engine/tensor.js"
import { interval as between } from "../support.js"
import { elementwise, type Transform } from "./transform.js"

/**
 * y = low + (high - low) · σ(x), log-determinant log(high - low) - softplus(x) - softplus(-x). Measured from the nearer
 * bound, so that both ends keep their digits. The bounds broadcast against x.
 *
 * @example intervalTransform(-1, 3).forward(tf.scalar(0))   // 1
 */
export const intervalTransform = (low: TensorLike, high: TensorLike): Transform => {
  const [bottom, top] = [toTensor(low), toTensor(high)]
  const width = tf.sub(top, bottom)
  const ends = [low, high].every((end) => typeof end === "number")
    ? [low as number, high as number]
    : [bottom, top]
  return elementwise({
    name: "interval",
    codomain: between(ends[0]!, ends[1]!),
    forward: (x) => {
      // not -|x|: its derivative at 0 has the wrong sign for one of the two branches
      const low = tf.less(stopGradient(x), 0)
      const nearer = tf.mul(width, tf.sigmoid(tf.where(low, x, tf.neg(x))))
      return tf.where(low, tf.add(bottom, nearer), tf.sub(top, nearer))
    },
    inverse: (y) => tf.sub(tf.log(tf.sub(y, bottom)), tf.log(tf.sub(top, y))),
    logDetJacobian: (x) => tf.sub(tf.log(width), tf.add(softplus(x), softplus(tf.neg(x)))),
  })
}
