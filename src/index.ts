/** The public surface: named re-exports only. */
export { tf } from "./engine/tensor.js"
