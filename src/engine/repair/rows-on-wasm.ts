/**
 * Two kernels of the WebAssembly backend that take more time than all matrix products of a small step: rows of a table
 * (5 ms for 128 rows of 784 numbers, one by one through a general index; here whole rows are copied) and a number repeated
 * to a shape, as `where` does with a constant (10 ms for 100,000). Next: `products.ts`.
 */
import { sizeOf, type tf } from "../tensor.js"
import { type Replacement, replaceKernel } from "./on-setup.js"

type Numbers = Float32Array | Int32Array | Uint8Array

/** What is used of the WebAssembly backend. A view is good until the next tensor is made, which may move the memory. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: string): tf.TensorInfo
  typedArrayFromHeap(tensor: tf.TensorInfo): Numbers
}

const copyRows = (from: Numbers, indices: Numbers, to: Numbers): void => {
  const size = indices.length === 0 ? 0 : to.length / indices.length
  for (const [at, row] of indices.entries()) to.set(from.subarray(row * size, (row + 1) * size), at * size)
}

/** Whether every index names a row; the original complains of the others. */
const areRows = (indices: Numbers, count: number): boolean => indices.every((row) => row >= 0 && row < count)

const gatherRows: Replacement = (original) => (args) => {
  const { x, indices } = args.inputs as { x: tf.TensorInfo; indices: tf.TensorInfo }
  const { axis, batchDims } = args.attrs as { axis: number; batchDims: number }
  const backend = args.backend as WasmBackend
  const whole = axis === 0 && batchDims === 0 && indices.dtype === "int32" && x.dtype !== "string"
  if (!whole || !areRows(backend.typedArrayFromHeap(indices), x.shape[0]!)) return original(args)
  const made = backend.makeOutput([...indices.shape, ...x.shape.slice(1)], x.dtype)
  const [from, rows, to] = [x, indices, made].map((tensor) => backend.typedArrayFromHeap(tensor))
  copyRows(from!, rows!, to!)
  return made
}

const repeatNumber: Replacement = (original) => (args) => {
  const { x } = args.inputs as { x: tf.TensorInfo }
  const { reps } = args.attrs as { reps: number[] }
  if (sizeOf(x.shape) !== 1 || x.dtype === "string" || reps.length !== x.shape.length) return original(args)
  const backend = args.backend as WasmBackend
  const made = backend.makeOutput([...reps], x.dtype)
  backend.typedArrayFromHeap(made).fill(backend.typedArrayFromHeap(x)[0]!)
  return made
}

replaceKernel("GatherV2", "wasm", gatherRows)
replaceKernel("Tile", "wasm", repeatNumber)
