/** What is special about Gaussians with a matrix: broadcasting without repeating, and the same law in other words. */
import { describe, expect, it } from "vitest"
import { kl } from "../../src/distributions/kl.js"
import { lowRankMultivariateNormal } from "../../src/distributions/low-rank-multivariate-normal.js"
import { multivariateNormal } from "../../src/distributions/multivariate-normal.js"
import { multivariateStudentT } from "../../src/distributions/multivariate-student-t.js"
import { DistributionError } from "../../src/engine/error.js"
import { standardNormal } from "../../src/engine/random.js"
import { type Shape, type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const numbers = (name: number, shape: Shape): Tensor => standardNormal(name, shape)

/** Lower triangles with diagonals between 1 and 2. */
const factors = (name: number, shape: Shape, size: number): Tensor => {
  const below = tf.linalg.bandPart(numbers(name, [...shape, size, size]), -1, 0)
  const diagonal = tf.add(tf.sigmoid(numbers(name + 1, [...shape, size, 1])), 1)
  const eye = tf.eye(size)
  return tf.add(tf.mul(below, tf.sub(1, eye)), tf.mul(eye, diagonal))
}

const close = (got: Tensor, want: Tensor, digits = 4): void => {
  expect(got.shape).toEqual(want.shape)
  const wanted = want.dataSync()
  got.dataSync().forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, digits)
  })
}

