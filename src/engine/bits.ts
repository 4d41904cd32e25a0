/** Numbers seen as the bits they are stored in. Next: `kernel.ts`. */
import { defineKernel, typeAttribute } from "./kernel.js"
import type { Tensor } from "./tensor.js"

const reinterpret = defineKernel(1, {
  name: "LatentlyBitsAsFloat",
  native: ([bits], _, backend) =>
    backend.executeSingleOutput(
      "Bitcast",
      [typeAttribute(backend, "int32"), typeAttribute(backend, "float32", "type")],
      [bits!],
    ),
  arrays: ([bits]) => ({
    shape: bits!.shape,
    dtype: "float32",
    values: new Float32Array(Int32Array.from(bits!.values).buffer),
  }),
})

/**
 * The float32 numbers that int32 words are the bits of, in the same shape. No gradient flows.
 *
 * @example asFloat(tf.scalar(0x3f800000, "int32")) // 1
 */
export const asFloat = (bits: Tensor): Tensor => reinterpret([bits])
