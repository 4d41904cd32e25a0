/** The transform onto each support: its members are reached, event axes and tensor bounds included; extremes in float32. */
import { describe, expect, it } from "vitest"
import { gamma } from "../../../src/distributions/gamma.js"
import { normal } from "../../../src/distributions/normal.js"
import * as supports from "../../../src/distributions/supports.js"
import {
  bijectionTo,
  type Transform,
  unconstrainedZeros,
} from "../../../src/distributions/transforms/index.js"
import { truncatedNormal } from "../../../src/distributions/truncated-normal.js"
import { uniform } from "../../../src/distributions/uniform.js"
import { standardNormal } from "../../../src/engine/random.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"

/** Each support with the shape of one value. */
const reached = [
  ["real", supports.real, []],
  ["positive", supports.positive, []],
  ["nonNegative", supports.nonNegative, []],
  ["atLeast 3", supports.atLeast(3), []],
  ["unit", supports.unit, []],
  ["interval", supports.interval(-2, 5), []],
  ["angle", supports.angle, []],
  ["simplex", supports.simplex, [4]],
  ["ordered", supports.ordered, [4]],
  ["positiveOrdered", supports.positiveOrdered, [4]],
  ["unitVector", supports.unitVector, [4]],
  ["lowerCholesky", supports.lowerCholesky, [3, 3]],
  ["correlationCholesky", supports.correlationCholesky, [4, 4]],
  ["positiveDefinite", supports.positiveDefinite, [3, 3]],
] as const

const near = (got: Tensor, want: Tensor, tolerance: number): void => {
  expect(got.shape).toEqual(want.shape)
  const wanted = want.dataSync()
  got.dataSync().forEach((x, i) => {
    expect(Math.abs(x - wanted[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted[i]!)))
  })
}

const members = (): void => {
  for (const [name, support, shape] of reached)
    it(`reaches members of ${name} and comes back`, () => {
      const transform = bijectionTo(support)
      const x = standardNormal(7, transform.inverseShape([200, ...shape]))
      const y = transform.forward(x)
      expect(y.shape).toEqual([200, ...shape])
      expect([...support.contains(y).dataSync()]).toEqual(new Array(200).fill(1))
      near(transform.inverse(y), x, 2e-4)
      near(transform.forward(transform.inverse(y)), y, 1e-5)
      expect(transform.logDetJacobian(x, y).shape).toEqual([200])
      expect(support.contains(transform.forward(unconstrainedZeros(support, shape))).dataSync()[0]).toBe(1)
    })

  it("refuses isolated points by name", () => {
    for (const support of [supports.boolean, supports.nonNegativeInteger, supports.oneHot])
      expect(() => bijectionTo(support)).toThrow(/no bijection leads from the reals onto/)
  })
}

const raisedAndBounded = (): void => {
  it("sums the log-determinant over axes that toEvent made event", () => {
    const { support } = gamma(tf.ones([3, 2]), 1).toEvent(2)
    const x = standardNormal(1, [5, 3, 2])
    const transform = bijectionTo(support)
    expect(transform.logDetJacobian(x, transform.forward(x)).shape).toEqual([5])
    near(transform.logDetJacobian(x, transform.forward(x)), tf.sum(x, [1, 2]), 1e-6)
    expect(transform.codomain).toBe(support)
  })

  it("takes bounds that are tensors, one a batch member", () => {
    const { support } = uniform({ low: [0, 10, -5], high: [1, 20, 5] }).toEvent(1)
    const transform = bijectionTo(support)
    const x = standardNormal(2, [50, 3])
    expect([...support.contains(transform.forward(x)).dataSync()]).toEqual(new Array(50).fill(1))
    near(transform.inverse(transform.forward(x)), x, 1e-4)
  })

  it("takes the bounds of a truncated normal, one of them infinite", () => {
    for (const bounds of [{ low: 2 }, { high: -1 }, {}] as const) {
      const { support } = truncatedNormal({ loc: 0, scale: 1, ...bounds })
      const transform = bijectionTo(support)
      const x = tf.tensor1d([-3, 0, 2.5])
      const y = transform.forward(x)
      expect([...support.contains(y).dataSync()]).toEqual([1, 1, 1])
      near(transform.inverse(y), x, 1e-5)
    }
  })

  it("differentiates each member of mixed bounds by its own rule", () => {
    const support = supports.interval(
      tf.tensor1d([0, 1, -Infinity, -Infinity]),
      tf.tensor1d([1, Infinity, 3, Infinity]),
    )
    const { forward } = bijectionTo(support)
    // 95: the rule that does not apply overflows there
    const slope = tf.grad((x: Tensor) => tf.sum(forward(x)))(tf.tensor1d([95, 1, 1, 95]))
    near(slope, tf.tensor1d([0, Math.E, 1 / Math.E, 1]), 1e-6)
  })

  it("is the identity for the reals", () => {
    const x = tf.tensor1d([1, -2])
    near(bijectionTo(normal(0, 1).support).forward(x), x, 0)
  })
}

/** Members of the support whose neighbours in float32 the way there and back may take at most. */
const extremes: readonly (readonly [string, () => Transform, readonly number[]])[] = [
  ["positive", () => bijectionTo(supports.positive), [1e-37, 1e-20, 1, 1e20, 3e38]],
  ["unit", () => bijectionTo(supports.unit), [1e-37, 1e-10, 0.5, 1 - 2 ** -20, 1 - 2 ** -23]],
  ["interval(0, 1e10)", () => bijectionTo(supports.interval(0, 1e10)), [1e-20, 1, 1e5, 9e9]],
  ["interval(-3, 0)", () => bijectionTo(supports.interval(-3, 0)), [-2.9999998, -1, -1e-3, -1e-30]],
]

const farAway = (): void => {
  for (const [name, make, values] of extremes)
    it(`keeps extreme members of ${name}`, () => {
      const transform = make()
      const back = transform.forward(transform.inverse(tf.tensor1d([...values]))).dataSync()
      values.forEach((y, i) => {
        // an error of one rounding (6e-8) in the logarithm of y, which is at most 90
        expect(Math.abs(back[i]! - y)).toBeLessThanOrEqual(1e-5 * Math.abs(y))
      })
    })

  it("stays finite and inside far from zero", () => {
    const far = tf.tensor1d([-80, -30, 30, 80])
    for (const support of [supports.positive, supports.unit, supports.interval(-1, 1)]) {
      const transform = bijectionTo(support)
      const y = transform.forward(far)
      expect([...support.contains(y).dataSync()]).toEqual([1, 1, 1, 1])
      for (const log of transform.logDetJacobian(far, y).dataSync())
        expect(Math.abs(log)).toBeLessThanOrEqual(81)
    }
    const shares = bijectionTo(supports.simplex).forward(
      tf.tensor2d([
        [80, -80, 3],
        [-80, 80, 0],
      ]),
    )
    expect([...supports.simplex.contains(shares).dataSync()]).toEqual([1, 1])
  })
}

for (const backend of backends)
  describe(`bijectionTo on ${backend}`, () => {
    useBackend(backend)
    members()
    raisedAndBounded()
    farAway()
  })
