/** The logistic function: reals to numbers between 0 and 1. */

import { log1p, softplus } from "../../engine/special/index.js"
import { tf } from "../../engine/tensor.js"
import { unit } from "../support.js"
import { elementwise, type Transform } from "./transform.js"

const below = 2 ** -126
const above = 1 - 2 ** -24

/**
 * y = 1 / (1 + e⁻ˣ), log-determinant -softplus(x) - softplus(-x). Results are kept off 0 and 1 by the last float32
 * number inside, so that densities with a pole or a zero there stay finite.
 *
 * @example sigmoid.forward(tf.scalar(0))   // 0.5
 */
export const sigmoid: Transform = elementwise({
  name: "sigmoid",
  codomain: unit,
  forward: (x) => tf.clipByValue(tf.sigmoid(x), below, above),
  inverse: (y) => tf.sub(tf.log(y), log1p(tf.neg(y))),
  logDetJacobian: (x) => tf.neg(tf.add(softplus(x), softplus(tf.neg(x)))),
})
