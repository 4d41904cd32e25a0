/**
 * The ELBO's gradient by an estimator that shares nothing with the ones in use: the plain score function on whole runs, two
 * at a time so that each is the other's baseline, no closed forms, no batches, no credit by site. It is unbiased and
 * noisy: the referee where no exact sum can be had. Next: `check-gradient.ts`.
 */
import { type Entry, type Execution, execute } from "../../dsl/execute.js"
import { plateScale } from "../../dsl/plate-frame.js"
import { score } from "../../dsl/score.js"
import { logJointOf } from "../../dsl/trace.js"
import { withChecks } from "../../engine/checks.js"
import { fold } from "../../engine/random.js"
import { stopGradient } from "../../engine/repair/index.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { drawsOf, type Plan } from "../plan.js"
import { paramsFrom } from "../step-program.js"
import { samplingLaw } from "./assignment.js"
import { flattened } from "./gradient-draws.js"

const latentsOf = (run: Execution): Entry[] =>
  [...run.entries.values()].filter((entry) => entry.role === "latent" && entry.dist!.gradient !== "exact")

const add = (tensors: readonly Tensor[]): Tensor => tensors.reduce((a, b) => tf.add(a, b), tf.scalar(0))

/** One whole run: log q of its draws, and log p - log q as the objective counts them. */
const runOnce = (plan: Plan, leaves: readonly Tensor[], draw: number): { density: Tensor; cost: Tensor } => {
  const enumeration = { axes: [], padding: plan.padding }
  const context = {
    key: fold(fold(plan.key, "reference"), draw),
    param: paramsFrom(plan.leaves, leaves),
    enumeration,
  }
  const detaches = (name: string): boolean => plan.sites.get(name)?.family !== "delta"
  const guide = execute(plan.guide, plan.args, { ...context, detaches })
  const model = execute(plan.model, plan.args, { ...context, values: drawsOf(guide) })
  const latents = latentsOf(guide)
  const counted = latents.map((entry) =>
    tf.mul(tf.sum(score(entry, enumeration)), entry.site.details.scale * plateScale(entry.plates)),
  )
  return {
    density: add(latents.map((entry) => tf.sum(samplingLaw(entry.dist!).logDensity(entry.value)))),
    cost: tf.sub(logJointOf(model, enumeration), add(counted)),
  }
}

const surrogate = (plan: Plan, leaves: readonly Tensor[], pair: number): tf.Scalar => {
  const a = runOnce(plan, leaves, 2 * pair)
  const b = runOnce(plan, leaves, 2 * pair + 1)
  const difference = stopGradient(tf.sub(a.cost, b.cost))
  const credit = tf.mul(difference, tf.sub(a.density, b.density))
  return tf.mul(tf.add(credit, tf.add(a.cost, b.cost)), 0.5)
}

/** One gradient in the leaves end to end for each pair of runs: ½(C - C′)∇(log q - log q′) + ½∇(C + C′). */
export const scoreGradients = (plan: Plan, pairs: number): Float64Array[] =>
  withChecks(false, () =>
    Array.from({ length: pairs }, (_, pair) =>
      scoped(() => {
        const leaves = [...plan.initial]
        const { grads } = tf.engine().gradients(() => surrogate(plan, leaves, pair), leaves, undefined, true)
        return flattened(leaves.map((leaf, i) => grads[i] ?? tf.zerosLike(leaf)))
      }),
    ),
  )
