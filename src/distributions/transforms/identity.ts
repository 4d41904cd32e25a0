/** The transform that changes nothing. */
import { tf } from "../../engine/tensor.js"
import { elementwise, type Transform } from "./transform.js"

/**
 * y = x, log-determinant 0.
 *
 * @example identity.forward(tf.scalar(2))   // 2
 */
export const identity: Transform = elementwise({
  name: "identity",
  forward: (x) => x,
  inverse: (y) => y,
  logDetJacobian: (x) => tf.zerosLike(x),
})
