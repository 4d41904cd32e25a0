/** Encoders derived from models: they reach exact posteriors, see what the graph says, and serve new rows. */
import {
  autoGuide,
  bernoulli,
  categorical,
  evaluate,
  explain,
  fit,
  gamma,
  model,
  multivariateNormal,
  normal,
  observe,
  param,
  plate,
  poisson,
  positive,
  random,
  sample,
  stickingTheLanding,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../../backends.js"

const loadings = [
  [1.2, -0.3],
  [0.4, 0.9],
  [-0.8, 0.5],
  [0.1, 1.1],
]

const ppca = model(function* (x: tf.Tensor2D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(tf.zeros([2]), 1).toEvent(1))
    const loc = tf.matMul(z as tf.Tensor2D, tf.tensor2d(loadings), false, true)
    yield* observe("x", normal(loc, 0.5).toEvent(1), row)
  })
})

const drawn = (rows: number, seed: number): tf.Tensor2D => {
  const z = normal(tf.zeros([rows, 2]), 1).sample(seed) as tf.Tensor2D
  return tf.add(
    tf.matMul(z, tf.tensor2d(loadings), false, true),
    normal(tf.zeros([rows, 4]), 0.5).sample(seed + 1),
  )
}

/** log p(x) a row, in closed form. */
const ppcaEvidence = (x: tf.Tensor2D): number => {
  const w = tf.tensor2d(loadings)
  const covariance = tf.add(tf.matMul(w, w, false, true), tf.mul(tf.eye(4), 0.25))
  return tf.mean(multivariateNormal({ loc: tf.zeros([4]), covariance }).logProb(x)).dataSync()[0]!
}

const decaying = (step: number): number => 0.05 / (1 + step / 50)

describe("PPCA", () => {
  useBackend("tensorflow")
  it.each([
    ["linear", { hidden: [] }],
    ["with hidden layers", { hidden: [16] }],
  ] as const)(
    "a derived encoder, %s, is within 0.01 nat a row of the exact posterior, on new rows too",
    async (_, options) => {
      const x = drawn(60, 1)
      const fitted = await fit(ppca, autoGuide.amortized(ppca, options), [x], {
        objective: stickingTheLanding(),
        steps: 700,
        batch: 20,
        learningRate: decaying,
      })
      const gap = (rows: tf.Tensor2D): number =>
        ppcaEvidence(rows) - evaluate(fitted, [rows], { draws: 20, divergence: "drawn" }).elbo / rows.shape[0]
      expect(Math.abs(gap(x))).toBeLessThan(0.01)
      if (options.hidden.length === 0) expect(Math.abs(gap(drawn(25, 7)))).toBeLessThan(0.01)
    },
  )

  it("says what it sees, and how it is made", () => {
    const { sites } = explain(ppca, autoGuide.amortized(ppca), [drawn(10, 1)])
    expect(sites.z!.why).toContain("encoder of x (linear + 64 hidden units, full covariance)")
    const diagonal = explain(ppca, autoGuide.amortized(ppca, { covariance: "diagonal", hidden: [] }), [
      drawn(10, 1),
    ])
    expect(diagonal.sites.z!.why).toContain("encoder of x (linear, diagonal)")
  })
})

const mixture = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const k = yield* sample("k", categorical({ probs: [0.3, 0.7] }))
    yield* observe("x", normal(tf.gather(tf.tensor1d([-1, 1.5]), k as tf.Tensor1D), 1), row)
  })
})

for (const name of backends)
  describe(`${name}: a mixture`, () => {
    useBackend(name)
    it("responsibilities within 0.01 of the exact ones", async () => {
      const values = Array.from({ length: 40 }, (_, i) => -4 + 0.2 * i)
      const x = tf.tensor1d(values)
      const fitted = await fit(mixture, autoGuide.amortized(mixture, { hidden: [] }), [x], {
        steps: 200,
        learningRate: 0.2,
      })
      const guideRun = evaluate(fitted, [x])
      const density = (v: number, m: number): number => Math.exp(-0.5 * (v - m) ** 2) / Math.sqrt(2 * Math.PI)
      const exact = values.reduce((sum, v) => sum + Math.log(0.3 * density(v, -1) + 0.7 * density(v, 1.5)), 0)
      expect(exact - guideRun.elbo).toBeGreaterThan(-1e-3)
      expect(exact - guideRun.elbo).toBeLessThan(0.01)
      const params = fitted.params as unknown as Record<string, tf.Tensor>
      const [centre, spread] = ["centre", "spread"].map(
        (what) => params[`auto/input/x/${what}`]!.dataSync()[0]!,
      )
      const weights = params["auto/k/logits/weights"]!.dataSync()
      const bias = params["auto/k/logits/bias"]!.dataSync()
      for (const v of values) {
        const u = (v - centre!) / spread!
        const second = 1 / (1 + Math.exp(u * (weights[0]! - weights[1]!) + bias[0]! - bias[1]!))
        const truth = (0.7 * density(v, 1.5)) / (0.3 * density(v, -1) + 0.7 * density(v, 1.5))
        expect(Math.abs(second - truth)).toBeLessThan(0.01)
      }
    })
  })

