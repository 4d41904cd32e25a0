/**
 * Gradients multiplied on the way back by weights that the way forward makes only later: what the doubly reparameterized
 * estimator needs, without running the model twice. The weights' node is reached first on the way back, and leaves them for
 * the draws' nodes. Next: `importance-weighted.ts`.
 */
import { type Tensor, tf } from "../../engine/tensor.js"

/** A pair of places in one computation: where the weights are, and what gradients they multiply. */
export interface LateGradient {
  /** log-weights [particles, groups], unchanged; tells their softmax over the particles on the way back. */
  weights(logWeights: Tensor): Tensor
  /** A draw of one run, rows first, unchanged; its gradient is multiplied by its rows' weights. */
  draw(value: Tensor, particle: number): Tensor
}

/** `x` itself, with a gradient of one's own. */
const passing = (x: Tensor, saved: () => Tensor[], back: (dy: Tensor, saved: Tensor[]) => Tensor): Tensor =>
  tf.customGrad((...given) => {
    const save = given[1] as unknown as (kept: Tensor[]) => void
    save(saved())
    return { value: tf.clone(given[0] as Tensor), gradFunc: (dy: Tensor, kept: Tensor[]) => back(dy, kept) }
  })(x)

/** The weights of the rows of one run, shaped to multiply `gradient`: one a row, or one for the run. */
const rowsOf = (weights: Tensor, gradient: Tensor, particle: number, tiled: boolean): Tensor => {
  const own = tiled ? tf.reshape(weights, [-1]) : tf.reshape(tf.slice(weights, [particle, 0], [1, -1]), [-1])
  return own.size === 1
    ? tf.reshape(own, [])
    : tf.reshape(own, [own.size, ...gradient.shape.slice(1).map(() => 1)])
}

/** A fresh pair; good for one computation. `tiled`: one run holds all particles. */
export const lateGradient = (tiled: boolean): LateGradient => {
  let known: Tensor | undefined
  return {
    weights: (logWeights) =>
      passing(
        logWeights,
        () => [tf.transpose(tf.softmax(tf.transpose(logWeights)))],
        (dy, [weights]) => {
          known = weights
          return dy
        },
      ),
    draw: (value, particle) =>
      passing(
        value,
        () => [],
        (dy) => tf.mul(dy, rowsOf(known!, dy, particle, tiled)),
      ),
  }
}
