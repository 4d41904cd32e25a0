/**
 * Picking one entry of the last axis by an integer, with gradients on every backend (TensorFlow.js's `gather` has none on
 * WebAssembly), and the log-probability of a picked class. A table is never repeated over the values it is stretched
 * over. Left out: how batches are split (`alignment.ts`). Next: `../distributions/categorical.ts`.
 */
import { align, fromMatrix, matrixShape, toMatrix } from "./alignment.js"
import {
  type ArrayValue,
  callNative,
  defineKernel,
  intAttribute,
  type NativeBackend,
  typeAttribute,
} from "./kernel.js"
import { type Shape, type Tensor, tf } from "./tensor.js"

const int = (value: number): Tensor => tf.scalar(value, "int32")

const nativeTake = (table: Tensor, index: Tensor, backend: NativeBackend): Tensor =>
  backend.executeSingleOutput(
    "GatherV2",
    [
      typeAttribute(backend, "float32", "Tparams"),
      typeAttribute(backend, "int32", "Tindices"),
      typeAttribute(backend, "int32", "Taxis"),
      intAttribute(backend, "batch_dims", 1),
    ],
    [table, index, int(1)],
  )

const eachPick = (
  [rows, columns]: Shape,
  index: ArrayValue["values"],
  visit: (row: number, pick: number, at: number) => void,
): void => {
  for (let row = 0; row < rows!; row++)
    for (let at = row * columns!; at < (row + 1) * columns!; at++) visit(row, index[at]!, at)
}

type Size = { readonly size: number }

type RowKernel<A = undefined> = (inputs: readonly Tensor[], attributes?: A) => Tensor

const nativeAdd = (updates: Tensor, index: Tensor, size: number, backend: NativeBackend): Tensor => {
  const rows = updates.shape[0]!
  if (updates.shape[1] === 1)
    return tf.mul(tf.reshape(tf.oneHot(tf.cast(index, "int32"), size), [rows, size]), updates)
  const starts = backend.executeSingleOutput(
    "Range",
    [typeAttribute(backend, "int32", "Tidx")],
    [int(0), int(rows * size), int(size)],
  )
  const flat = callNative(backend, "AddV2", tf.reshape(starts, [rows, 1]), index)
  const summed = backend.executeSingleOutput(
    "UnsortedSegmentSum",
    [
      typeAttribute(backend, "float32", "T"),
      typeAttribute(backend, "int32", "Tindices"),
      typeAttribute(backend, "int32", "Tnumsegments"),
    ],
    [updates, flat, int(rows * size)],
  )
  return tf.reshape(summed, [rows, size])
}

/** [rows, columns] updates added up at their index: [rows, size]; the gradient of `takeRows`. */
const addRows: RowKernel<Size> = defineKernel<Size>(2, {
  name: "LatentlyAddRows",
  native: ([updates, index], { size }, backend) => nativeAdd(updates!, index!, size, backend),
  arrays: ([updates, index], { size }) => {
    const values = new Float64Array(updates!.shape[0]! * size)
    eachPick(updates!.shape, index!.values, (row, pick, at) => {
      values[row * size + pick]! += updates!.values[at]!
    })
    return { shape: [updates!.shape[0]!, size], dtype: "float32", values: Float32Array.from(values) }
  },
  gradient: (dy, [, index]) => [() => takeRows([dy, index!]), () => tf.zerosLike(index!)],
})

/** Row by row, the entries of a [rows, size] table at a [rows, columns] int32 index that lies inside. */
const takeRows: RowKernel = defineKernel(2, {
  name: "LatentlyTakeRows",
  native: ([table, index], _, backend) => nativeTake(table!, index!, backend),
  arrays: ([table, index]) => {
    const values = new Float32Array(index!.values.length)
    const size = table!.shape[1]!
    eachPick(index!.shape, index!.values, (row, pick, at) => {
      values[at] = table!.values[row * size + pick]!
    })
    return { shape: index!.shape, dtype: "float32", values }
  },
  gradient: (dy, [table, index]) => [
    () => addRows([dy, index!], { size: table!.shape[1]! }),
    () => tf.zerosLike(index!),
  ],
})

/**
 * The largest of each row, and Σ exp(l - largest) over the others. Entries equal to the largest are 1 each, less the
 * one.
 */
type TopAndRest = readonly [top: Tensor, rest: Tensor]

const topAndRest = (logits: Tensor, backend: NativeBackend): TopAndRest => {
  const top = tf.max(logits, 1, true)
  const gap = tf.sub(logits, top)
  const [zero, one] = [tf.scalar(0), tf.scalar(1)]
  const below = tf.less(gap, zero)
  // selections, not products: XLA fuses them into the sums
  const select = (a: Tensor, b: Tensor): Tensor =>
    backend.executeSingleOutput("SelectV2", [typeAttribute(backend, "float32")], [below, a, b])
  const ties = tf.sub(tf.sum(select(zero, one), 1, true), one)
  return [top, tf.add(tf.sum(select(tf.exp(gap), zero), 1, true), ties)]
}

/** Up to how many classes, and from how many numbers on, one column after another is the faster way. */
const [fewClasses, manyNumbers] = [16, 2 ** 16]

