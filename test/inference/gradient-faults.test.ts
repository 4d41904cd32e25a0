/** Faults planted in the step by way of `checkGradient`'s seam, each of which it must find. */
import {
  bernoulli,
  fold,
  guide,
  model,
  normal,
  observe,
  param,
  plate,
  sample,
  stopGradient,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import type { StepProgram } from "../../src/engine/step.js"
import { averageBaselines } from "../../src/inference/baseline.js"
import { type Bound, type Credit, elbo } from "../../src/inference/elbo.js"
import { paramsFrom } from "../../src/inference/leaves.js"
import type { Plan } from "../../src/inference/plan.js"
import { checkGradient } from "../../src/inference/proof/check-gradient.js"
import { type StepOptions, stepProgram } from "../../src/inference/step-program.js"
import { useBackend } from "../backends.js"

type Tensor = tf.Tensor

/** A step made anew of the pieces of the ELBO, with one of them replaced. */
const faulty =
  (surrogate: (bound: Bound, plan: Plan, carried: readonly Tensor[], leaves: readonly Tensor[]) => Tensor) =>
  (plan: Plan, options: StepOptions): StepProgram & { dispose(): void } => {
    const honest = stepProgram(plan, options)
    return {
      ...honest,
      objective: (leaves, carried, resident, step) => {
        const bound = elbo(plan, plan.args, {
          key: { hash: fold(plan.key, "draws").hash, step },
          param: paramsFrom(plan.leaves, leaves),
          ...(options.batch ? { batches: new Map([[options.batch.plate, resident[0]!]]) } : {}),
        })
        const { state } = averageBaselines(bound.credits, carried)
        return {
          loss: tf.neg(tf.add(bound.elbo, surrogate(bound, plan, carried, leaves))),
          state,
          outputs: [],
        }
      },
    }
  }

const sum = (parts: readonly Tensor[]): Tensor => parts.reduce((a, b) => tf.add(a, b), tf.scalar(0))

const crediting = (weigh: (credit: Credit) => Tensor) =>
  faulty((bound) => sum(bound.credits.map((credit) => tf.sum(weigh(credit)))))

const faults: Readonly<Record<string, ReturnType<typeof faulty>>> = {
  "scale counted twice": crediting(({ logGuide, cost }) => tf.mul(logGuide, stopGradient(tf.mul(cost, 4)))),
  "the wrong sign": crediting(({ logGuide, cost }) => tf.neg(tf.mul(logGuide, stopGradient(cost)))),
  "a dropped term": crediting(({ logGuide, cost }) =>
    tf.mul(logGuide, stopGradient(tf.add(cost, tf.mul(4, logGuide)))),
  ),
  "a shift by one": faulty((bound, _, carried, leaves) =>
    tf.add(
      averageBaselines(bound.credits, carried).surrogate!,
      sum(leaves.map((leaf) => tf.sub(tf.sum(leaf), stopGradient(tf.sum(leaf))))),
    ),
  ),
  "the gradient stopped on the wrong factor": crediting(({ logGuide, cost }) =>
    tf.mul(stopGradient(logGuide), cost),
  ),
  "a baseline that sees its own sample": crediting(({ logGuide, cost }) =>
    tf.mul(logGuide, stopGradient(tf.sub(cost, tf.mul(0.5, cost)))),
  ),
}

const honest = crediting(({ logGuide, cost }) => tf.mul(logGuide, stopGradient(cost)))

describe("planted faults", () => {
  useBackend("cpu")
  const coins = model(function* (x: tf.Tensor1D) {
    const w = yield* param("w", 1)
    yield* plate("rows", x, function* (row) {
      const z = yield* sample("z", bernoulli({ probs: 0.4 }))
      yield* observe("x", normal(tf.mul(w, z), 1), row)
    })
  })
  const q = guide(coins, function* (x) {
    const logit = yield* param("logit", 1.2)
    yield* plate("rows", x, function* () {
      yield* sample("z", bernoulli({ logits: logit }), { gradient: "score" })
    })
  })
  const few = (): [tf.Tensor1D] => [tf.fill([40], 1.6) as tf.Tensor1D]
  const options = { batch: 10, draws: 300, varianceDraws: 0 }

  it.each(Object.keys(faults))("%s is found", (fault) => {
    const check = checkGradient(coins, q, few(), { ...options, program: faults[fault]! })
    expect(check.ok).toBe(false)
    expect(String(check)).toContain("BIASED")
  })

  it("none is found in the same step without one, nor in the fit's own", () => {
    expect(checkGradient(coins, q, few(), { ...options, program: honest }).maxAbsZ).toBeLessThan(4.5)
    expect(checkGradient(coins, q, few(), options).maxAbsZ).toBeLessThan(4.5)
  })
})
