/**
 * Gradients that TensorFlow.js leaves out and that are a few operations each: of `cumprod`, `gatherND`, `scatterND` and
 * `topk`; and that of `cumsum`, which it gives transposed along any axis but the last. Left out: `stridedSlice` (`strided-slice.ts`), `einsum` (`einsum.ts`).
 */
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

type CumulativeAttributes = { axis: number; exclusive: boolean; reverse: boolean }

/**
 * The product of all factors but one is the product over that one, unless it is zero: then it is the product of the
 * others, and only the first zero of a line has a slope, as far as the second zero.
 */
const cumulativeProductGradient = (dy: Tensor, x: Tensor, attributes: CumulativeAttributes): Tensor => {
  const { axis, exclusive, reverse } = attributes
  const isZero = tf.equal(x, 0)
  const counted = tf.cast(isZero, "float32")
  const nonzero = tf.where(isZero, tf.onesLike(x), x)
  const terms = tf.mul(dy, tf.cumprod(nonzero, axis, exclusive, reverse))
  const zerosUsed = tf.cumsum(counted, axis, exclusive, reverse)
  const zerosBefore = tf.cumsum(counted, axis, true, reverse)
  const sumWhere = (zeros: number): Tensor =>
    tf.cumsum(tf.where(tf.equal(zerosUsed, zeros), terms, tf.zerosLike(terms)), axis, exclusive, !reverse)
  const atZero = tf.where(tf.equal(zerosBefore, 0), sumWhere(1), tf.zerosLike(x))
  return tf.where(isZero, atZero, tf.div(sumWhere(0), nonzero))
}

tf.registerGradient({
  kernelName: "Cumsum",
  gradFunc: (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as unknown as CumulativeAttributes
    return { x: () => tf.cumsum(dy as Tensor, axis, exclusive, !reverse) }
  },
})

tf.registerGradient({
  kernelName: "Cumprod",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attrs) => ({
    x: () => cumulativeProductGradient(dy as Tensor, x!, attrs as unknown as CumulativeAttributes),
  }),
})

tf.registerGradient({
  kernelName: "GatherNd",
  inputsToSave: ["params", "indices"],
  gradFunc: (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices!, dy as Tensor, params!.shape as never),
    indices: () => tf.zeros(indices!.shape),
  }),
})

tf.registerGradient({
  kernelName: "ScatterNd",
  inputsToSave: ["indices"],
  gradFunc: (dy, [indices]) => ({
    indices: () => tf.zeros(indices!.shape),
    updates: () => tf.gatherND(dy as Tensor, indices!),
  }),
})

tf.registerGradient({
  kernelName: "TopK",
  inputsToSave: ["x"],
  outputsToSave: [false, true],
  gradFunc: (dys, [x, indices]) => ({
    x: () => {
      const places = tf.oneHot(tf.cast(indices!, "int32"), x!.shape[x!.rank - 1]!)
      return tf.sum(tf.mul(tf.cast(places, "float32"), tf.expandDims((dys as Tensor[])[0]!, -1)), -2)
    },
  }),
})
