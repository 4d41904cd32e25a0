/**
 * Masks computed from a differentiated tensor. TensorFlow.js walks back through the condition of `where` and throws
 * "gradient function not found for Greater"; comparisons and logical operations are constant almost everywhere, so their
 * gradient is zero. The gradient of `where` is replaced too: the original multiplies by the mask, which turns an infinite
 * gradient on the side not taken into NaN.
 */
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

const binaryMasks = [
  "Equal",
  "NotEqual",
  "Greater",
  "GreaterEqual",
  "Less",
  "LessEqual",
  "LogicalAnd",
  "LogicalOr",
]

const zeros = (tensor: Tensor) => () => tf.zeros(tensor.shape)

for (const kernelName of [...binaryMasks, "LogicalXor"])
  tf.registerGradient({
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (_, [a, b]) => ({ a: zeros(a!), b: zeros(b!) }),
  })

for (const kernelName of ["LogicalNot", "All", "Any"])
  tf.registerGradient({ kernelName, inputsToSave: ["x"], gradFunc: (_, [x]) => ({ x: zeros(x!) }) })

tf.registerGradient({
  kernelName: "Select",
  inputsToSave: ["condition"],
  gradFunc: (dy, [condition]) => {
    const upstream = dy as Tensor
    const none = tf.zerosLike(upstream)
    return {
      condition: zeros(condition!),
      t: () => tf.where(condition!, upstream, none),
      e: () => tf.where(condition!, none, upstream),
    }
  },
})
