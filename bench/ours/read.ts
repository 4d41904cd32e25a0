/** Reads the bench's data files into tensors. Next: the tasks beside this file. */
import { readFileSync } from "node:fs"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import type { DataFile, TaskRequest } from "../task.js"

const fileOf = ({ data, task }: TaskRequest, name: string): DataFile => {
  const file = data[name]
  if (file === undefined) throw new Error(`task ${task} was given no data '${name}'`)
  return file
}

const bytesOf = (file: DataFile): ArrayBuffer => {
  const bytes = readFileSync(file.path)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

/** A named input of a task as a float32 or int32 tensor; the caller owns it. */
export const tensorOf = (request: TaskRequest, name: string): Tensor => {
  const file = fileOf(request, name)
  const values = file.dtype === "int32" ? new Int32Array(bytesOf(file)) : new Float32Array(bytesOf(file))
  return tf.tensor(values, [...file.shape], file.dtype === "int32" ? "int32" : "float32")
}

/** A named input in double precision, with its shape. */
export const doublesOf = (
  request: TaskRequest,
  name: string,
): { readonly values: Float64Array; readonly shape: readonly number[] } => {
  const file = fileOf(request, name)
  return { values: new Float64Array(bytesOf(file)), shape: file.shape }
}

/** A size of a task. */
export const sizeOf = ({ sizes, task }: TaskRequest, name: string): number => {
  const size = sizes[name]
  if (size === undefined) throw new Error(`task ${task} was given no size '${name}'`)
  return size
}
