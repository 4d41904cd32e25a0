/**
 * Functions of two rows of numbers that end in one number: a sum of terms over the last axis and a function of the rows'
 * own sums, in double precision throughout and rounded once. Log-masses of count vectors and of simplex vectors have this
 * form, and lose their digits in float32, where large log-gammas cancel. Next: `../distributions/dirichlet.ts`.
 */
import { type ArrayValue, defineKernel } from "./kernel.js"
import { type DoubleOps, inDouble, type NativeValue } from "./native-double.js"
import { type Tensor, tf } from "./tensor.js"

/** What `rowKernel` takes: each function twice, of numbers and of the native library's float64 values. */
export interface RowDefinition {
  readonly name: string
  readonly term: (x: number, a: number) => number
  readonly nativeTerm: (ops: DoubleOps, x: NativeValue, a: NativeValue) => NativeValue
  /** What is added for the sums of the two rows. */
  readonly total: (x: number, a: number) => number
  readonly nativeTotal: (ops: DoubleOps, x: NativeValue, a: NativeValue) => NativeValue
  /** Derivatives by x and a, both [rows, size] as the inputs are; `dy` is [rows, 1]. */
  readonly gradient: (dy: Tensor, x: Tensor, a: Tensor) => readonly [() => Tensor, () => Tensor]
}

const overArrays = ({ term, total }: RowDefinition, x: ArrayValue, a: ArrayValue): ArrayValue => {
  const [rows, size] = x.shape as [number, number]
  const values = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    let [sum, sumX, sumA] = [0, 0, 0]
    for (let i = row * size; i < (row + 1) * size; i++) {
      sum += term(x.values[i]!, a.values[i]!)
      sumX += x.values[i]!
      sumA += a.values[i]!
    }
    values[row] = sum + total(sumX, sumA)
  }
  return { shape: [rows, 1], dtype: "float32", values }
}

/** Registers the kernel and returns it for tensors of shapes that broadcast: [..., size] twice to [...]. */
export const rowKernel = (definition: RowDefinition): ((x: Tensor, a: Tensor) => Tensor) => {
  const run = defineKernel(2, {
    name: definition.name,
    native: ([x, a], _, backend) =>
      inDouble(backend, [x!, a!, tf.ones([x!.shape[1]!, 1])], (ops, [rowsX, rowsA, ones]) => {
        const summed = (rows: NativeValue): NativeValue => ops.call("MatMul", rows, ones!)
        const terms = summed(definition.nativeTerm(ops, rowsX!, rowsA!))
        return ops.add(terms, definition.nativeTotal(ops, summed(rowsX!), summed(rowsA!)))
      }),
    arrays: ([x, a]) => overArrays(definition, x!, a!),
    gradient: (dy, [x, a]) => definition.gradient(dy, x!, a!),
  })
  return (x, a) => {
    const full = tf.broadcast_util.assertAndGetBroadcastShape(x.shape, a.shape)
    const size = full[full.length - 1]!
    const rows = (y: Tensor): Tensor => {
      const whole = tf.util.arraysEqual(y.shape, full) ? y : tf.add(y, tf.zeros(full))
      return tf.reshape(whole, [-1, size])
    }
    return tf.reshape(run([rows(x), rows(a)]), full.slice(0, -1))
  }
}
