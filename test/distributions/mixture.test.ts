/** What is special about mixtures, and about distributions cut to an interval. */
import { describe, expect, it } from "vitest"
import { categorical } from "../../src/distributions/categorical.js"
import { cauchy } from "../../src/distributions/cauchy.js"
import { exponential } from "../../src/distributions/exponential.js"
import { laplace } from "../../src/distributions/laplace.js"
import { mixture } from "../../src/distributions/mixture.js"
import { mixtureSameFamily } from "../../src/distributions/mixture-same-family.js"
import { multivariateNormal } from "../../src/distributions/multivariate-normal.js"
import { normal } from "../../src/distributions/normal.js"
import { poisson } from "../../src/distributions/poisson.js"
import { truncated } from "../../src/distributions/truncated.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const list = (x: Tensor): number[] => [...x.dataSync()]

const close = (got: Tensor, want: Tensor): void => {
  expect(got.shape).toEqual(want.shape)
  const wanted = list(want)
  list(got).forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, 5)
  })
}

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("is one law, written with a list of components or with a batch of them", () => {
      const probs = [0.3, 0.7]
      const batch = mixtureSameFamily({ probs, components: normal([-1, 2], [1, 0.5]) })
      const listed = mixture(probs, [normal(-1, 1), normal(2, 0.5)])
      const x = tf.linspace(-4, 4, 9)
      close(batch.logProb(x), listed.logProb(x))
      close(batch.cdf(x), listed.cdf(x))
      close(batch.mean, listed.mean)
      close(batch.variance, listed.variance)
      const byCategorical = mixtureSameFamily({
        mixingDistribution: categorical({ probs }),
        components: normal([-1, 2], [1, 0.5]),
      })
      close(byCategorical.logProb(x), batch.logProb(x))
      const numPyroNames = mixture({
        mixingDistribution: categorical({ probs }),
        componentDistributions: [normal(-1, 1), normal(2, 0.5)],
      })
      close(numPyroNames.logProb(x), batch.logProb(x))
      const oneName = mixtureSameFamily({ probs, componentDistribution: normal([-1, 2], [1, 0.5]) })
      close(oneName.logProb(x), batch.logProb(x))
    })

    it("mixes vectors, in a batch, scored beside extra axes", () => {
      const components = multivariateNormal({
        loc: tf.reshape(tf.range(0, 12), [2, 3, 2]),
        scaleTril: tf.eye(2),
      })
      const dist = mixtureSameFamily({ logits: [0, 1, -1], components })
      expect([dist.batchShape, dist.eventShape]).toEqual([[2], [2]])
      expect(dist.sample(0, [5]).shape).toEqual([5, 2, 2])
      const x = tf.ones([5, 2, 2])
      const each = components.logDensity(tf.expandDims(x, -2))
      close(dist.logProb(x), tf.logSumExp(tf.add(each, tf.logSoftmax(tf.tensor1d([0, 1, -1]))), -1))
    })

    it("takes an impossible component and a value impossible under one, without NaN in the gradient", () => {
      const density = (logits: Tensor): Tensor =>
        tf.sum(mixture({ logits, components: [exponential(1), normal(0, 1)] }).logProb([-1, 2]))
      expect(list(tf.grad(density)(tf.tensor1d([0, 0]))).some(Number.isNaN)).toBe(false)
      expect(list(tf.grad(density)(tf.tensor1d([-Infinity, 0])))).toEqual([0, 0])
      const draws = mixture([0, 1], [normal(100, 1), normal(0, 1)]).sample(1, [1000])
      expect(Math.max(...list(draws))).toBeLessThan(10)
    })

    it("keeps one closed form only where every component has it", () => {
      expect(mixture([0.5, 0.5], [normal(0, 1), cauchy(0, 1)]).closed.has("mean")).toBe(false)
      expect(mixture([0.5, 0.5], [normal(0, 1), laplace(0, 1)]).closed.has("variance")).toBe(true)
    })

    it("refuses components that do not fit", () => {
      expect(() => mixture([0.5, 0.5], [normal(0, 1)])).toThrow("2 weights but 1 components")
      expect(() => mixture([0.5, 0.5], [normal(0, 1), poisson(1)] as never)).toThrow(
        "all discrete or all continuous",
      )
      expect(() => mixtureSameFamily({ probs: [0.5, 0.5], components: normal([0, 1, 2], 1) })).toThrow(
        "components of batch shape [..., 2]",
      )
    })

    it("cuts a law to an interval: never a draw outside, mass 1 inside, cdf from 0 to 1", () => {
      const dist = truncated(cauchy(0, 1), { low: -0.5, high: 3 })
      close(truncated({ baseDist: cauchy(0, 1), low: -0.5, high: 3 }).logProb([1]), dist.logProb([1]))
      const draws = list(dist.sample(1, [20_000]))
      expect(Math.min(...draws)).toBeGreaterThanOrEqual(-0.5)
      expect(Math.max(...draws)).toBeLessThanOrEqual(3)
      expect(list(dist.cdf([-5, -0.5, 3, 50]))).toEqual([0, 0, 1, 1])
      expect(list(dist.logProb([-0.6, 3.1]))).toEqual([-Infinity, -Infinity])
      const levels = tf.tensor1d([0.1, 0.5, 0.9])
      close(dist.cdf(dist.icdf(levels)), levels)
    })

    it("refuses to cut what has no mass there, or no cdf", () => {
      expect(() => truncated(normal(0, 1), { low: 3, high: 2 })).toThrow("has no mass")
      expect(() => truncated(normal(0, 1), { low: 30 })).toThrow("not far out in the upper tail")
      expect(() => truncated(poisson(3), { low: 1 })).toThrow("must be a continuous distribution")
    })
  })
