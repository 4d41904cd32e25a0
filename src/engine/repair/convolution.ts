/**
 * The gradient of `conv2d` by its filter on WebAssembly, which has no kernel for it: one matrix product for each place of
 * the filter. Left out: dilations and the channels-first layout, which TensorFlow.js does not differentiate either.
 */
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

type FilterAttributes = {
  strides: number | [number, number]
  pad: "valid" | "same" | number
  dimRoundingMode?: "floor" | "round" | "ceil"
  filterShape: [number, number, number, number]
}

const filterGradient = (x: tf.Tensor4D, dy: tf.Tensor4D, attributes: FilterAttributes): Tensor => {
  const { strides, pad, dimRoundingMode, filterShape } = attributes
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode)
  const { top, bottom, left, right } = info.padInfo
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ])
  const upstream = tf.reshape(dy, [-1, info.outChannels]) as tf.Tensor2D
  const reach = [(info.outHeight - 1) * info.strideHeight + 1, (info.outWidth - 1) * info.strideWidth + 1]
  const at = (row: number, column: number): Tensor => {
    const end = [x.shape[0], row + reach[0]!, column + reach[1]!, info.inChannels]
    const patch = tf.stridedSlice(padded, [0, row, column, 0], end, [
      1,
      info.strideHeight,
      info.strideWidth,
      1,
    ])
    return tf.matMul(tf.reshape(patch, [-1, info.inChannels]) as tf.Tensor2D, upstream, true, false)
  }
  const [height, width] = filterShape
  const places = Array.from({ length: height * width }, (_, i) => at(Math.floor(i / width), i % width))
  return tf.reshape(tf.stack(places), filterShape)
}

tf.registerKernel({
  kernelName: "Conv2DBackpropFilter",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D }
    return tf.tidy(() => filterGradient(x, dy, attrs as unknown as FilterAttributes))
  },
})
