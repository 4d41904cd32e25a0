/**
 * Which rows a step sees: every epoch takes each row exactly once, in an order keyed by seed and epoch, the short last
 * batch included. Indices are whole numbers made in JavaScript, so every backend and the compiled step see the same
 * rows. Left out: taking the rows (`eager.ts`, `compile/`).
 */
import { EngineError } from "./error.js"
import { philoxBits } from "./philox.js"

/** The numbers of the rows that a step sees; the last step of an epoch may see fewer. Not to be written to. */
export type RowsAt = (step: number) => Int32Array

/** Sets the shuffle's stream apart from the streams of sites, which are keyed by a hash of seed and name. */
const shuffleKey = 0x5851f42d

/** The numbers 0 to `count - 1` in the order of one epoch (Fisher and Yates' shuffle). */
export const permutation = (count: number, seed: number, epoch: number): Int32Array => {
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  const bits = philoxBits(Math.imul(seed, shuffleKey), epoch, count)
  for (let i = count - 1; i > 0; i--) {
    const j = ((bits[i]! >>> 0) * 2 ** -32 * (i + 1)) | 0
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  return order
}

/** How many steps make an epoch: `ceil(count / size)`. */
export const stepsPerEpoch = (count: number, size: number): number => Math.ceil(count / size)

/**
 * Which of `count` rows each step sees, `size` at a time. Keeps the present epoch's order between calls. Throws an
 * `EngineError` on a size or count that is not a whole number above 0.
 */
export const createBatches = (count: number, size: number, seed: number): RowsAt => {
  for (const [name, value] of Object.entries({ count, size }))
    if (!Number.isInteger(value) || value < 1)
      throw new EngineError("batch", `batch ${name} is ${value}; it must be a whole number above 0`)
  const perEpoch = stepsPerEpoch(count, size)
  let held: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array(0) }
  return (step) => {
    const epoch = Math.floor(step / perEpoch)
    if (held.epoch !== epoch) held = { epoch, order: permutation(count, seed, epoch) }
    const start = (step % perEpoch) * size
    return held.order.subarray(start, Math.min(start + size, count))
  }
}
