/**
 * What TensorFlow.js 4.22 gets wrong or leaves out, put right by registering kernels and gradients; importing this module
 * is enough, before or after a backend starts being loaded. Left out: functions TensorFlow.js never had (`../special`,
 * `../linear`). Next: `masks.ts`, the repair that ordinary models need first.
 */
import "./masks.js"
import "./products.js"
import "./relu.js"
import "./gather.js"
import "./casts.js"
import "./extremes.js"
import "./gradients.js"
import "./strided-slice.js"
import "./tile.js"
import "./rows-on-wasm.js"
import "./einsum.js"
import "./convolution.js"

export { stopGradient } from "./stop-gradient.js"
