/** Joint normal guides: a full covariance, a low-rank one, a single point. Next: `structured.ts`. */
import { delta } from "../../distributions/delta.js"
import type { Distribution } from "../../distributions/distribution.js"
import { lowRankMultivariateNormal } from "../../distributions/low-rank-multivariate-normal.js"
import { multivariateNormal } from "../../distributions/multivariate-normal.js"
import { positive } from "../../distributions/support.js"
import { lowerCholesky } from "../../distributions/support-structured.js"
import { param } from "../../dsl/primitives.js"
import { programError } from "../../dsl/site-error.js"
import type { Run } from "../../dsl/types.js"
import { standardNormal } from "../../engine/random.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import type { Group, Law } from "./joint.js"
import { takeRows } from "./latent.js"

const rowShape = (group: Group): number[] => group.plates.map((plate) => plate.size)

/** A first standard deviation of each number, small so that first draws lie near the middle of the supports. */
const firstScale = 0.1

/** The law's centre, zeros at first. */
export function* centre(group: Group, rows: readonly Tensor[]): Run<any, Tensor> {
  const all: Tensor = yield* param(`${group.name}/loc`, () => tf.zeros([...rowShape(group), group.size]))
  return takeRows(all, rows)
}

const firstFactor = (group: Group): Tensor =>
  tf.tile(
    tf.reshape(tf.mul(tf.eye(group.size), firstScale), [
      ...rowShape(group).map(() => 1),
      group.size,
      group.size,
    ]),
    [...rowShape(group), 1, 1],
  )

/** N(loc, L Lᵀ) with a lower-triangular L. */
export function* fullRankLaw(group: Group, rows: readonly Tensor[]): Run<any, Distribution> {
  const loc = yield* centre(group, rows)
  const all: Tensor = yield* param(
    `${group.name}/scaleTril`,
    () => firstFactor(group) as tf.Tensor2D,
    lowerCholesky,
  )
  return multivariateNormal({ loc, scaleTril: takeRows(all, rows) }) as Distribution
}

/** N(loc, W Wᵀ + diag d) with `rank` columns in W. */
export const lowRankLaw = (rank: number): Law => {
  if (!Number.isInteger(rank) || rank < 1)
    throw programError("bad-option", `lowRank was given rank: ${rank}`, "give a whole number above 0")
  return function* (group, rows) {
    const loc = yield* centre(group, rows)
    const shape = rowShape(group)
    const first = (key: Parameters<typeof standardNormal>[0]): Tensor =>
      tf.mul(standardNormal(key, [...shape, group.size, rank]), firstScale / Math.sqrt(rank))
    const covFactor: Tensor = yield* param(`${group.name}/covFactor`, first)
    const covDiag: Tensor = yield* param(
      `${group.name}/covDiag`,
      () => tf.fill([...shape, group.size], firstScale ** 2),
      positive,
    )
    return lowRankMultivariateNormal({
      loc,
      covFactor: takeRows(covFactor, rows),
      covDiag: takeRows(covDiag, rows),
    }) as Distribution
  }
}

/** All mass at one vector: its best place is the mode of the posterior on the unconstrained side. */
export function* modeLaw(group: Group, rows: readonly Tensor[]): Run<any, Distribution> {
  const loc = yield* centre(group, rows)
  return delta(loc, { eventRank: 1 }) as Distribution
}
