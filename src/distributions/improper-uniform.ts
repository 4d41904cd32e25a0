/** A density of 1 over a whole support: a flat prior, which has no draws. Next: `transformed.ts`. */
import { DistributionError } from "../engine/error.js"
import { type Shape, type Tensor, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import type { Support, SupportKind } from "./support.js"
import { sumOfLast } from "./transforms/transform.js"

/**
 * The improper uniform "distribution" over a support, log p(x) = 0 inside it. Not normalized where the support is not
 * finite: a flat prior. It cannot be drawn from; give its site a guide, or a value.
 *
 * @throws DistributionError where the event has fewer axes than the support's values, and from `sample`.
 * @example improperUniform({ support: positive }).logProb(3)                    // 0
 */
export const improperUniform = <S extends SupportKind>(named: {
  readonly support: Support<S>
  readonly batchShape?: Shape
  readonly eventShape?: Shape
}): Distribution<Tensor, S> => {
  const { support, batchShape = [], eventShape = [] } = named
  const extra = eventShape.length - support.eventRank
  if (extra < 0)
    throw new DistributionError(
      "shape-mismatch",
      `improperUniform over ${support.text} needs an event of at least ${support.eventRank} axes, not [${eventShape.join(", ")}]`,
    )
  const flat = (x: Tensor): Tensor => sumOfLast(tf.zerosLike(x), support.eventRank)
  return distribution<S>({
    family: "improperUniform",
    parameters: {},
    support: {
      ...support,
      eventRank: eventShape.length,
      contains: (x) => allOfLast(support.contains(x), extra),
    },
    batchShape,
    eventShape,
    gradient: "pathwise",
    draw: () => {
      throw new DistributionError(
        "no-draws",
        "improperUniform cannot be drawn from: it is not normalized; give the site a guide or a value",
      )
    },
    logDensity: (x) => {
      const inside = allOfLast(support.contains(x), extra)
      const zero = sumOfLast(flat(x), extra)
      const density = tf.where(inside, zero, Number.NEGATIVE_INFINITY)
      return density.rank < batchShape.length ? tf.add(density, tf.zeros([...batchShape])) : density
    },
  })
}

const allOfLast = (inside: Tensor, count: number): Tensor =>
  count === 0
    ? inside
    : tf.all(
        inside,
        Array.from({ length: count }, (_, i) => inside.rank - count + i),
      )
