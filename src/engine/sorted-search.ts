/**
 * Where numbers fall among sorted ones: how a class is drawn from cumulative probabilities, in logarithmic time. Left
 * out:
 * sorting. Next: `last-axis.ts`, whose batches this runs over.
 */
import { defineKernel, typeAttribute } from "./kernel.js"
import { overBatch } from "./last-axis.js"
import type { Tensor } from "./tensor.js"

/** How many of `size` sorted numbers from `start` on are below `level`. */
const rankIn = (sorted: ArrayLike<number>, start: number, size: number, level: number): number => {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[start + middle]! < level) low = middle + 1
    else high = middle
  }
  return low
}

const countRows = defineKernel(2, {
  name: "LatentlyCountBelow",
  native: ([sorted, levels], _, backend) =>
    backend.executeSingleOutput(
      "LowerBound",
      [typeAttribute(backend, "float32", "T"), typeAttribute(backend, "int32", "out_type")],
      [sorted!, levels!],
    ),
  arrays: ([sorted, levels]) => {
    const [rows, columns] = levels!.shape as [number, number]
    const size = sorted!.shape[1]!
    const values = Int32Array.from({ length: rows * columns }, (_, at) =>
      rankIn(sorted!.values, Math.floor(at / columns) * size, size, levels!.values[at]!),
    )
    return { shape: [rows, columns], dtype: "int32", values }
  },
})

/**
 * How many of the numbers on the last axis of `sorted` [...batch, size], which do not decrease, are strictly below
 * `level`,
 * which broadcasts against the batch: int32. No gradient flows.
 *
 * @example countBelow(tf.tensor1d([0.2, 0.7]), tf.tensor1d([0.1, 0.5, 0.9]))   // [0, 1, 2]
 */
export const countBelow = (sorted: Tensor, level: Tensor): Tensor => overBatch(countRows, sorted, level)
