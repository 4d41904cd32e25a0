/**
 * The exact posterior over sites that a model sums out, all in the same plates: p(k | x) on the axes of its sites. It is the
 * E-step of exact EM, and what `marginalize` leaves out. Next: `em.ts`.
 */
import { axisFromRight } from "../dsl/enumeration-axis.js"
import { type Context, execute } from "../dsl/execute.js"
import type { PlateFrame } from "../dsl/plate-frame.js"
import { programError } from "../dsl/site-error.js"
import { liftedTo, type Term, total, touches } from "../dsl/sum-product.js"
import { termsOf } from "../dsl/trace.js"
import type { Program } from "../dsl/types.js"
import { logSumExp } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** log p(x, k) of the summed sites together, [k …, ...plates], and the terms they do not enter. */
export interface SummedJoint {
  readonly joint: Tensor
  readonly rest: readonly Term[]
  readonly plates: readonly PlateFrame[]
  /** Names of the summed sites, in the order of the joint's leading axes. */
  readonly names: readonly string[]
}

const checkSamePlates = (
  frames: readonly (readonly PlateFrame[])[],
  names: readonly string[],
): readonly PlateFrame[] => {
  const keys = new Set(frames.map((plates) => plates.map((plate) => plate.name).join("/")))
  if (names.length === 0)
    throw programError(
      "nothing-to-sum",
      "the model has no discrete latent to sum out",
      'name one: em(marginalize(model, "component"), …)',
    )
  if (keys.size > 1)
    throw programError(
      "different-plates",
      `the latents ${names.map((name) => `'${name}'`).join(", ")} stand in different plates`,
      "exact EM takes latents of one plate; use variationalEm with a guide, or fit on marginalize(…)",
    )
  return frames[0]!
}

/** The joint over summed sites of one run. */
export const summedJoint = (model: Program<any>, args: readonly any[], context: Context): SummedJoint => {
  const run = execute(model, args, context)
  const { axes, padding } = context.enumeration
  const names = axes.map((axis) => axis.name)
  const plates = checkSamePlates(
    axes.map((axis) => run.entries.get(axis.name)!.plates),
    names,
  )
  const terms = termsOf(run, context.enumeration)
  const touched = terms.filter((term) => axes.some((axis) => touches(term, axis, context.enumeration)))
  const lifted = touched
    .map((term) => liftedTo(term, axes[0]!, plates, context.enumeration))
    .reduce((a, b) => tf.add(a, b))
  const width = axisFromRight(axes[axes.length - 1]!, plates.length, padding)
  const shape = Array.from({ length: width - lifted.rank }, () => 1)
  return {
    joint: tf.reshape(lifted, [...shape, ...lifted.shape]),
    rest: terms.filter((term) => !touched.includes(term)),
    plates,
    names: [...names].reverse(),
  }
}

const leading = (joint: Tensor, depth: number): number[] =>
  Array.from({ length: joint.rank - depth }, (_, axis) => axis)

/** p(k | x), the shape of the joint without the axes of size 1 between its sites. */
export const tidied = (responsibilities: Tensor, depth: number): Tensor => {
  const plates = responsibilities.shape.slice(responsibilities.rank - depth)
  const values = responsibilities.shape.slice(0, responsibilities.rank - depth).filter((size) => size > 1)
  return tf.reshape(responsibilities, [...values, ...plates])
}

/** p(k | x), the shape of the joint. */
export const responsibilitiesOf = ({ joint, plates }: SummedJoint): Tensor =>
  tf.exp(tf.sub(joint, logSumExp(joint, leading(joint, plates.length), true)))

const addTotals = (terms: readonly Term[]): Tensor =>
  terms.map(total).reduce((a, b) => tf.add(a, b), tf.scalar(0))

/** log p(x), scaled for rows not seen. */
export const logLikelihoodOf = ({ joint, rest, plates }: SummedJoint): Tensor => {
  const value = logSumExp(joint, leading(joint, plates.length))
  return tf.add(total({ names: [], value, plates, scale: 1 }), addTotals(rest))
}

/** E_r[log p(x, k)] under fixed responsibilities: what an M-step raises. */
export const expectedJoint = ({ joint, rest, plates }: SummedJoint, responsibilities: Tensor): Tensor => {
  const weighed = tf.mul(responsibilities, tf.maximum(joint, -1e30))
  const value = joint.rank === plates.length ? weighed : tf.sum(weighed, leading(joint, plates.length))
  return tf.add(total({ names: [], value, plates, scale: 1 }), addTotals(rest))
}
