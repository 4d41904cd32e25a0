/**
 * The gradient of `relu` in one operation. TensorFlow.js multiplies by `step(x)`, which on native TensorFlow is six kernels
 * over the layer; there it is one here, elsewhere a `where`.
 */
import { callNative, defineKernel, nativeBackend } from "../kernel.js"
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

const passed = (dy: Tensor, x: Tensor): Tensor => tf.where(tf.greater(x, 0), dy, tf.zerosLike(dy))

/** `dy` where `x > 0`, else 0. */
const nativeGradient = defineKernel(2, {
  name: "LatentlyReluGradient",
  native: ([dy, x], _, backend) => callNative(backend, "ReluGrad", dy!, x!),
  arrays: ([dy, x]) => ({
    ...dy!,
    values: Float32Array.from(dy!.values, (v, i) => (x!.values[i]! > 0 ? v : 0)),
  }),
  gradient: (ddy, [, x]) => [() => reluGradient(ddy, x!), () => tf.zerosLike(x!)],
})

const reluGradient = (dy: Tensor, x: Tensor): Tensor =>
  nativeBackend() === undefined ? passed(dy, x) : nativeGradient([dy, x])

tf.registerGradient({
  kernelName: "Relu",
  inputsToSave: ["x"],
  gradFunc: (dy, [x]) => ({ x: () => reluGradient(dy as Tensor, x!) }),
})
