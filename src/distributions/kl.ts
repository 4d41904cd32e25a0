/**
 * Kullback-Leibler divergences in closed form, by pair of families. Each family's file registers the pairs it knows.
 * Looks through `toEvent`, `expand` and `mask`. Next: any family, for how it registers.
 */
import { DistributionError } from "../engine/error.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Distribution } from "./distribution.js"
import { type Wrapped, wrapping } from "./wrappers.js"

type Formula = (p: Distribution, q: Distribution) => Tensor

const formulas = new Map<string, Formula>()

/** Registers the closed form of KL(p ‖ q) for a pair of bare families. */
export const registerKl = (p: string, q: string, formula: Formula): void =>
  void formulas.set(`${p}|${q}`, formula)

const sameSplit = (p: Distribution, q: Distribution): boolean => p.eventShape.length === q.eventShape.length

const find = (p: Distribution, q: Distribution): (() => Tensor) | undefined => {
  const left = wrapping(p)
  const right = wrapping(q)
  if (left?.kind === "masked" || right?.kind === "masked") return undefined
  if (left?.kind === "expanded") return overBatch(find(left.inner, q), p, q)
  if (right?.kind === "expanded") return overBatch(find(p, right.inner), p, q)
  if (left?.kind === "independent" && right?.kind === "independent") return summed(left, right, p, q)
  const formula = left || right ? undefined : formulas.get(`${p.family}|${q.family}`)
  return formula && sameSplit(p, q) ? () => formula(p, q) : undefined
}

const overBatch = (
  inner: (() => Tensor) | undefined,
  p: Distribution,
  q: Distribution,
): (() => Tensor) | undefined =>
  inner &&
  (() => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape([...p.batchShape], [...q.batchShape])
    const value = inner()
    return tf.add(value, tf.zeros(shape))
  })

const summed = (
  left: Wrapped,
  right: Wrapped,
  p: Distribution,
  q: Distribution,
): (() => Tensor) | undefined => {
  if (!sameSplit(p, q)) return undefined
  const count = Math.min(left.count!, right.count!)
  const inner = find(peel(left, count), peel(right, count))
  return (
    inner &&
    (() => {
      const value = inner()
      const axes = Array.from({ length: count }, (_, i) => value.rank - count + i)
      return tf.sum(value, axes)
    })
  )
}

const peel = (wrapped: Wrapped, count: number): Distribution =>
  wrapped.count === count ? wrapped.inner : wrapped.inner.toEvent(wrapped.count! - count)

/** True where `kl(p, q)` has a closed form here. */
export const hasKl = (p: Distribution, q: Distribution): boolean => find(p, q) !== undefined

/**
 * KL(p ‖ q) = E_p[log p - log q] in nats, shape: the two batch shapes broadcast.
 * @throws DistributionError where no closed form is known for the pair; estimate it from draws instead.
 * @example kl(normal(1, 1), normal(0, 1))   // 0.5
 */
export const kl = (p: Distribution, q: Distribution): Tensor => {
  const formula = find(p, q)
  if (formula === undefined)
    throw new DistributionError(
      "no-closed-form",
      `no closed form is known for KL(${p.family} || ${q.family})`,
    )
  return formula()
}
