/** PPCA as a program: the density and the posterior of the closed form, and a bound that meets it. */
import {
  evaluate,
  fit,
  fitPpca,
  linearGuide,
  ppca,
  ppcaOf,
  scorePpca,
  type Tensor,
  tf,
  trace,
} from "latently"
import { describe, expect, it } from "vitest"
import { symmetricEigen } from "../../src/models/exact/eigen.js"
import { backends, useBackend } from "../backends.js"
import { iris, tensorOf } from "./tables.js"

const exact = fitPpca(iris, { components: 2 })

/** The closed form as params of the model, and the exact posterior as params of the guide. */
const exactParams = (): Record<string, Tensor> => {
  const { loadings, mean, noiseVariance } = exact
  const w = tf.tensor2d(Float32Array.from(loadings), [4, 2])
  const at = exact.posterior(Array.from(mean)).covariance
  const [a, b, d] = [Math.sqrt(at[0]!), at[1]! / Math.sqrt(at[0]!), at[3]!]
  const covariance = tf.tensor2d(Float32Array.from(at), [2, 2])
  return {
    loadings: w,
    mean: tf.tensor1d(Float32Array.from(mean)),
    noise: tf.scalar(Math.sqrt(noiseVariance)),
    "guide/weights": tf.div(tf.matMul(w, covariance), noiseVariance),
    "guide/bias": tf.zeros([2]),
    "guide/centre": tf.tensor1d(Float32Array.from(mean)),
    "guide/scaleTril": tf.tensor2d([a, 0, b, Math.sqrt(d - b * b)], [2, 2]),
  }
}

/** Cosines of the principal angles between the spans of two [D, 2] matrices: square roots of the eigenvalues of (AᵀA)⁻¹ AᵀB (BᵀB)⁻¹ BᵀA. */
const cosines = (a: ArrayLike<number>, b: ArrayLike<number>): number[] => {
  const [p, q] = [orthonormal(a), orthonormal(b)]
  const cross = [0, 1].map((i) =>
    [0, 1].map((j) => p[i]!.reduce((sum, value, row) => sum + value * q[j]![row]!, 0)),
  )
  const gram = [0, 1].flatMap((i) =>
    [0, 1].map((j) => cross[0]![i]! * cross[0]![j]! + cross[1]![i]! * cross[1]![j]!),
  )
  return [...symmetricEigen(Float64Array.from(gram), 2).values].map(Math.sqrt)
}

/** An orthonormal pair of columns with the span of a [D, 2] matrix (Gram and Schmidt). */
const orthonormal = (matrix: ArrayLike<number>): number[][] => {
  const columns = [0, 1].map((j) =>
    Array.from({ length: matrix.length / 2 }, (_, row) => matrix[2 * row + j]!),
  )
  const unit = (v: number[]): number[] => v.map((value) => value / Math.hypot(...v))
  const first = unit(columns[0]!)
  const along = columns[1]!.reduce((sum, value, row) => sum + value * first[row]!, 0)
  return [first, unit(columns[1]!.map((value, row) => value - along * first[row]!))]
}

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("has log p(x) as every draw of its ELBO where the guide is the exact posterior", async () => {
      const program = ppca({ dimension: 4, latents: 2 })
      const options = { steps: 1, learningRate: 1e-9, initial: exactParams() }
      const still = await fit(program, linearGuide(program), [tensorOf(iris)], options)
      const { elbo, standardError } = evaluate(still, undefined, { draws: 5 })
      // float32: 150 rows, squared distances of up to 20 rounded to 1e-6
      expect(elbo).toBeCloseTo(exact.logLikelihood, 1)
      expect(standardError).toBeLessThan(1e-2)
    })
  })

describe("ppca", () => {
  it("is, with the latents given, the density that the closed form integrates", () => {
    const program = ppca({ dimension: 4, latents: 2 })
    const run = trace(program, [tensorOf(iris)])
    expect(run.sites.x!.logProb!.shape).toEqual([150])
    const { loadings, mean, noise, z } = run.values as unknown as Record<string, Tensor>
    const centre = tf.add(tf.matMul(z as tf.Tensor2D, loadings as tf.Tensor2D, false, true), mean!)
    const deviation = noise!.dataSync()[0]!
    const squares = tf.sum(tf.square(tf.div(tf.sub(tensorOf(iris), centre), deviation))).dataSync()[0]!
    const expected = -0.5 * squares - 600 * Math.log(deviation) - 300 * Math.log(2 * Math.PI)
    expect(tf.sum(run.sites.x!.logProb!).dataSync()[0]).toBeCloseTo(expected, 1)
  })

  it("is fitted by its linear guide to the closed form, and spans the same plane", async () => {
    const program = ppca({ dimension: 4, latents: 2 })
    const options = { steps: 1500, learningRate: (step: number) => 0.05 * (1 - step / 1500) + 1e-4 }
    const fitted = await fit(program, linearGuide(program), [tensorOf(iris)], options)
    const params = ppcaOf(fitted.params as unknown as Record<string, Tensor>)
    const { elbo, standardError } = evaluate(fitted, undefined, { draws: 40 })
    const likelihood = scorePpca(iris, params).logLikelihood
    expect(exact.logLikelihood / 150).toBeCloseTo(-2.699752, 6)
    expect(Math.abs(elbo / 150 + 2.699752)).toBeLessThan(0.01)
    expect(elbo).toBeLessThan(likelihood + 3 * standardError)
    expect(likelihood).toBeLessThan(exact.logLikelihood)
    for (const cosine of cosines(params.loadings, exact.loadings)) expect(cosine).toBeGreaterThan(0.999)
    expect(params.noiseVariance / exact.noiseVariance).toBeCloseTo(1, 1)
  })

  it("keeps the guide's centre where it was", async () => {
    const program = ppca({ dimension: 4, latents: 1 })
    const fitted = await fit(program, linearGuide(program), [tensorOf(iris)], { steps: 20 })
    const centre = [...(fitted.params["guide/centre" as never] as Tensor).dataSync()]
    expect(centre).toEqual([...tf.mean(tensorOf(iris), 0).dataSync()])
  })

  it("refuses as many latents as columns, and a guide for another model", () => {
    expect(() => ppca({ dimension: 4, latents: 4 })).toThrow(/fewer latents than columns/)
    expect(() => linearGuide(function* () {} as never)).toThrow(/not made by ppca/)
  })
})
