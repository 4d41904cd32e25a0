/**
 * A distribution carried through a bijection: y = f(x), log p(y) = log p(x) - log |det dy/dx|. Left out: the bijections
 * themselves (`transforms/`). Next: `transforms/bijection.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import { type Distribution, distribution } from "./distribution.js"
import type { Support, SupportKind } from "./support.js"
import { raised, type Transform } from "./transforms/transform.js"

const ofRank = (inside: Tensor, value: Tensor): Tensor =>
  tf.broadcastTo(tf.reshape(inside, [...inside.shape, ...value.shape.slice(inside.rank).map(() => 1)]), value.shape)

/** The value where it lies in the codomain; elsewhere an image of zero, so that no formula sees what it cannot take. */
const insideOnly = (transform: Transform, y: Tensor, inside: Tensor): Tensor => {
  const harmless = transform.forward(tf.zeros([...transform.inverseShape(y.shape)]))
  return tf.where(ofRank(inside, y), y, harmless)
}

/**
 * The law of f(x) for x drawn from `base`, pathwise where `base` is.
 *
 * Axes of the transform's event that the base holds as batch become event; a transform of single numbers acts on each.
 * A draw's density is computed from the x it came from, not by inverting f.
 * @throws DistributionError where `base` has fewer axes than one value of the transform takes.
 * @example transformed(normal(0, 1), exp)   // the log-normal
 */
export const transformed = <S extends SupportKind = SupportKind>(
  base: Distribution,
  transform: Omit<Transform, "codomain"> & { readonly codomain: Support<S> },
): Distribution<Tensor, S> => {
  const missing = Math.max(0, transform.domain.eventRank - base.eventShape.length)
  const law = base.toEvent(missing)
  const map = raised(transform as Transform, law.eventShape.length - transform.domain.eventRank)
  const sources = new WeakMap<Tensor, Tensor>()
  return distribution<S>({
    family: "transformed",
    parameters: base.parameters,
    support: map.codomain as Support<S>,
    batchShape: law.batchShape,
    eventShape: map.forwardShape(law.eventShape),
    gradient: base.gradient,
    draw: (key, shape) => {
      const sample = shape.slice(0, shape.length - map.forwardShape(law.eventShape).length)
      const x = law.draw(key, [...sample, ...law.eventShape])
      const y = map.forward(x)
      sources.set(y, x)
      return y
    },
    logDensity: (y) => {
      const known = sources.get(y)
      if (known !== undefined) return tf.sub(law.logDensity(known), map.logDetJacobian(known, y))
      const inside = map.codomain.contains(y)
      const safe = insideOnly(map, y, inside)
      const x = map.inverse(safe)
      const density = tf.sub(law.logDensity(x), map.logDetJacobian(x, safe))
      return tf.where(tf.broadcastTo(inside, density.shape), density, Number.NEGATIVE_INFINITY)
    },
  })
}
