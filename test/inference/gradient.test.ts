/**
 * Gradients in single draws and single batches, where they have an exact formula. The grid of families and structures is
 * `gradient-grid.test.ts`, planted faults are `gradient-faults.test.ts`.
 */
import {
  bernoulli,
  fold,
  guide,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  sample,
  scale,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { rewrite } from "../../src/dsl/handlers.js"
import { edited, type Site } from "../../src/dsl/site.js"
import { sgd } from "../../src/engine/optimize.js"
import { toKey } from "../../src/engine/random.js"
import { scoped } from "../../src/engine/tensor.js"
import { type Plan, planOf } from "../../src/inference/plan.js"
import { flattened, gradientDraws } from "../../src/inference/proof/gradient-draws.js"
import { type StepOptions, stepProgram } from "../../src/inference/step-program.js"
import { useBackend } from "../backends.js"

type Tensor = tf.Tensor

const settings: StepOptions = { particles: 1, batch: undefined, optimizer: sgd(1), seed: 0 }

/** The gradients of the first step and its draws of one site. */
const firstStep = (model: any, guide: any, args: any[], options: Partial<StepOptions> = {}) => {
  const plan = scoped(() => planOf(model, guide, args, toKey(0)))
  const program = stepProgram(plan, { ...settings, ...options })
  const [gradient] = gradientDraws(program, 1)
  program.dispose()
  return { gradient: [...gradient!], plan }
}

const drawOf = (plan: Plan, site: string, law: { sample: (key: any) => Tensor }): number[] => [
  ...law.sample(fold({ hash: fold(plan.key, "draws").hash, step: 0 }, site)).dataSync(),
]

describe("one draw, against its formula", () => {
  useBackend("tensorflow")
  const [loc, spread, x] = [0.3, 0.7, 1.4]
  const bell = model(function* () {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 0.5), x)
  })
  const normalGuide = (gradient: "pathwise" | "score") =>
    guide(bell, function* () {
      const mean = yield* param("loc", loc)
      const deviation = yield* param("scale", spread, positive)
      yield* sample("z", normal(mean, deviation), { gradient })
    })

  it("pathwise: d/dloc = -z + 4(x - z) - 0, with the entropy's own gradient", () => {
    const drawn = scale(bell, 1)
    const { gradient, plan } = firstStep(drawn, scale(normalGuide("pathwise"), 2), [])
    const [z] = drawOf(plan, "z", normal(loc, spread))
    const slope = -z! + 4 * (x - z!)
    const noise = (z! - loc) / spread
    // 2 log q has no loc in it along the path; its scale part is 2 by log scale
    expect(gradient[0]).toBeCloseTo(slope, 4)
    expect(gradient[1]).toBeCloseTo(slope * noise * spread + 2, 4)
  })

  it("score function: ∇log q · (log p - log q), the baseline being 0 at the first step", () => {
    const { gradient, plan } = firstStep(bell, scale(normalGuide("score"), 3), [])
    const [z] = drawOf(plan, "z", normal(loc, spread))
    const logNormal = (value: number, mean: number, deviation: number): number =>
      -0.5 * ((value - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI)
    const cost = logNormal(z!, 0, 1) + logNormal(x, z!, 0.5) - 3 * logNormal(z!, loc, spread)
    const byLoc = (z! - loc) / spread ** 2
    const byScale = ((z! - loc) / spread) ** 2 - 1
    expect(gradient[0]).toBeCloseTo(byLoc * (cost - 3), 3)
    expect(gradient[1]).toBeCloseTo(byScale * (cost - 3), 3)
  })

  it("closed-form KL: only the likelihood is drawn", () => {
    const { gradient, plan } = firstStep(bell, normalGuide("pathwise"), [])
    const [z] = drawOf(plan, "z", normal(loc, spread))
    const noise = (z! - loc) / spread
    expect(gradient[0]).toBeCloseTo(4 * (x - z!) - loc, 4)
    expect(gradient[1]).toBeCloseTo(4 * (x - z!) * noise * spread + 1 - spread ** 2, 4)
  })

  it("exact sum: no draw at all", () => {
    const coin = model(function* () {
      const z = yield* sample("z", bernoulli({ probs: 0.4 }))
      yield* observe("x", normal(tf.mul(z, 2), 1), 1.5)
    })
    const q = guide(coin, function* () {
      yield* sample("z", bernoulli({ logits: yield* param("logit", 0.2) }))
    })
    const on = 1 / (1 + Math.exp(-0.2))
    const [yes, no] = [Math.log(0.4) - 0.5 * 0.25, Math.log(0.6) - 0.5 * 2.25]
    expect(firstStep(coin, q, []).gradient[0]).toBeCloseTo(on * (1 - on) * (yes - no - 0.2), 5)
  })
})

