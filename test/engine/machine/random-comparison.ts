/**
 * How far apart two ways of computing the same may be: what rounding explains, measured by computing once more from inputs that are
 * a little off. Next: `random-programs.test.ts`.
 */
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"
import type { Chance } from "./random-values.js"

/** Floats moved by up to eight units in the last place; whole numbers as they are. */
export const perturbed = (chance: Chance, tensor: Tensor): Tensor => {
  if (tensor.dtype !== "float32") return tensor
  const factors = Array.from({ length: tensor.size }, () => 1 + (chance.below(17) - 8) * 2 ** -23)
  return tf.mul(tensor, tf.tensor(factors, tensor.shape))
}

const largest = (numbers: ArrayLike<number>): number => {
  let most = 0
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, Math.abs(numbers[i]!))
  return most
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let most = 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

/**
 * What the difference may be: forty operations of which each rounds once, at the size of the numbers, and eight times what inputs off
 * by eight roundings change.
 */
const tolerance = (expected: ArrayLike<number>, moved: ArrayLike<number>): number =>
  40 * 2 ** -23 * Math.max(1, largest(expected)) + 8 * difference(expected, moved)

/** What is wrong with a result, or nothing. `moved` is the result for perturbed inputs. */
export const complaint = (result: Tensor, expected: Tensor, moved: Tensor): string | undefined => {
  const types = [result, expected].map(({ dtype, shape }) => `${dtype} [${shape}]`)
  if (types[0] !== types[1]) return `${types[0]}, not ${types[1]}`
  const [numbers, wanted, off] = [result, expected, moved].map((t) => t.dataSync())
  const most = expected.dtype === "float32" ? tolerance(wanted!, off!) : 0
  for (let at = 0; at < wanted!.length; at++)
    if (numbers![at] !== wanted![at] && !(Math.abs(numbers![at]! - wanted![at]!) <= most))
      return `${types[0]} at ${at}: ${numbers![at]}, not ${wanted![at]} (within ${most})`
  return undefined
}
