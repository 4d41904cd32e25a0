/** Networks whose weights are latent: the linear one against its exact evidence, a mistaken prior, types. */
import {
  adam,
  autoGuide,
  cosine,
  evaluate,
  fit,
  mlp,
  model,
  normal,
  observe,
  plate,
  ready,
  scope,
  tf,
  trace,
} from "latently"
import { beforeAll, describe, expect, it } from "vitest"

beforeAll(async () => {
  await ready()
})

const noise = 0.5
const points = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(2 * i)] as const)
const heights = points.map(([a, b], i) => 0.8 * a - 0.4 * b + 0.3 + 0.5 * Math.sin(7 * i))

const standard = (shape: readonly number[]) => normal(tf.zeros([...shape]), 1)

const regression = model(function* (x: tf.Tensor2D, y: tf.Tensor1D) {
  const line = yield* scope("line", mlp([2, 1], { prior: standard }))
  const means = tf.reshape(line(x), [points.length])
  yield* plate("points", points.length, function* () {
    yield* observe("y", normal(means, noise), y)
  })
})

/** log N(y; 0, C), C = X Xᵀ + σ² I with a column of ones for the bias, number by number given those before (Cholesky). */
const exactEvidence = (): number => {
  const rows = points.map(([a, b]) => [a, b, 1])
  const factor: number[][] = []
  const white: number[] = []
  let total = 0
  for (const [i, p] of rows.entries()) {
    const own: number[] = []
    const left = (j: number): number => own.reduce((sum, value, k) => sum + value * (factor[j] ?? own)[k]!, 0)
    const covariance = (j: number): number => p.reduce((sum, value, k) => sum + value * rows[j]![k]!, 0)
    for (let j = 0; j < i; j++) own.push((covariance(j) - left(j)) / factor[j]![j]!)
    const scale = Math.sqrt(covariance(i) + noise ** 2 - left(i))
    const rest = (heights[i]! - own.reduce((sum, value, k) => sum + value * white[k]!, 0)) / scale
    factor.push([...own, scale])
    white.push(rest)
    total -= 0.5 * (Math.log(2 * Math.PI) + rest ** 2) + Math.log(scale)
  }
  return total
}

describe("a network whose weights have a prior", () => {
  it("has latent sites of the weights' shapes", () => {
    const sites = trace(regression, [tf.tensor2d(points.flat(), [12, 2]), tf.tensor1d(heights)]).sites
    expect(sites["line/layer0/weights"]!.value.shape).toEqual([2, 1])
    expect(sites["line/layer0/bias"]!.value.shape).toEqual([1])
  })

  it("comes to the exact evidence where it is linear and the guide is a joint normal", async () => {
    const data = [tf.tensor2d(points.flat(), [12, 2]), tf.tensor1d(heights)] as const
    const fitted = await fit(regression, autoGuide.fullRank(regression), [...data], {
      steps: 1500,
      particles: 8,
      optimizer: adam(cosine(0.05, 1500)),
    })
    const { elbo, standardError } = evaluate(fitted, undefined, { draws: 1000 })
    expect(elbo).toBeLessThan(exactEvidence() + 3 * standardError)
    expect(elbo).toBeGreaterThan(exactEvidence() - 0.02 - 3 * standardError)
  })

  it("refuses a prior of another shape", () => {
    const wrong = model(function* () {
      yield* scope("line", mlp([2, 1], { prior: () => normal(tf.zeros([3]), 1) }))
    })
    expect(() => trace(wrong, [])).toThrow(
      /prior of the network's layer0\/weights has shape \[3\], but its weights \[2, 1\]/,
    )
  })
})
