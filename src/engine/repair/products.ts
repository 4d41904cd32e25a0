/**
 * Matrix products. On WebAssembly TensorFlow.js multiplies fast only when neither operand is transposed and there is no
 * batch (3 ms against 31 ms for 128 x 784 x 400), and its own gradient asks for the slow forms: here operands are
 * transposed first and large batches multiplied item by item. On every backend the gradient is summed over the axes along
 * which an operand was broadcast, where TensorFlow.js throws; on `cpu` and `wasm` two batches that broadcast against each
 * other, like [5, 1] and [1, 3], are repeated first, where TensorFlow.js gives wrong numbers.
 */
import { sumToShape } from "../elementwise.js"
import type { Shape, Tensor } from "../tensor.js"
import { sizeOf, tf } from "../tensor.js"
import type { KernelArguments, Replacement } from "./on-setup.js"
import { replaceKernel } from "./on-setup.js"

/** Products with fewer multiplications than this are left to the slow path, which then costs less than the transpose. */
const smallProduct = 2 ** 14

/** Batch items with fewer multiplications than this are not worth a call of their own. */
const smallItem = 2 ** 20

/** The WebAssembly backend keeps 25 prepared operands; more items than this would push each other out. */
const manyItems = 16

const transposed = (a: Tensor): Tensor => {
  const axes = a.shape.map((_, axis) => axis)
  return tf.transpose(a, [...axes.slice(0, -2), a.rank - 1, a.rank - 2])
}

type Operands = {
  readonly a: Tensor
  readonly b: Tensor
  readonly transposeA: boolean
  readonly transposeB: boolean
}

const operands = ({ inputs, attrs }: KernelArguments): Operands => ({
  a: inputs.a as Tensor,
  b: inputs.b as Tensor,
  transposeA: attrs!.transposeA as boolean,
  transposeB: attrs!.transposeB as boolean,
})

const repeat = (a: Tensor, batch: Shape): Tensor => tf.broadcastTo(a, [...batch, ...a.shape.slice(-2)])

/** The common batch when the kernels cannot reach it by repeating one operand whole, else undefined. */
const crossedBatch = (a: Tensor, b: Tensor): number[] | undefined => {
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(left, right)
  const largest = Math.max(sizeOf(left), sizeOf(right))
  const whole = [left, right].every((own) => sizeOf(own) === 1 || sizeOf(own) === sizeOf(batch))
  return largest === sizeOf(batch) && whole ? undefined : batch
}

const withRepeatedBatches: Replacement = (original) => (args) => {
  const { a, b, transposeA, transposeB } = operands(args)
  const batch = crossedBatch(a, b)
  if (batch === undefined) return original(args)
  return tf.tidy(() => tf.matMul(repeat(a, batch), repeat(b, batch), transposeA, transposeB))
}

const itemByItem = (a: Tensor, b: Tensor): Tensor => {
  const batch = a.shape.slice(0, -2)
  const flat = (t: Tensor) => tf.reshape(t, [-1, ...t.shape.slice(-2)])
  const right = tf.unstack(flat(b))
  const products = tf
    .unstack(flat(a))
    .map((item, i) => tf.matMul(item as tf.Tensor2D, right[i] as tf.Tensor2D))
  return tf.reshape(tf.stack(products), [...batch, a.shape[a.rank - 2]!, b.shape[b.rank - 1]!])
}

const fastProduct: Replacement = (original) => (args) => {
  const { a, b, transposeA, transposeB } = operands(args)
  const rows = a.shape[a.rank - (transposeA ? 1 : 2)]!
  const item = rows * b.shape[b.rank - 2]! * b.shape[b.rank - 1]!
  const items = Math.max(sizeOf(a.shape.slice(0, -2)), sizeOf(b.shape.slice(0, -2)))
  const sameBatch = tf.util.arraysEqual(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const split = items > 1 && items <= manyItems && sameBatch && item >= smallItem
  if (!split && (items > 1 || !(transposeA || transposeB) || item < smallProduct)) return original(args)
  return tf.tidy(() => {
    const left = transposeA ? transposed(a) : a
    const right = transposeB ? transposed(b) : b
    return split ? itemByItem(left, right) : tf.matMul(left, right)
  })
}

/** The batch axes of an operand with those left out at which, counted from the last, both operands have one item or no axis. */
const withoutUnits = (own: Shape, other: Shape): number[] => {
  const isUnit = (shape: Shape, fromEnd: number): boolean => (shape.at(-fromEnd) ?? 1) === 1
  return own.filter((_, axis) => !isUnit(own, own.length - axis) || !isUnit(other, own.length - axis))
}

/** TensorFlow's own product writes past its memory where both operands have a batch axis of one item beside other axes. */
const withoutUnitAxes: Replacement = (original) => (args) => {
  const { a, b, transposeA, transposeB } = operands(args)
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(left, right)
  if (batch.length < 2 || !batch.includes(1)) return original(args)
  return tf.tidy(() => {
    const small = (t: Tensor, shape: number[]): Tensor => tf.reshape(t, [...shape, ...t.shape.slice(-2)])
    const [x, y] = [small(a, withoutUnits(left, right)), small(b, withoutUnits(right, left))]
    const result = tf.matMul(x, y, transposeA, transposeB)
    return tf.reshape(result, [...batch, ...result.shape.slice(-2)])
  })
}

replaceKernel("BatchMatMul", "tensorflow", withoutUnitAxes)
replaceKernel("BatchMatMul", "wasm", (original) => withRepeatedBatches(fastProduct(original)))
replaceKernel("BatchMatMul", "cpu", withRepeatedBatches)

const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor =>
  tf.matMul(a, b, transposeA, transposeB)

tf.registerGradient({
  kernelName: "BatchMatMul",
  inputsToSave: ["a", "b"],
  gradFunc: (upstream, [a, b], attrs) => {
    const dy = upstream as Tensor
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean }
    const da = () => (transposeA ? product(b!, dy, transposeB, true) : product(dy, b!, false, !transposeB))
    const db = () => (transposeB ? product(dy, a!, true, transposeA) : product(a!, dy, !transposeA, false))
    return { a: () => sumToShape(da(), a!.shape), b: () => sumToShape(db(), b!.shape) }
  },
})
