/**
 * Densities that are -Infinity outside their support, with a gradient of zero there and no NaN. Next: `half-normal.ts`.
 */
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Support } from "./support.js"

/** `condition ? a : b` of one shape; scalars are filled, for to repeat one is slow on wasm. */
const choose = (condition: Tensor, a: Tensor, b: number | Tensor): Tensor =>
  typeof b === "number" && tf.util.arraysEqual(condition.shape, a.shape)
    ? tf.where(condition, a, tf.fill(a.shape, b))
    : tf.where(condition, a, b)

/**
 * `density` at values inside the support, -Infinity elsewhere. Values outside are replaced by `safe` before the formula
 * sees them, so that no logarithm of a negative number reaches the gradient.
 */
export const within =
  (support: Support, safe: number | Tensor, density: (x: Tensor) => Tensor) =>
  (value: Tensor): Tensor => {
    const inside = support.contains(stopGradient(value))
    return choose(inside, density(choose(inside, value, safe)), Number.NEGATIVE_INFINITY)
  }

/** `formula` where `condition` holds and `otherwise` elsewhere, with the argument replaced by `safe` where it does not. */
export const guarded = (
  condition: Tensor,
  x: Tensor,
  safe: number,
  formula: (x: Tensor) => Tensor,
  otherwise: number,
): Tensor => tf.where(condition, formula(tf.where(condition, x, safe)), otherwise)