/**
 * The same, class by class over long columns: reductions of short rows are slow, with XLA and without (8.6 ms
 * against 18).
 */
const topAndRestByColumn = (logits: Tensor, backend: NativeBackend): TopAndRest => {
  const [rows, classes] = logits.shape as [number, number]
  const attributes = [
    typeAttribute(backend, "float32"),
    intAttribute(backend, "num", classes),
    intAttribute(backend, "axis", 0),
  ]
  const columns = backend.executeMultipleOutputs("Unpack", attributes, [tf.transpose(logits)], classes)
  const top = columns.reduce((a, b) => tf.maximum(a, b))
  const gaps = columns.map((column) => tf.sub(column, top))
  const ratios = gaps.map((gap) => tf.exp(gap))
  const zero = tf.zerosLike(top)
  const below = tf.addN(ratios.map((ratio, k) => tf.where(tf.less(gaps[k]!, 0), ratio, zero)))
  const ties = tf.sub(tf.round(tf.sub(tf.addN(ratios), below)), 1)
  return [tf.reshape(top, [rows, 1]), tf.reshape(tf.add(below, ties), [rows, 1])]
}

/**
 * (l_k - m) - log1p(Σ_{j≠top} exp(l_j - m)) with m the largest logit: both terms are at most 0, so that nothing cancels
 * and a nearly certain class keeps its digits.
 */
const nativeLogMass = (logits: Tensor, index: Tensor, backend: NativeBackend): Tensor => {
  const byColumn = logits.shape[1]! <= fewClasses && logits.size >= manyNumbers
  const [top, rest] = (byColumn ? topAndRestByColumn : topAndRest)(logits, backend)
  return tf.sub(tf.sub(nativeTake(logits, index, backend), top), tf.log1p(rest))
}

const rowTop = (values: ArrayValue["values"], start: number, size: number): number => {
  let top = start
  for (let i = start + 1; i < start + size; i++) if (values[i]! > values[top]!) top = i
  return top
}

const rowExcess = (values: ArrayValue["values"], start: number, size: number, top: number): number => {
  let rest = 0
  for (let i = start; i < start + size; i++) if (i !== top) rest += Math.exp(values[i]! - values[top]!)
  return Math.log1p(rest)
}

/**
 * The log-probability, under softmax(logits) of each row, of the classes in `index`: [rows, size], [rows, columns]
 * to [rows, columns].
 */
const logMassRows = defineKernel(2, {
  name: "LatentlyLogMassRows",
  native: ([logits, index], _, backend) => nativeLogMass(logits!, index!, backend),
  arrays: ([logits, index]) => {
    const [rows, columns] = index!.shape as [number, number]
    const size = logits!.shape[1]!
    const values = new Float32Array(rows * columns)
    for (let row = 0; row < rows; row++) {
      const top = rowTop(logits!.values, row * size, size)
      const excess = rowExcess(logits!.values, row * size, size, top)
      for (let at = row * columns; at < (row + 1) * columns; at++)
        values[at] = logits!.values[row * size + index!.values[at]!]! - logits!.values[top]! - excess
    }
    return { shape: [rows, columns], dtype: "float32", values }
  },
  gradient: (dy, [logits, index]) => [
    () =>
      tf.sub(
        addRows([dy, index!], { size: logits!.shape[1]! }),
        tf.mul(tf.softmax(logits!), tf.sum(dy, 1, true)),
      ),
    () => tf.zerosLike(index!),
  ],
})

/**
 * Runs a kernel of [rows, size] and [rows, columns] over a table [...batch, size] and an index (or any other value) that
 * broadcasts against its batch: shape, the two broadcast.
 */
export const overBatch = (kernel: RowKernel, table: Tensor, index: Tensor): Tensor => {
  const batch = table.shape.slice(0, -1)
  const full = tf.broadcast_util.assertAndGetBroadcastShape(batch, index.shape)
  const alignment = align(batch, full)
  const picks = toMatrix(tf.broadcastTo(index, full), alignment)
  return fromMatrix(
    kernel([tf.reshape(table, [matrixShape(alignment)[0], table.shape[table.rank - 1]!]), picks]),
    alignment,
  )
}

/**
 * The entries of `table` [...batch, size] at an int32 `index` in 0 … size-1 that broadcasts against the batch.
 *
 * @example takeLast(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor1d([1, 0], "int32"))   // [2, 3]
 */
export const takeLast = (table: Tensor, index: Tensor): Tensor => overBatch(takeRows, table, index)

/**
 * log softmax(logits)[index]: the log-probability of class `index` (int32, in 0 … size-1, broadcast against the batch)
 * under `logits` [...batch, size]. Logits of -Infinity are impossible classes; each row needs a finite one. Accurate
 * to float32 rounding however certain the class is; the gradient is one-hot minus softmax.
 *
 * @example logMassAt(tf.tensor1d([0, 20]), tf.scalar(1, "int32"))   // -2.0611537e-9
 */
export const logMassAt = (logits: Tensor, index: Tensor): Tensor => overBatch(logMassRows, logits, index)
