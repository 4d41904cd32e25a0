/**
 * Densities that are -Infinity outside their support, with a gradient of zero there and no NaN. Next: `half-normal.ts`.
 */
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Support } from "./support.js"

/**
 * `density` at values inside the support, -Infinity elsewhere. Values outside are replaced by `safe` before the formula
 * sees them, so that no logarithm of a negative number reaches the gradient.
 */
export const within =
  (support: Support, safe: number | Tensor, density: (x: Tensor) => Tensor) =>
  (value: Tensor): Tensor => {
    const inside = support.contains(stopGradient(value))
    return tf.where(inside, density(tf.where(inside, value, safe)), Number.NEGATIVE_INFINITY)
  }

/** `formula` where `condition` holds and `otherwise` elsewhere, with the argument replaced by `safe` where it does not. */
export const guarded = (
  condition: Tensor,
  x: Tensor,
  safe: number,
  formula: (x: Tensor) => Tensor,
  otherwise: number,
): Tensor => tf.where(condition, formula(tf.where(condition, x, safe)), otherwise)
