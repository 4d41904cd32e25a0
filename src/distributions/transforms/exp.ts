/** The exponential: reals to positive numbers. */
import { tf } from "../../engine/tensor.js"
import { positive } from "../support.js"
import { elementwise, type Transform } from "./transform.js"

/**
 * y = eˣ, log-determinant x. Overflows above x = 88.7 and underflows below -103.
 *
 * @example exp.forward(tf.scalar(0))   // 1
 */
export const exp: Transform = elementwise({
  name: "exp",
  codomain: positive,
  forward: (x) => tf.exp(x),
  inverse: (y) => tf.log(y),
  logDetJacobian: (x) => x,
})
