/** Transforms one after another, and backwards. */
import { type Tensor, tf } from "../../engine/tensor.js"
import { raisedSupport, sumOfLast, type Transform } from "./transform.js"

/** For each part, how many event axes its input has inside the chain. */
const ranksOf = (parts: readonly Transform[]): number[] => {
  let change = 0
  let needed = 0
  for (const { domain, codomain } of parts) {
    needed = Math.max(needed, domain.eventRank - change)
    change += codomain.eventRank - domain.eventRank
  }
  let rank = needed
  return parts.map(({ domain, codomain }) => {
    const here = rank
    rank += codomain.eventRank - domain.eventRank
    return here
  })
}

/** The inputs of every part, and the last output. */
const stagesOf = (parts: readonly Transform[], x: Tensor): Tensor[] => {
  const stages = [x]
  for (const part of parts) stages.push(part.forward(stages[stages.length - 1]!))
  return stages
}

/**
 * The transforms in order, the first applied first. Log-determinants add; those of parts with fewer event axes than the
 * chain are summed over the rest. Computed from x alone.
 *
 * @example compose(affine({ loc: 0, scale: 2 }), exp).forward(tf.scalar(1))   // e²
 */
export const compose = (...parts: readonly [Transform, ...Transform[]]): Transform => {
  const ranks = ranksOf(parts)
  const last = parts[parts.length - 1]!
  const extra = ranks[ranks.length - 1]! - last.domain.eventRank
  return {
    name: `compose(${parts.map(({ name }) => name).join(", ")})`,
    domain: raisedSupport(parts[0].domain, ranks[0]! - parts[0].domain.eventRank),
    codomain: raisedSupport(last.codomain, extra),
    forward: (x) => parts.reduce((value, part) => part.forward(value), x),
    inverse: (y) => parts.reduceRight((value, part) => part.inverse(value), y),
    logDetJacobian: (x) => {
      const stages = stagesOf(parts, x)
      const logs = parts.map((part, i) =>
        sumOfLast(part.logDetJacobian(stages[i]!, stages[i + 1]!), ranks[i]! - part.domain.eventRank),
      )
      return logs.reduce((a, b) => tf.add(a, b))
    },
    forwardShape: (shape) => parts.reduce((s, part) => part.forwardShape(s), shape),
    inverseShape: (shape) => parts.reduceRight((s, part) => part.inverseShape(s), shape),
  }
}

/**
 * The transform run backwards: its log-determinant is the negative.
 *
 * @example invert(exp).forward(tf.scalar(1))   // 0
 */
export const invert = (transform: Transform): Transform => ({
  name: `invert(${transform.name})`,
  domain: transform.codomain,
  codomain: transform.domain,
  forward: transform.inverse,
  inverse: transform.forward,
  logDetJacobian: (x, y) => tf.neg(transform.logDetJacobian(y, x)),
  forwardShape: transform.inverseShape,
  inverseShape: transform.forwardShape,
})
