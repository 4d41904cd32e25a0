/** Shift and stretch. */
import { type TensorLike, tf, toTensor } from "../../engine/tensor.js"
import { elementwise, type Transform } from "./transform.js"

/**
 * y = loc + scale · x, log-determinant log |scale|. `scale` is not 0; both broadcast against x.
 *
 * @example affine({ loc: 1, scale: 2 }).forward(tf.scalar(3))   // 7
 */
export const affine = ({
  loc,
  scale,
}: {
  readonly loc: TensorLike
  readonly scale: TensorLike
}): Transform => {
  const [shift, stretch] = [toTensor(loc), toTensor(scale)]
  return elementwise({
    name: "affine",
    forward: (x) => tf.add(shift, tf.mul(stretch, x)),
    inverse: (y) => tf.div(tf.sub(y, shift), stretch),
    logDetJacobian: (x) => tf.add(tf.zerosLike(x), tf.log(tf.abs(stretch))),
  })
}
