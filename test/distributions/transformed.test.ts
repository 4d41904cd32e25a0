/** Distributions made by transforms, against the families they equal, and flat ones over a support. */
import { describe, expect, it } from "vitest"
import { improperUniform } from "../../src/distributions/improper-uniform.js"
import { logNormal } from "../../src/distributions/log-normal.js"
import { logistic } from "../../src/distributions/logistic.js"
import { normal } from "../../src/distributions/normal.js"
import { positive, simplex } from "../../src/distributions/support.js"
import { transformed } from "../../src/distributions/transformed.js"
import {
  affine,
  compose,
  exp,
  ordered,
  sigmoid,
  softmaxCentred,
  stickBreaking,
} from "../../src/distributions/transforms/index.js"
import { uniform } from "../../src/distributions/uniform.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const expectClose = (got: Tensor, want: Tensor, tolerance = 1e-5): void => {
  const [a, b] = [got.dataSync(), want.dataSync()]
  expect(got.shape).toEqual(want.shape)
  a.forEach((x, i) => {
    if (x !== b[i]) expect(Math.abs(x - b[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b[i]!)))
  })
}

const equalities = (): void => {
  it("exp of a normal is the log-normal, outside the support too", () => {
    const values = tf.tensor1d([0.01, 0.5, 1, 30, 0, -2, Infinity])
    const dist = transformed(normal(0.3, 0.8), exp)
    expectClose(dist.logProb(values), logNormal(0.3, 0.8).logProb(values))
    expect(dist.support.kind).toBe("positive")
  })

  it("the sigmoid of a standard logistic is the uniform on (0, 1)", () => {
    const values = tf.tensor1d([0.01, 0.5, 0.75, 0.999])
    expectClose(transformed(logistic(0, 1), sigmoid).logProb(values), uniform(0, 1).logProb(values), 2e-5)
  })

  it("is -Infinity, with no gradient, at an end that no x reaches", () => {
    const dist = transformed(normal(0, 1), sigmoid)
    expect([...dist.logProb([0, 1]).dataSync()]).toEqual([-Infinity, -Infinity])
    const slope = tf.grad((y: Tensor) => tf.sum(dist.logProb(y)))(tf.tensor1d([0, 1]))
    expect([...slope.dataSync()].map(Math.abs)).toEqual([0, 0])
  })

  it("affine parts shift and stretch a normal", () => {
    const dist = transformed(
      normal(0, 1),
      compose(affine({ loc: 1, scale: 2 }), affine({ loc: 3, scale: -1 })),
    )
    expectClose(dist.logProb(tf.tensor1d([0, 2, 5])), normal(2, 2).logProb(tf.tensor1d([0, 2, 5])))
  })
}

const vectors = (): void => {
  it("takes batch axes of the base as event where the transform needs them", () => {
    const dist = transformed(normal(tf.zeros([5, 3]), 1), stickBreaking)
    expect([dist.batchShape, dist.eventShape]).toEqual([[5], [4]])
    const draws = dist.sample(3, [2])
    expect(draws.shape).toEqual([2, 5, 4])
    expect(dist.logProb(draws).shape).toEqual([2, 5])
  })

  it("scores a draw as it scores any other value", () => {
    for (const transform of [stickBreaking, softmaxCentred, ordered]) {
      const dist = transformed(normal([0.5, -1, 0.2], [0.5, 0.8, 1]), transform)
      const draw = dist.sample(4, [50])
      expectClose(dist.logProb(draw), dist.logProb(tf.clone(draw)), 2e-5)
    }
  })

  it("differentiates by the value, a draw of its own included", () => {
    const dist = transformed(normal(0.3, 0.8), exp)
    const draw = dist.sample(5, [6])
    const slope = (of: (y: Tensor) => Tensor): Tensor => tf.grad((y: Tensor) => tf.sum(of(y)))(draw)
    expectClose(
      slope((y) => dist.logProb(y)),
      slope((y) => logNormal(0.3, 0.8).logProb(y)),
    )
  })

  it("sends the gradient of a draw's density back through the draw", () => {
    const score = (loc: Tensor): Tensor => {
      const dist = transformed(normal(loc, 0.5), exp)
      return tf.sum(dist.logProb(dist.sample(6, [4])))
    }
    // log p(f(μ + σε)) = const - (μ + σε): each of four draws gives -1
    expectClose(tf.grad(score)(tf.scalar(0.3)), tf.scalar(-4))
  })

  it("is -Infinity off the simplex, without NaN in the gradient", () => {
    const dist = transformed(normal([0, 0], 1), stickBreaking)
    const off = tf.tensor2d([
      [0.5, 0.2, 0.2],
      [-0.1, 0.6, 0.5],
    ])
    expect([...dist.logProb(off).dataSync()]).toEqual([-Infinity, -Infinity])
    const gradient = tf.grad((y: Tensor) => tf.sum(dist.logProb(y)))(off)
    expect([...gradient.dataSync()].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it("refuses a base with too few axes", () => {
    expect(() => transformed(normal(0, 1), stickBreaking)).toThrow(/stickBreaking takes values of 1 axes/)
  })
}

const flat = (): void => {
  it("is 0 inside the support and -Infinity outside", () => {
    const dist = improperUniform({ support: positive })
    expect([...dist.logProb([0.5, 1e30, 0, -1]).dataSync()]).toEqual([0, 0, -Infinity, -Infinity])
    expect(() => dist.sample(0)).toThrow(/improperUniform cannot be drawn from/)
  })

  it("takes events larger than one value of the support", () => {
    const dist = improperUniform({ support: positive, batchShape: [2], eventShape: [3] })
    expect([
      ...dist
        .logProb([
          [1, 2, 3],
          [1, -2, 3],
        ])
        .dataSync(),
    ]).toEqual([0, -Infinity])
    const shares = improperUniform({ support: simplex, eventShape: [2] })
    expect(shares.logProb([0.25, 0.75]).shape).toEqual([])
    expect(() => improperUniform({ support: simplex })).toThrow(/at least 1 axes/)
  })
}

for (const backend of backends)
  describe(`on ${backend}`, () => {
    useBackend(backend)
    describe("transformed equals", equalities)
    describe("transformed vectors", vectors)
    describe("improperUniform", flat)
  })