describe("what encoders see", () => {
  useBackend("tensorflow")
  const why = (
    program: Parameters<typeof autoGuide.amortized>[0],
    args: readonly any[],
  ): Record<string, string> =>
    Object.fromEntries(
      Object.entries(explain(program as any, autoGuide.amortized(program) as any, args as any).sites).map(
        ([site, plan]) => [site, plan.why.split("; ").find((part) => /encoder|params of/.test(part)) ?? ""],
      ),
    )

  it("the covariates of what they explain, and the latents their prior is made of", () => {
    const program = model(function* (x: tf.Tensor1D, y: tf.Tensor1D) {
      const mu = yield* sample("mu", normal(0, 1))
      yield* plate("rows", { x, y, unused: x.add(0) }, function* (rows) {
        const slope = yield* sample("slope", normal(mu, 1))
        yield* observe("y", normal(tf.mul(slope, rows.x), 1), rows.y)
      })
    })
    expect(why(program, [tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 2, 2])])).toEqual({
      mu: "params of its own: nothing observed in its plates tells of it",
      slope: "encoder of y, rows.x, mu (linear + 64 hidden units, diagonal)",
    })
  })

  it("the redrawn data, not what they are drawn from; other rows of the plate stay out", () => {
    const program = model(function* (grey: tf.Tensor2D, label: tf.Tensor1D) {
      yield* plate("images", { grey, label }, function* (rows) {
        const binary = yield* random("binary", bernoulli({ probs: rows.grey }).toEvent(1))
        const z = yield* sample("z", normal(0, 1))
        const w = yield* sample("w", normal(0, 1))
        yield* observe("x", bernoulli({ logits: tf.tile(tf.expandDims(z, 1), [1, 3]) }).toEvent(1), binary)
        yield* observe("label", normal(w, 1), rows.label)
      })
    })
    expect(why(program, [tf.fill([5, 3], 0.4), tf.zeros([5])])).toEqual({
      z: "encoder of x (linear + 64 hidden units, diagonal)",
      w: "encoder of label (linear + 64 hidden units, diagonal)",
    })
  })

  it("all rows of an inner plate, for a latent of the outer one; classes as one-hot, positive and count data", async () => {
    const program = model(function* (x: tf.Tensor2D, kind: tf.Tensor2D) {
      const rate = yield* param("rate", 2, positive)
      yield* plate("schools", { x, kind }, function* (school) {
        const level = yield* sample("level", gamma(3, rate))
        const pass = yield* sample("pass", bernoulli({ probs: 0.4 }))
        yield* plate("pupils", 4, function* () {
          const wide = tf.mul(tf.expandDims(level, -1), tf.ones([4]))
          const shift = tf.mul(tf.expandDims(tf.expandDims(pass, -1), -1), tf.ones([4, 1]))
          yield* observe("x", poisson(wide), school.x)
          yield* observe(
            "kind",
            categorical({ logits: tf.concat([shift, tf.zerosLike(shift)], -1) }),
            school.kind,
          )
        })
      })
    })
    const x = tf.tensor2d(
      Array.from({ length: 24 }, (_, i) => (i * 7) % 5),
      [6, 4],
    )
    const kind = tf.tensor2d(
      Array.from({ length: 24 }, (_, i) => (i * 5) % 2),
      [6, 4],
      "int32",
    )
    expect(why(program, [x, kind])).toEqual({
      level: "encoder of x (linear + 64 hidden units, diagonal)",
      pass: "encoder of kind (linear + 64 hidden units)",
    })
    const fitted = await fit(program, autoGuide.amortized(program, { hidden: [8] }), [x, kind], {
      steps: 60,
      batch: 3,
    })
    const shape = (name: string): number[] =>
      (fitted.params as unknown as Record<string, tf.Tensor>)[name]!.shape
    expect(shape("auto/level/loc/weights")).toEqual([4 + 8, 1])
    expect(shape("auto/pass/logits/weights")).toEqual([4 * 2 + 8, 1])
    expect(fitted.status).toBe("finished")
  })
})

describe("two levels of latents in a row", () => {
  useBackend("tensorflow")
  it("an encoder that sees the parent's draw beats independent factors by the gap of the latter", async () => {
    const chain = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const a = yield* sample("a", normal(0, 1))
        const b = yield* sample("b", normal(a, 0.3))
        yield* observe("x", normal(b, 0.5), row)
      })
    })
    const rows = 120
    const x = tf.tile(tf.tensor1d([0.4, -1.1, 2.3, 0.9, -0.2, 1.4]), [rows / 6])
    const variance = 1 + 0.09 + 0.25
    const evidence = [...x.dataSync()].reduce(
      (s, v) => s - 0.5 * Math.log(2 * Math.PI * variance) - (v * v) / (2 * variance),
      0,
    )
    const fitted = await fit(chain, autoGuide.amortized(chain, { hidden: [] }), [x], {
      objective: stickingTheLanding(),
      steps: 700,
      learningRate: decaying,
    })
    const { elbo } = evaluate(fitted, [x], { draws: 20, divergence: "drawn" })
    expect(Math.abs(evidence - elbo)).toBeLessThan(0.02 * rows)
    const [aa, bb, ab] = [1 + 1 / 0.09, 1 / 0.09 + 4, 1 / 0.09]
    const independentGap = rows * 0.5 * Math.log((aa * bb) / (aa * bb - ab * ab))
    expect(elbo - (evidence - independentGap)).toBeGreaterThan(0.9 * independentGap)
  })
})
