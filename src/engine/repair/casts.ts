/** Casting a fraction to bool on WebAssembly: it is cut to a whole number first there, so that 0.5 becomes false. */
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"
import { replaceKernel } from "./on-setup.js"

replaceKernel("Cast", "wasm", (original) => (args) => {
  const x = args.inputs.x as Tensor
  if (args.attrs!.dtype !== "bool" || x.dtype !== "float32") return original(args)
  return tf.tidy(() => tf.notEqual(x, 0))
})
