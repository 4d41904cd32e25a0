/** The mixture as a program: the same density as the exact model, the same fits from the same start. */
import {
  adam,
  em,
  evaluate,
  fit,
  fitGaussianMixture,
  gaussianMixture,
  marginalize,
  mixtureOf,
  responsibilities,
  rowsOf,
  scoreGaussianMixture,
  type Tensor,
  tf,
  trace,
  variationalEm,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"
import { faithful, iris, tensorOf, waiting } from "./tables.js"

const structures = ["full", "tied", "diagonal", "spherical"] as const

/** log p(points) at a model's params, in double precision. */
const logLikelihood = (points: Tensor, params: Readonly<Record<string, Tensor>>): number =>
  scoreGaussianMixture(rowsOf(points), mixtureOf(params)).logLikelihood

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    for (const covariance of structures)
      it(`${covariance}: its log-joint, summed out, is the mixture's log-likelihood`, () => {
        const points = tensorOf(iris)
        const mixture = gaussianMixture({ components: 3, covariance })
        const run = trace(marginalize(mixture, "component"), [points])
        const expected = logLikelihood(points, run.values as unknown as Record<string, Tensor>)
        // float32: 150 terms of about 3 nats, each to some units of 1e-7 of its largest part, a square of about 20
        expect(run.logJoint.dataSync()[0]).toBeCloseTo(expected, 2)
      })

    it("has log p(x) as its ELBO where q is the exact posterior of every row", async () => {
      const points = tensorOf(faithful)
      const mixture = gaussianMixture({ components: 2 })
      const { params } = em(mixture, [points])
      const { responsibilities: shares } = scoreGaussianMixture(rowsOf(points), mixtureOf(params))
      const logits = tf.tensor2d(
        Float32Array.from(shares, (share) => Math.log(Math.max(share, 1e-30))),
        [272, 2],
      )
      const initial = { ...params, "guide/logits": logits }
      const guide = responsibilities(mixture, { of: "rows" })
      const still = await fit(mixture, guide, [points], { steps: 1, learningRate: 1e-9, initial })
      expect(evaluate(still, [points]).elbo).toBeCloseTo(-1130.264, 2)
    })
  })

describe("exact EM through em(mixture, …)", () => {
  it("ends at the published likelihoods and never falls", () => {
    const ends = [
      { rows: faithful, components: 2, logLikelihood: -1130.264 },
      { rows: waiting, components: 2, logLikelihood: -1034.0017 },
      { rows: iris, components: 3, logLikelihood: -180.1855 },
    ]
    for (const { rows, components, logLikelihood: published } of ends) {
      const fitted = em(gaussianMixture({ components }), [tensorOf(rows)])
      expect(fitted.status).toBe("converged")
      expect(fitted.maximization).toBe("closed form")
      // the tensor's float32 rows differ from the table's decimals by 2e-7 of a value
      expect(Math.abs(fitted.logLikelihood - published)).toBeLessThan(1e-3)
      const falls = fitted.history.filter((value, i) => i > 0 && value < fitted.history[i - 1]! - 1e-9)
      expect(falls).toEqual([])
    }
  })

  it("begins where the model does, and takes other params to begin with", () => {
    const points = tensorOf(faithful)
    const mixture = gaussianMixture({ components: 2, start: { seed: 4 } })
    const first = trace(mixture, [points]).values as unknown as Record<string, Tensor>
    const begun = em(mixture, [points], { iterations: 1 })
    expect(begun.status).toBe("exhausted")
    expect(begun.history[0]).toBeCloseTo(logLikelihood(points, first), 3)
    const end = em(mixture, [points])
    const again = em(mixture, [points], { initial: end.params as unknown as Record<string, Tensor> })
    expect(again.history[0]).toBeCloseTo(end.logLikelihood, 3)
  })

  it("names a component that collapses, and calls the fit failed", () => {
    const points = tf.tensor2d([[0], [0.1], [0.2], [0.3], [50]])
    const means = [0.1, 50]
    const mixture = gaussianMixture({ components: 2, start: { means, covariances: [1, 0.01] } })
    const fitted = em(mixture, [points])
    expect(fitted.status).toBe("failed")
    expect(fitted.reason).toMatch(/component 1 .*collapsed/)
    expect([...(fitted.params.means as Tensor).dataSync()]).toEqual([Math.fround(0.1), 50])
  })

  for (const covariance of structures)
    it(`${covariance}: params and plain numbers describe the same mixture`, () => {
      const points = tensorOf(iris)
      const exact = fitGaussianMixture(iris, { components: 3, covariance, starts: 1 })
      if (exact.status !== "converged") throw new Error(exact.status)
      const start = { means: exact.means, weights: exact.weights, covariances: exact.covariances }
      const values = trace(gaussianMixture({ components: 3, covariance, start }), [points]).values
      const back = mixtureOf(values as unknown as Record<string, Tensor>)
      for (const part of ["weights", "means", "covariances"] as const)
        for (const [at, value] of back[part].entries()) expect(value).toBeCloseTo(exact[part][at]!, 5)
    })
})

