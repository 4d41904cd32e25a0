/**
 * A distribution carried through a bijection: y = f(x), log p(y) = log p(x) - log |det dy/dx|. Left out: the bijections
 * themselves (`transforms/`). Next: `transforms/bijection.ts`.
 */

import { DistributionError } from "../engine/error.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import type { Support, SupportKind } from "./support.js"
import { raised, type Transform } from "./transforms/transform.js"

const ofRank = (inside: Tensor, value: Tensor): Tensor => {
  const ones = value.shape.slice(inside.rank).map(() => 1)
  return tf.broadcastTo(tf.reshape(inside, [...inside.shape, ...ones]), value.shape)
}

/** The value where it lies in the codomain; elsewhere an image of zero, so that no formula sees what it cannot take. */
const insideOnly = (transform: Transform, y: Tensor, inside: Tensor): Tensor => {
  const harmless = transform.forward(tf.zeros([...transform.inverseShape(y.shape)]))
  return tf.where(ofRank(inside, y), y, harmless)
}

const allFinite = (x: Tensor, eventRank: number): Tensor => {
  const axes = Array.from({ length: eventRank }, (_, i) => x.rank - eventRank + i)
  return axes.length === 0 ? tf.isFinite(x) : tf.all(tf.isFinite(x), axes)
}

/** Members of the codomain that the transform reaches: an end such as σ(∞) = 1 belongs to the set, but is no image. */
const reached = (map: Transform, y: Tensor): Tensor => {
  const inside = map.codomain.contains(y)
  const x = map.inverse(insideOnly(map, y, inside))
  return tf.logicalAnd(inside, allFinite(x, map.domain.eventRank))
}

const densityByInverse = (law: Distribution, map: Transform, y: Tensor): Tensor => {
  const inside = reached(map, stopGradient(y))
  const safe = insideOnly(map, y, inside)
  const x = map.inverse(safe)
  const density = tf.sub(law.logDensity(x), map.logDetJacobian(x, safe))
  return tf.where(tf.broadcastTo(inside, density.shape), density, Number.NEGATIVE_INFINITY)
}

interface Tape {
  readonly state: {
    readonly gradientDepth: number
    readonly activeTape?: readonly { readonly outputs: readonly Tensor[] }[]
  }
}

/** False where a derivative by `y` itself is being taken: then y must not be replaced by what it was made of. */
const madeOnTape = (y: Tensor): boolean => {
  const { gradientDepth, activeTape = [] } = (tf.engine() as unknown as Tape).state
  return gradientDepth === 0 || activeTape.some(({ outputs }) => outputs.some(({ id }) => id === y.id))
}

/**
 * The law of f(x) for x drawn from `base`, pathwise where `base` is.
 *
 * Axes of the transform's event that the base holds as batch become event; a transform of single numbers acts on each.
 * A draw's density is computed from the x it came from, not by inverting f; any other value's by inverting, and it is
 * -Infinity outside the codomain.
 * @throws DistributionError where `base` has fewer axes than one value of the transform takes.
 * @example transformed(normal(0, 1), transforms.exp).logProb(1)                    // -0.9189385, the log-normal's
 */
export const transformed = <S extends SupportKind = SupportKind>(
  base: Distribution,
  transform: Omit<Transform, "codomain"> & { readonly codomain: Support<S> },
): Distribution<Tensor, S> => {
  const missing = Math.max(0, transform.domain.eventRank - base.eventShape.length)
  if (missing > base.batchShape.length)
    throw new DistributionError(
      "shape-mismatch",
      `transformed: ${transform.name} takes values of ${transform.domain.eventRank} axes, but ${base.family} has ` +
        `batch [${base.batchShape.join(", ")}] and event [${base.eventShape.join(", ")}]`,
    )
  const law = base.toEvent(missing)
  const map = raised(transform as Transform, law.eventShape.length - transform.domain.eventRank)
  const eventShape = map.forwardShape(law.eventShape)
  const sources = new WeakMap<Tensor, Tensor>()
  return distribution<S>({
    family: "transformed",
    parameters: base.parameters,
    support: map.codomain as Support<S>,
    batchShape: law.batchShape,
    eventShape,
    gradient: base.gradient,
    draw: (key, shape) => {
      const x = law.draw(key, [...shape.slice(0, shape.length - eventShape.length), ...law.eventShape])
      const y = map.forward(x)
      sources.set(y, x)
      return y
    },
    logDensity: (y) => {
      const x = sources.get(y)
      if (x === undefined || !madeOnTape(y)) return densityByInverse(law, map, y)
      return tf.sub(law.logDensity(x), map.logDetJacobian(x, y))
    },
  })
}
