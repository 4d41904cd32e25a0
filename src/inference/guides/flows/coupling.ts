/** Couplings: the first half of a vector stays and decides how the second half moves. Next: `affine-coupling.ts`. */
import { sliceLast } from "../../../distributions/transforms/transform.js"
import { type Tensor, tf } from "../../../engine/tensor.js"
import type { Flowed, Layer } from "./flow.js"

/** A bijection of each number by itself, given its parameters: [..., moved, parameters a number]. */
export interface Elementwise {
  readonly parameters: number
  forward(x: Tensor, parameters: Tensor): { readonly y: Tensor; readonly slopes: Tensor }
  inverse(y: Tensor, parameters: Tensor): Tensor
}

/** How many entries stay. */
export const staying = (size: number): number => Math.floor(size / 2)

/** A coupling of vectors of a size; `decide` maps the entries that stay to the parameters of those that move. */
export const coupling = (
  name: string,
  size: number,
  kind: Elementwise,
  decide: (kept: Tensor) => Tensor,
): Layer => {
  const keeps = staying(size)
  const halves = (x: Tensor): [Tensor, Tensor] => [sliceLast(x, 0, keeps), sliceLast(x, keeps, size - keeps)]
  const shaped = (kept: Tensor): Tensor =>
    tf.reshape(decide(kept), [...kept.shape.slice(0, -1), size - keeps, kind.parameters])
  return {
    name,
    forward: (x): Flowed => {
      const [kept, moved] = halves(x)
      const { y, slopes } = kind.forward(moved, shaped(kept))
      return { y: tf.concat([kept, y], -1), logDet: tf.sum(slopes, -1) }
    },
    inverse: (y) => {
      const [kept, moved] = halves(y)
      return tf.concat([kept, kind.inverse(moved, shaped(kept))], -1)
    },
  }
}