describe("variational EM and amortized guides", () => {
  it("reaches exact EM's likelihood with the exact sum, and never stands above it", async () => {
    const points = tensorOf(faithful)
    const mixture = gaussianMixture({ components: 2 })
    const guide = responsibilities(mixture, { of: "rows" })
    const fitted = await variationalEm(mixture, guide, [points], { rounds: 12, learningRate: 0.05 })
    const { elbo } = evaluate(fitted)
    expect(Math.abs(elbo + 1130.264)).toBeLessThan(1e-2)
    // the bound in float32, the likelihood in doubles: 272 terms rounded to 1e-7 of their size
    expect(elbo).toBeLessThan(logLikelihood(points, fitted.params as never) + 1e-3)
    for (const bound of fitted.history) expect(bound).toBeLessThan(-1130.264 + 1e-3)
  })

  it("comes within half a nat with a network for a guide", async () => {
    const points = tensorOf(faithful)
    const mixture = gaussianMixture({ components: 2 })
    const guide = responsibilities(mixture, { of: "network" })
    const options = { rounds: 8, guideSteps: 150, learningRate: 0.05 }
    const fitted = await variationalEm(mixture, guide, [points], options)
    const { elbo } = evaluate(fitted)
    expect(elbo).toBeGreaterThan(-1130.264 - 0.5)
    expect(elbo).toBeLessThan(logLikelihood(points, fitted.params as never) + 1e-3)
  })

  it("takes the same way whatever the units of the data", async () => {
    const units = [1000, 1e-4]
    const scaled = faithful.map((row) => row.map((value, column) => value * units[column]!))
    const means = async (rows: readonly (readonly number[])[]): Promise<number[]> => {
      const mixture = gaussianMixture({ components: 2, start: { number: 1 } })
      const guide = responsibilities(mixture, { of: "quadratic" })
      // at the start some gradients are zero but for rounding; a larger epsilon keeps Adam from taking that for a direction
      const optimizer = adam(0.05, { epsilon: 1e-3 })
      const { params } = await fit(mixture, guide, [tensorOf(rows)], { steps: 30, optimizer })
      return [...(params.means as Tensor).dataSync()]
    }
    const [plain, measured] = [await means(faithful), await means(scaled)]
    for (const [at, mean] of plain.entries()) expect(measured[at]! / units[at % 2]!).toBeCloseTo(mean, 3)
  })

  for (const covariance of structures)
    it(`${covariance}: linear maps of features begin at the model's posterior, where the bound is tight`, async () => {
      const points = tensorOf(iris)
      const mixture = gaussianMixture({ components: 3, covariance })
      const first = trace(mixture, [points]).values as unknown as Record<string, Tensor>
      for (const of of covariance === "tied"
        ? (["quadratic", "linear"] as const)
        : (["quadratic"] as const)) {
        const options = { steps: 1, learningRate: 1e-9 }
        const still = await fit(mixture, responsibilities(mixture, { of }), [points], options)
        // float32: 150 sums of terms of up to 1e3, rounded to 1e-7 of them
        expect(Math.abs(evaluate(still).elbo - logLikelihood(points, first))).toBeLessThan(0.05)
      }
    })

  it("can hold the exact posterior in quadratic features", async () => {
    const points = tensorOf(faithful)
    const mixture = gaussianMixture({ components: 2 })
    const { params } = em(mixture, [points])
    const guide = responsibilities(mixture, { of: "quadratic" })
    const fitted = await fit(mixture, guide, [points], {
      steps: 1,
      initial: { ...params, ...posteriorMap(params) },
      learningRate: 1e-9,
    })
    expect(evaluate(fitted).elbo).toBeCloseTo(-1130.264, 1)
  })
})

/** The guide's map at the exact posterior: log w_k + log N(x; mean_k, covariance_k) in standard coordinates z = (x - loc) / scale. */
const posteriorMap = (params: Readonly<Record<string, Tensor>>): Record<string, Tensor> => {
  const { weights, means, covariances } = mixtureOf(params)
  const points = tensorOf(faithful)
  const loc = [...tf.mean(points, 0).dataSync()]
  const scale = [...tf.sqrt(tf.moments(points, 0).variance).dataSync()]
  const columns = [0, 1].map((k) => {
    const [a, b, , d] = covariances.subarray(4 * k, 4 * k + 4) as unknown as [number, number, number, number]
    const determinant = a * d - b * b
    const precision = [
      [(d / determinant) * scale[0]! ** 2, (-b / determinant) * scale[0]! * scale[1]!],
      [(-b / determinant) * scale[0]! * scale[1]!, (a / determinant) * scale[1]! ** 2],
    ]
    const m = [0, 1].map((j) => (means[2 * k + j]! - loc[j]!) / scale[j]!)
    const pull = precision.map((row) => row[0]! * m[0]! + row[1]! * m[1]!)
    const constant =
      Math.log(weights[k]!) - 0.5 * Math.log(determinant) - 0.5 * (m[0]! * pull[0]! + m[1]! * pull[1]!)
    return { map: [...pull, ...precision.flat().map((value) => -0.5 * value)], constant }
  })
  return {
    "guide/weights": tf.transpose(tf.tensor2d(columns.map(({ map }) => map))),
    "guide/bias": tf.tensor1d(columns.map(({ constant }) => constant)),
  }
}
