/** The soft plus: reals to positive numbers, nearly linear where large. */

import { softplusInverse, softplus as softplusOf } from "../../engine/special/index.js"
import { tf } from "../../engine/tensor.js"
import { positive } from "../support.js"
import { elementwise, type Transform } from "./transform.js"

/**
 * y = log(1 + eˣ), log-determinant log σ(x) = -softplus(-x).
 *
 * @example softplus.forward(tf.scalar(0))   // 0.6931472
 */
export const softplus: Transform = elementwise({
  name: "softplus",
  codomain: positive,
  forward: softplusOf,
  inverse: softplusInverse,
  logDetJacobian: (x) => tf.neg(softplusOf(tf.neg(x))),
})
