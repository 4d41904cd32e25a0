/**
 * The gradient of `tile`, and so of `broadcastTo`, which is made of it: a sum over the copies. TensorFlow.js adds the
 * copies up slice by slice, which takes a million operations for a number repeated a million times, and stops at rank 4.
 */
import type { Tensor } from "../tensor.js"
import { sizeOf, tf } from "../tensor.js"

/** Adds up the `copies` of blocks of `size` along one axis of a gradient. */
const sumCopies = (dy: Tensor, axis: number, size: number, copies: number): Tensor => {
  if (copies === 1) return dy
  const [before, after] = [dy.shape.slice(0, axis), dy.shape.slice(axis + 1)]
  const blocks = tf.reshape(dy, [sizeOf(before), copies, size, sizeOf(after)])
  return tf.reshape(tf.sum(blocks, 1), [...before, size, ...after])
}

tf.registerGradient({
  kernelName: "Tile",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attrs) => {
    const { reps } = attrs as unknown as { reps: readonly number[] }
    return {
      x: () =>
        reps.reduce((sum, copies, axis) => sumCopies(sum, axis, x!.shape[axis]!, copies), dy as Tensor),
    }
  },
})
