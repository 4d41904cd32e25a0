/**
 * Entropies and Kullback-Leibler divergences from a density: by quadrature where there are nodes, else from draws with
 * their standard error. Next: `../closed-forms.test.ts`.
 */
import { expect } from "vitest"
import type { Distribution } from "../../../src/distributions/distribution.js"
import { kl } from "../../../src/distributions/kl.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { expectation, massAt, nodesOf } from "./nodes.js"

const number = (x: Tensor): number => x.dataSync()[0]!

/** -E[log of], from the nodes or from draws with their standard error. */
export const surprise = (dist: Distribution, of: Distribution): { mean: number; error: number } => {
  const nodes = nodesOf(dist)
  const log = (points: Tensor): Float32Array => tf.tidy(() => of.logProb(points).dataSync() as Float32Array)
  if (nodes !== undefined) return { mean: -expectation(massAt(dist, nodes), log(nodes.points)), error: 0 }
  const values = log(dist.sample(44, [100_000]))
  const mean = values.reduce((sum, x) => sum + x / values.length, 0)
  const spread = values.reduce((sum, x) => sum + (x - mean) ** 2 / values.length, 0)
  return { mean: -mean, error: Math.sqrt(spread / values.length) }
}

/** Compares the closed form of KL(p, q), and KL(p, p) with 0. */
export const expectDivergence = ([p, q]: readonly [Distribution, Distribution], sameFamily = true): void => {
  const [cross, own] = [surprise(p, q), surprise(p, p)]
  const want = cross.mean - own.mean
  expect(Math.abs(number(kl(p, q)) - want)).toBeLessThanOrEqual(
    2e-4 * Math.max(1, Math.abs(cross.mean)) + 5 * (cross.error + own.error),
  )
  if (sameFamily) expect(Math.abs(number(kl(p, p)))).toBeLessThanOrEqual(1e-5)
}
