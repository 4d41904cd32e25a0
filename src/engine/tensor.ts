/**
 * The tensor library, once: everything in latently takes `tf` and the tensor types from here, so that a program never
 * holds tensors of two copies of TensorFlow.js. Left out: which backend runs (`backend.ts`) and the operations that
 * TensorFlow.js lacks (`special/`, `linear/`). Next: `backend.ts`, then `random.ts`.
 */
import * as tf from "@tensorflow/tfjs"

export { tf }

/** A tensor of any rank; `tf.Tensor1D` and so on where the rank is known. */
export type Tensor = tf.Tensor<tf.Rank>

/** What a caller may write where a tensor is wanted: a number, nested arrays of numbers, or a tensor. */
export type TensorLike = Tensor | number | boolean | NestedNumbers

/** Nested arrays of numbers of any depth, or a typed array. */
export type NestedNumbers = readonly (number | NestedNumbers)[] | Float32Array | Int32Array

/** A shape: sizes from the outermost axis to the innermost. */
export type Shape = readonly number[]

/** The tensor of a value: itself if it is one, else a new float32 tensor. */
export const toTensor = (value: TensorLike): Tensor =>
  value instanceof tf.Tensor ? value : tf.tensor(value as tf.TensorLike, undefined, "float32")

/** How many numbers a tensor of a shape holds; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

const isEven = (value: unknown): boolean => {
  if (!Array.isArray(value)) return typeof value === "number" || typeof value === "boolean"
  const lengths = value.map((item) => (Array.isArray(item) ? item.length : -1))
  return lengths.every((length) => length === lengths[0]) && value.every(isEven)
}

/** The tensor of a value, or undefined where it is none: text, null, arrays of unequal lengths. */
export const tensorOf = (value: unknown): Tensor | undefined =>
  value instanceof tf.Tensor || ArrayBuffer.isView(value) || isEven(value)
    ? toTensor(value as TensorLike)
    : undefined

/** Runs `body` in a tidy scope and gives back its result, whatever that is; tensors in it must have been kept. */
export const scoped = <R>(body: () => R): R => {
  let result: R | undefined
  tf.tidy(() => {
    result = body()
  })
  return result as R
}