/** A guide whose draws are fixed row by row, so that a row has the same draw in every batch. */
const fixedByRow =
  (program: any, values: Readonly<Record<string, (dist: any, indices: tf.Tensor1D) => Tensor>>): any =>
  (...args: any[]) =>
    rewrite(program(...args), (site: Site) => {
      const value = values[site.name]
      if (site.role !== "latent" || value === undefined) return site
      const { indices, count } = site.details.plates[0]!
      const rows = (indices ?? tf.range(0, count, 1, "int32")) as tf.Tensor1D
      return edited(site, { value: value(site.details.dist, rows) })
    })

describe("batches", () => {
  useBackend("tensorflow")
  const data = [0.3, -1.2, 2.5, 0.8, 1.1, -0.4, 3.0]
  const noise = [0.1, -0.7, 1.3, 0.4, -0.2, 0.9, -1.5]
  const coins = [1, 0, 0, 1, 1, 0, 1]
  const program = model(function* (x: tf.Tensor1D) {
    const w = yield* param("w", 0.5)
    yield* plate("rows", x, function* (row) {
      const z = yield* sample("z", normal(0, 1))
      const k = yield* sample("k", bernoulli({ probs: 0.4 }))
      yield* observe("x", normal(tf.add(tf.mul(w, z), tf.mul(k, w)), 1), row)
    })
  })
  const q = guide(program, function* (x) {
    const slope = yield* param("slope", 0.3)
    const spread = yield* param("spread", 0.8, positive)
    yield* plate("rows", x, function* (row) {
      yield* sample("z", normal(tf.mul(slope, row), spread))
      yield* sample("k", bernoulli({ logits: tf.mul(slope, row) }), { gradient: "score" })
    })
  })
  const fixed = fixedByRow(q, {
    z: (_, rows) => tf.gather(tf.tensor1d(noise), rows),
    k: (_, rows) => tf.gather(tf.tensor1d(coins), rows),
  })

  it.each([1, 2, 3, 4, 5])("of %i rows, each seen once, average to the whole: value and gradient", (size) => {
    const x = tf.tensor1d(data)
    const plan = scoped(() => planOf(program, fixed, [x], toKey(0)))
    const at = (rows: readonly number[] | undefined): { value: number; gradient: Float64Array } => {
      const step = stepProgram(plan, {
        ...settings,
        batch: rows && { plate: "rows", size: rows.length, count: data.length },
      })
      const resident = rows ? [tf.tensor1d([...rows], "int32"), x] : [x]
      const loss = (...leaves: Tensor[]): tf.Scalar =>
        step.objective(leaves, step.state, resident, tf.tensor1d([0], "int32")).loss as tf.Scalar
      const { value, grads } = tf.valueAndGrads(loss)([...step.parameters])
      return { value: -value.dataSync()[0]!, gradient: flattened(grads, -1) }
    }
    const whole = at(undefined)
    const sum = { value: 0, gradient: whole.gradient.map(() => 0) }
    for (let from = 0; from < data.length; from += size) {
      const rows = data.map((_, i) => i).slice(from, from + size)
      const part = at(rows)
      sum.value += (part.value * rows.length) / data.length
      for (let i = 0; i < sum.gradient.length; i++)
        sum.gradient[i]! += (part.gradient[i]! * rows.length) / data.length
    }
    expect(Math.abs(sum.value / whole.value - 1)).toBeLessThan(1e-5)
    for (let i = 0; i < sum.gradient.length; i++)
      expect(Math.abs(sum.gradient[i]! / whole.gradient[i]! - 1)).toBeLessThan(1e-5)
  })
})
