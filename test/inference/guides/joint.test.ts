/** Joint guides against conjugate posteriors: full and low rank, structured, Laplace, flows. */
import {
  autoGuide,
  beta,
  binomial,
  type DerivedGuide,
  dirichlet,
  evaluate,
  explain,
  exponential,
  fit,
  gamma,
  importance,
  laplaceApproximation,
  model,
  multinomial,
  normal,
  observe,
  plate,
  sample,
  stickingTheLanding,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../../backends.js"
import { meanOf } from "../objectives/estimates.js"

const slopes = [0.2, -1.3, 0.7, 2.2, -0.4]
const heights = [0.7, -1.5, 1.9, 2.5, 0.1]

const regression = model(function* (x: tf.Tensor1D, y: tf.Tensor1D) {
  const a = yield* sample("a", normal(0, 1))
  const b = yield* sample("b", normal(0, 2))
  yield* plate("rows", { x, y }, function* (rows) {
    yield* observe("y", normal(tf.add(a, tf.mul(b, rows.x)), 0.5), rows.y)
  })
})

const args = (): [tf.Tensor1D, tf.Tensor1D] => [tf.tensor1d(slopes), tf.tensor1d(heights)]

/** Posterior precision and mean, and log evidence, of the regression. */
const exact = (() => {
  const [n, sx, sxx] = [5, slopes.reduce((s, x) => s + x, 0), slopes.reduce((s, x) => s + x * x, 0)]
  const [sy, sxy] = [heights.reduce((s, y) => s + y, 0), slopes.reduce((s, x, i) => s + x * heights[i]!, 0)]
  const p = [
    [n / 0.25 + 1, sx / 0.25],
    [sx / 0.25, sxx / 0.25 + 0.25],
  ] as const
  const det = p[0][0] * p[1][1] - p[0][1] ** 2
  const h = [sy / 0.25, sxy / 0.25] as const
  const mean = [(p[1][1] * h[0] - p[0][1] * h[1]) / det, (p[0][0] * h[1] - p[0][1] * h[0]) / det] as const
  const yy = heights.reduce((s, y) => s + y * y, 0) / 0.25
  const evidence =
    -2.5 * Math.log(2 * Math.PI * 0.25) -
    Math.log(2) -
    0.5 * Math.log(det) -
    0.5 * (yy - h[0] * mean[0] - h[1] * mean[1])
  return {
    precision: p,
    det,
    mean,
    evidence,
    meanFieldGap: 0.5 * Math.log((p[0][0] * p[1][1]) / det),
    variance: p[1][1] / det,
  }
})()

const decaying = (step: number): number => 0.05 / (1 + step / 100)

type Guided = DerivedGuide<typeof regression>

describe("a normal posterior of two coefficients", () => {
  useBackend("tensorflow")

  /** The mean bound of the last hundred steps, and its standard error. */
  const late = (losses: readonly number[]): { mean: number; error: number } =>
    meanOf(losses.slice(-100).map((loss) => -loss))

  it.each<[string, Guided, number]>([
    ["fullRank", autoGuide.fullRank(regression), 400],
    ["lowRank", autoGuide.lowRank(regression, { rank: 1 }), 500],
    ["structured", autoGuide.structured(regression, [["a", "b"]]), 400],
    ["flow of affine couplings", autoGuide.flow(regression, { kind: "affineCoupling", layers: 2 }), 400],
    ["inverse autoregressive flow", autoGuide.flow(regression, { kind: "iaf", layers: 1 }), 400],
    ["masked autoregressive flow", autoGuide.flow(regression, { kind: "maf", layers: 1 }), 400],
  ])("%s reaches the evidence within 0.02 nat", async (_, guide, steps) => {
    const objective = stickingTheLanding()
    const fitted = await fit(regression, guide, args(), { objective, steps, learningRate: decaying })
    const { mean, error } = late(fitted.losses)
    expect(error).toBeLessThan(0.02)
    expect(Math.abs(mean - exact.evidence)).toBeLessThan(0.02 + 3 * error)
    fitted.dispose()
  })

  it("meanField reaches the best bound of independent normals within 0.02 nat", async () => {
    const guide = autoGuide.meanField(regression)
    const fitted = await fit(regression, guide, args(), { particles: 8, steps: 500, learningRate: decaying })
    const params = fitted.params as unknown as Record<string, tf.Tensor>
    const number = (name: string): number => params[name]!.dataSync()[0]!
    const [m, s] = ["loc", "scale"].map((what) => ["a", "b"].map((site) => number(`auto/${site}/${what}`)))
    const off = m!.map((value, i) => value - exact.mean[i]!)
    const p = exact.precision
    const distance = p[0][0] * off[0]! ** 2 + 2 * p[0][1] * off[0]! * off[1]! + p[1][1] * off[1]! ** 2
    const spread = p[0][0] * s![0]! ** 2 + p[1][1] * s![1]! ** 2
    const kl = 0.5 * (spread + distance - 2 - Math.log(exact.det) - 2 * Math.log(s![0]! * s![1]!))
    expect(kl).toBeGreaterThan(exact.meanFieldGap - 1e-3)
    expect(kl).toBeLessThan(exact.meanFieldGap + 0.02)
  })

  it("laplace is the posterior itself, at every draw", async () => {
    const mode = await fit(regression, autoGuide.laplace(regression), args(), {
      steps: 400,
      learningRate: decaying,
    })
    const around = await laplaceApproximation(mode)
    for (const seed of [0, 1, 2])
      expect(evaluate(around, args(), { seed }).elbo).toBeCloseTo(exact.evidence, 3)
    const params = around.params as unknown as Record<string, tf.Tensor>
    const [a] = params["auto/joint/loc"]!.dataSync()
    expect(a).toBeCloseTo(exact.mean[0], 3)
    expect(params["auto/joint/scaleTril"]!.dataSync()[0]! ** 2).toBeCloseTo(exact.variance, 4)
  })

  it("explain says that the sites are drawn jointly, and where log q is", () => {
    const { sites } = explain(regression, autoGuide.fullRank(regression), args())
    expect(sites.a!.why).toContain(
      "one of 2 sites drawn jointly, 2 numbers; log q is in factor 'auto/joint/logDensity'",
    )
    expect(sites.a!.estimator).toBe("pathwise")
  })
})

const logGamma = (x: number): number => {
  let [sum, y] = [0, x]
  for (; y < 20; y++) sum -= Math.log(y)
  return sum + (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * y) - 1 / (360 * y ** 3)
}
const logBeta = (...a: number[]): number =>
  a.reduce((s, x) => s + logGamma(x), 0) - logGamma(a.reduce((s, x) => s + x, 0))

/** Three latents on a half-line, an interval and a simplex, each conjugate to its own data. */
const constrained = model(function* () {
  const rate = yield* sample("rate", gamma(3, 2))
  yield* observe("wait", exponential({ rate }), 0.8)
  const p = yield* sample("p", beta(2, 1))
  yield* observe("hits", binomial({ totalCount: 5, probs: p }), 2)
  const shares = yield* sample("shares", dirichlet([1, 2, 1]))
  yield* observe("counts", multinomial({ totalCount: 4, probs: shares }), [1, 2, 1])
})

const constrainedEvidence =
  3 * Math.log(2) +
  Math.log(3) -
  4 * Math.log(2.8) +
  (Math.log(10) + logBeta(4, 4) - logBeta(2, 1)) +
  (Math.log(12) + logBeta(2, 4, 2) - logBeta(1, 2, 1))

describe("latents on other supports", () => {
  useBackend("tensorflow")
  it.each([
    ["fullRank", autoGuide.fullRank(constrained)],
    ["lowRank", autoGuide.lowRank(constrained, { rank: 2 })],
    ["structured", autoGuide.structured(constrained, [["shares", "rate"]])],
    ["flow", autoGuide.flow(constrained, { kind: "affineCoupling", layers: 2 })],
  ] as const)(
    "%s counts every bijection's volume: its weights average to the exact evidence",
    async (_, guide) => {
      const fitted = await fit(constrained, guide as DerivedGuide<typeof constrained>, [], {
        steps: 250,
        learningRate: 0.03,
      })
      const { logEvidence, standardError } = importance(fitted, [], { draws: 100 })
      expect(standardError).toBeLessThan(0.12)
      expect(Math.abs(logEvidence - constrainedEvidence)).toBeLessThan(4.5 * standardError)
    },
  )

  it("a Laplace approximation stands at the mode of the unconstrained side, volumes counted", async () => {
    const one = model(function* () {
      const rate = yield* sample("rate", gamma(3, 2))
      yield* observe("wait", exponential({ rate }), 0.8)
    })
    const mode = await fit(one, autoGuide.laplace(one), [], { steps: 300, learningRate: decaying })
    const params = (await laplaceApproximation(mode)).params as unknown as Record<string, tf.Tensor>
    expect(params["auto/joint/loc"]!.dataSync()[0]).toBeCloseTo(Math.log(4 / 2.8), 3)
    expect(params["auto/joint/scaleTril"]!.dataSync()[0]).toBeCloseTo(0.5, 3)
  })
})
