/**
 * The logarithm of a sum of exponentials, safe for infinities: the marginal likelihood of an enumerated latent, the
 * importance-weighted bound, the normaliser of a categorical. Left out: the elementwise functions (`logarithm.ts`).
 */
import type { Tensor, TensorLike } from "../tensor.js"
import { tf, toTensor } from "../tensor.js"

/** The largest float32: infinities are moved here, where a difference of two of them is 0 and not NaN. */
const largestFloat = 3.4028234663852886e38

const scaledTerms = (x: Tensor, shift: Tensor): Tensor => tf.exp(tf.sub(tf.minimum(x, largestFloat), shift))

/** The value with its axes kept; the gradient is the softmax, from terms scaled by the largest and not by the rounded total. */
const overAxes = (axes: number[]) =>
  tf.customGrad((input, save) => {
    const x = input as Tensor
    const largest = tf.max(x, axes, true)
    const shift = tf.clipByValue(largest, -largestFloat, largestFloat)
    ;(save as tf.GradSaveFunc)([x, shift])
    const gradFunc = (dy: Tensor, [saved, by]: Tensor[]) => {
      const terms = scaledTerms(saved!, by!)
      return tf.mul(dy, tf.divNoNan(terms, tf.sum(terms, axes, true)))
    }
    return { value: tf.add(tf.log(tf.sum(scaledTerms(x, shift), axes, true)), largest), gradFunc }
  })

/**
 * log of the sum of exp(x) over some axes (all by default), shifted by the largest term. All terms -Infinity: the value
 * is -Infinity and the gradient 0, not NaN. Gradient: the softmax of x over those axes.
 *
 * @example logSumExp([-1000, -1000]) // -1000 + log 2
 */
export const logSumExp = (value: TensorLike, axis?: number | readonly number[], keepDims = false): Tensor =>
  tf.tidy(() => {
    const x = toTensor(value)
    const chosen = axis === undefined ? x.shape.map((_, i) => i) : [axis].flat()
    const axes = tf.util.parseAxisParam(chosen as number[], x.shape)
    const total = overAxes(axes)(x)
    return keepDims || axes.length === 0 ? total : tf.squeeze(total, axes)
  })
