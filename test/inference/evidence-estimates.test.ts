/** Estimates of log p(x) by draws of the prior and of the guide, against evidences known exactly. */
import {
  fit,
  guide,
  importance,
  marginalize,
  model,
  normal,
  observe,
  type Program,
  plate,
  priorImportance,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../backends.js"
import {
  bounded,
  boundedEvidence,
  data,
  local,
  localEvidence,
  logNormal,
  mixed,
  mixedEvidence,
  rows,
  shared,
  sharedEvidence,
  within,
} from "./known-evidence.js"

describe("draws of the prior", () => {
  useBackend("tensorflow")

  it("come within their standard error of exact evidences, in one group and in rows", () => {
    const draws = 3000
    const whole = priorImportance(shared, [rows()], { draws, seed: 1 })
    within(whole, sharedEvidence(data), 0.08)
    expect(whole.groups).toBe(1)
    const parts = priorImportance(local, [rows()], { draws, seed: 1 })
    within(parts, localEvidence(), 0.12)
    expect(parts.groups).toBe(data.length)
    within(priorImportance(local, [rows()], { draws, params: { shift: 1 } }), localEvidence(1), 0.12)
    within(priorImportance(bounded, [], { draws }), boundedEvidence, 0.05)
    within(priorImportance(mixed, [rows()], { draws }), mixedEvidence, 0.15)
    within(priorImportance(marginalize(mixed, "coin"), [rows()], { draws }), mixedEvidence, 0.15)
  })

  it("weigh batches of rows as they weigh all, and refuse them where nothing falls apart", () => {
    within(priorImportance(local, [rows()], { draws: 2000, batch: 3 }), localEvidence(), 0.15)
    expect(() => priorImportance(shared, [rows()], { batch: 3 })).toThrow(
      /importance gives each run one weight here .* whose logarithm is biased/s,
    )
  })
})

describe("draws of the guide", () => {
  useBackend("tensorflow")

  it("see a term outside the plate that all rows enter together", async () => {
    const tied = model(function* (x: tf.Tensor1D) {
      const z = yield* plate("rows", x, function* (row) {
        const inner = yield* sample("z", normal(0, 1))
        yield* observe("x", normal(inner, 1), row)
        return inner
      })
      yield* observe("total", normal(tf.sum(z), 1), 2)
    })
    const own = guide(tied, function* (x) {
      yield* plate("rows", x, function* (row) {
        yield* sample("z", normal(tf.mul(0.5, row), 0.8))
      })
    })
    const fitted = await fit(tied, own as unknown as Program<[tf.Tensor1D]>, [rows()], { steps: 1 })
    const estimate = importance(fitted, [rows()], { draws: 3000 })
    const loc = data.reduce((a, b) => a + b, 0) / 2
    const exact = data.reduce((s, v) => s + logNormal(v, 0, 2), logNormal(2, loc, 1 + data.length / 2))
    within(estimate, exact, 0.1)
    expect(estimate.groups).toBe(1)
  })
})