const row = (x: Tensor, i: number): Tensor => tf.squeeze(tf.slice(x, [i], [1]), [0])

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("scores N points under K components as [N, K]", () => {
      const [loc, scaleTril, x] = [numbers(1, [4, 3]), factors(2, [4], 3), numbers(5, [6, 3])]
      const density = multivariateNormal({ loc, scaleTril }).logDensity(tf.expandDims(x, 1))
      const each = [0, 1, 2, 3].map((k) =>
        multivariateNormal({ loc: row(loc, k), scaleTril: row(scaleTril, k) }).logDensity(x),
      )
      close(density, tf.stack(each, 1))
    })

    it("scores N centres with one shared matrix, and one centre with N matrices", () => {
      const [loc, x] = [numbers(1, [5, 3]), numbers(2, [5, 3])]
      const shared = factors(3, [], 3)
      const one = multivariateNormal({ loc, scaleTril: shared })
      close(
        one.logProb(x),
        tf.stack(
          [0, 1, 2, 3, 4].map((i) =>
            multivariateNormal({ loc: row(loc, i), scaleTril: shared }).logProb(row(x, i)),
          ),
        ),
      )
      const many = factors(7, [5], 3)
      const centre = row(loc, 0)
      close(
        multivariateNormal({ loc: centre, scaleTril: many }).logProb(x),
        tf.stack(
          [0, 1, 2, 3, 4].map((i) =>
            multivariateNormal({ loc: centre, scaleTril: row(many, i) }).logProb(row(x, i)),
          ),
        ),
      )
    })

    it("broadcasts batches of 1 inside a larger batch", () => {
      const scaleTril = factors(3, [2, 1], 3)
      const dist = multivariateNormal({ loc: numbers(1, [4, 3]), scaleTril })
      expect(dist.batchShape).toEqual([2, 4])
      const x = numbers(5, [6, 2, 4, 3])
      const blocks = [0, 1].map((i) =>
        multivariateNormal({ loc: numbers(1, [4, 3]), scaleTril: row(row(scaleTril, i), 0) }).logProb(
          tf.squeeze(tf.slice(x, [0, i, 0, 0], [6, 1, 4, 3]), [1]),
        ),
      )
      close(dist.logProb(x), tf.stack(blocks, 1))
      expect(dist.sample(0, [3]).shape).toEqual([3, 2, 4, 3])
      expect(dist.entropy().shape).toEqual([2, 4])
    })

    it("is the same law by covariance, factor and precision", () => {
      const scaleTril = factors(2, [3], 2)
      const covariance = tf.matMul(scaleTril, scaleTril, false, true)
      const inverse = tf.stack(
        [0, 1, 2].map((i) => {
          const [a, b, , d] = row(covariance, i).dataSync() as unknown as [number, number, number, number]
          const det = a * d - b * b
          return tf.tensor2d([
            [d / det, -b / det],
            [-b / det, a / det],
          ])
        }),
      )
      const loc = numbers(9, [3, 2])
      const laws = [
        multivariateNormal({ loc, scaleTril }),
        multivariateNormal({ loc, covariance }),
        multivariateNormal({ loc, precision: inverse }),
      ]
      const x = numbers(8, [5, 3, 2])
      for (const law of laws.slice(1)) {
        close(law.logProb(x), laws[0]!.logProb(x), 3)
        close(law.entropy(), laws[0]!.entropy(), 3)
        close(law.variance, laws[0]!.variance, 3)
        close(kl(law, laws[0]!), tf.zeros([3]), 3)
      }
    })

    it("is the full law where the covariance is low-rank plus diagonal", () => {
      const [loc, covFactor] = [numbers(1, [4]), numbers(2, [4, 2])]
      const covDiag = tf.add(tf.square(numbers(3, [4])), 0.5)
      const covariance = tf.add(
        tf.matMul(covFactor as never, covFactor as never, false, true),
        tf.diag(covDiag),
      )
      const low = lowRankMultivariateNormal({ loc, covFactor, covDiag })
      const full = multivariateNormal({ loc, covariance })
      const x = numbers(4, [7, 4])
      close(low.logProb(x), full.logProb(x))
      close(low.entropy(), full.entropy())
      const other = multivariateNormal({ loc: numbers(5, [4]), scaleTril: factors(6, [], 4) })
      close(kl(low, other), kl(full, other), 3)
      close(kl(other, low), kl(other, full), 3)
    })

    it("agrees with a numerical derivative by every entry of the factor", () => {
      const [factor, x] = [factors(2, [], 3), numbers(5, [20, 3])]
      const density = (scaleTril: Tensor): Tensor =>
        tf.sum(multivariateNormal({ loc: [0.1, 0.2, 0.3], scaleTril }).logProb(x))
      const gradient = tf.grad(density)(factor).dataSync()
      const h = 0.01
      for (const [i, j] of [
        [0, 0],
        [1, 0],
        [2, 1],
        [2, 2],
      ] as const) {
        const bump = tf.mul(
          tf.outerProduct(tf.oneHot(i, 3).toFloat() as never, tf.oneHot(j, 3).toFloat() as never),
          h,
        )
        const slope = tf.div(tf.sub(density(tf.add(factor, bump)), density(tf.sub(factor, bump))), 2 * h)
        const want = slope.dataSync()[0]!
        expect(Math.abs(gradient[3 * i + j]! - want)).toBeLessThan(2e-3 * Math.max(1, Math.abs(want)))
      }
    })

    it("tends to the normal as Student's degrees of freedom grow", () => {
      const [loc, scaleTril, x] = [numbers(1, [3]), factors(2, [], 3), numbers(5, [6, 3])]
      const normal = multivariateNormal({ loc, scaleTril })
      close(multivariateStudentT({ df: 1e7, loc, scaleTril }).logProb(x), normal.logProb(x), 4)
    })

    it("names the matrix that is not positive definite, and dimensions that differ", () => {
      const refuse =
        (named: object): (() => unknown) =>
        () =>
          multivariateNormal(named as never)
      expect(
        refuse({
          loc: [0, 0],
          covariance: [
            [1, 2],
            [2, 1],
          ],
        }),
      ).toThrow("multivariateNormal: parameter 'covariance' must lie in symmetric positive-definite matrices")
      expect(
        refuse({
          loc: [0, 0, 0],
          scaleTril: [
            [1, 0],
            [0, 1],
          ],
        }),
      ).toThrow("'loc' has 3 entries")
      expect(refuse({ loc: [0, 0] })).toThrow("needs one of 'covariance', 'scaleTril' or 'precision'")
      expect(
        refuse({
          loc: [
            [0, 0],
            [0, 0],
          ],
          scaleTril: numbers(0, [3, 2, 2]),
        }),
      ).toThrow(DistributionError)
    })
  })
