/** A tensor cut loose from the tape: what TensorFlow.js 4.22 has no operation for. */
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

/**
 * The same values with no gradient: what is upstream is not visited at all on the way back. Shares its input's storage.
 *
 * @example
 * tf.grad((x) => tf.mul(x, stopGradient(x)).sum())(tf.scalar(3)) // 3, not 6
 */
export const stopGradient = <T extends Tensor>(x: T): T => {
  const { dataId, shape, dtype } = x
  tf.backend().incRef(dataId)
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }) as T
}
