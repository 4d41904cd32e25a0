/**
 * The gradients of `maximum` and `minimum`. TensorFlow.js forgets to sum them over axes along which an input was
 * broadcast, and throws "gradient of input 'b' has shape"; it also multiplies by a mask, which makes NaN of an infinity
 * on the side not taken. Where the two are equal the gradient goes to the first, as in the original.
 */
import { sumToShape } from "../elementwise.js"
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

const repair = (kernelName: "Maximum" | "Minimum", takesFirst: (a: Tensor, b: Tensor) => Tensor): void =>
  tf.registerGradient({
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, [a, b]) => {
      const upstream = dy as Tensor
      const first = takesFirst(a!, b!)
      const none = tf.zerosLike(upstream)
      return {
        a: () => sumToShape(tf.where(first, upstream, none), a!.shape),
        b: () => sumToShape(tf.where(first, none, upstream), b!.shape),
      }
    },
  })

repair("Maximum", tf.greaterEqual)
repair("Minimum", tf.lessEqual)
