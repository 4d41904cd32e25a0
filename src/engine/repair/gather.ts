/**
 * Gathering rows. On WebAssembly the gradient of `gather` has no kernel; it is added here. On `tensorflow` the kernel of
 * TensorFlow.js reads every index back to check it, which stalls the device and cannot be recorded: TensorFlow checks
 * indices itself, so the read goes.
 */
import type { NativeBackend } from "../kernel.js"
import { intAttribute, typeAttribute } from "../kernel.js"
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"
import { replaceKernel } from "./on-setup.js"

const segmentSum = (values: Float32Array, segments: Int32Array, count: number): Float32Array => {
  const size = segments.length === 0 ? 0 : values.length / segments.length
  const sums = new Float64Array(count * size)
  segments.forEach((segment, row) => {
    // a negative segment is dropped, as TensorFlow does
    if (segment < 0 || segment >= count) return
    for (let i = 0; i < size; i++) sums[segment * size + i]! += values[row * size + i]!
  })
  return Float32Array.from(sums)
}

tf.registerKernel({
  kernelName: "UnsortedSegmentSum",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const storage = backend as tf.KernelBackend
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo }
    const count = attrs!.numSegments as number
    const shape = [count, ...x.shape.slice(segmentIds.shape.length)]
    const values = storage.readSync(x.dataId) as Float32Array
    const sums = segmentSum(values, storage.readSync(segmentIds.dataId) as Int32Array, count)
    const filled = sums.length > 0 ? sums : new Float32Array(tf.util.sizeFromShape(shape))
    return { dataId: storage.write(filled, shape, "float32"), shape, dtype: "float32" }
  },
})

replaceKernel("GatherV2", "tensorflow", () => ({ inputs, attrs, backend }) => {
  const native = backend as NativeBackend
  const { x, indices } = inputs as unknown as { x: Tensor; indices: Tensor }
  const { axis, batchDims } = attrs as { axis: number; batchDims: number }
  return tf.tidy(() =>
    native.executeSingleOutput(
      "GatherV2",
      [
        intAttribute(native, "batch_dims", batchDims),
        typeAttribute(native, x.dtype as "float32", "Tparams"),
        typeAttribute(native, indices.dtype as "int32", "Tindices"),
        typeAttribute(native, "int32", "Taxis"),
      ],
      [x, indices, tf.scalar(axis, "int32")],
    ),
  )
})
