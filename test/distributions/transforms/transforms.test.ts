/** Every transform: round trips, log-determinants against a numerical Jacobian, shapes, and membership of the codomain. */
import { describe, expect, it } from "vitest"
import {
  affine,
  compose,
  correlationCholesky,
  exp,
  identity,
  intervalTransform,
  invert,
  lowerCholesky,
  ordered,
  permute,
  positiveDefinite,
  positiveOrdered,
  raised,
  reshape,
  sigmoid,
  softmaxCentred,
  softplus,
  stack,
  stickBreaking,
  type Transform,
  tanh,
  unitVector,
} from "../../../src/distributions/transforms/index.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { backends, useBackend } from "../../backends.js"
import { logVolume } from "./jacobian.js"

interface Case {
  readonly transform: () => Transform
  /** Points of the domain, with a leading batch axis. */
  readonly points: readonly (number | readonly number[])[]
  /** Which coordinates of y the volume is measured in: all of them by surface area, or those listed. */
  readonly coordinates?: readonly number[]
}

const scalars = [-2.7, -1.3, -0.01, 0, 0.2, 1, 2.5]
const vectors = [
  [0, 0, 0],
  [0.3, -1.2, 0.8],
  [-2, 1.5, 0.1],
]

const cases: readonly Case[] = [
  { transform: () => identity, points: scalars },
  { transform: () => affine({ loc: 2, scale: -3 }), points: scalars },
  { transform: () => exp, points: scalars },
  { transform: () => softplus, points: scalars },
  { transform: () => sigmoid, points: scalars },
  { transform: () => intervalTransform(-1, 3), points: scalars },
  { transform: () => tanh, points: scalars },
  { transform: () => ordered, points: vectors },
  { transform: () => positiveOrdered, points: vectors },
  { transform: () => stickBreaking, points: vectors, coordinates: [0, 1, 2] },
  { transform: () => softmaxCentred, points: vectors, coordinates: [0, 1, 2] },
  { transform: () => lowerCholesky, points: vectors, coordinates: [0, 2, 3] },
  { transform: () => positiveDefinite, points: vectors, coordinates: [0, 2, 3] },
  { transform: () => correlationCholesky, points: vectors, coordinates: [3, 6, 7] },
  { transform: () => unitVector, points: vectors },
  { transform: () => compose(affine({ loc: 1, scale: 0.5 }), exp), points: scalars },
  {
    transform: () => compose(affine({ loc: 1, scale: 0.5 }), stickBreaking),
    points: vectors,
    coordinates: [0, 1, 2],
  },
  {
    transform: () => compose(ordered, raised(tanh, 1)),
    points: [
      [-2, 0.1, -1],
      [-0.5, -1, -1],
    ],
  },
  { transform: () => invert(exp), points: [0.01, 0.5, 1, 30] },
  { transform: () => stack(identity, exp, tanh), points: vectors },
  { transform: () => permute([2, 0, 1]), points: vectors },
  { transform: () => compose(reshape([3], [1, 3]), raised(exp, 2)), points: vectors },
]

const expectClose = (got: Tensor, want: Tensor, relative: number): void => {
  expect(got.shape).toEqual(want.shape)
  const wanted = want.dataSync()
  got.dataSync().forEach((x, i) => {
    expect(Math.abs(x - wanted[i]!)).toBeLessThanOrEqual(relative * Math.max(1, Math.abs(wanted[i]!)))
  })
}

const roundTrip = ({ transform, points }: Case): void => {
  const t = transform()
  const x = tf.tensor(points as number[])
  const y = t.forward(x)
  expectClose(t.inverse(y), x, 1e-5)
  expect(y.shape).toEqual([...t.forwardShape(x.shape)])
  expect(x.shape).toEqual([...t.inverseShape(y.shape)])
  expect([...t.codomain.contains(y).dataSync()]).toEqual(points.map(() => 1))
}

const logDeterminant = ({ transform, points, coordinates }: Case): void => {
  const t = transform()
  const x = tf.tensor(points as number[])
  const got = t.logDetJacobian(x, t.forward(x))
  expect(got.shape).toEqual([points.length])
  points.forEach((point, i) => {
    const want = logVolume(t, tf.tensor(point as number), coordinates)
    expect(Math.abs(got.dataSync()[i]! - want)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(want)))
  })
}

/** The derivative of an increasing transform of numbers is the exponential of its log-determinant, sign and all. */
const increasing = (t: Transform): void => {
  const x = tf.tensor1d([...scalars, -30, 30])
  const slope = tf.grad((z: Tensor) => tf.sum(t.forward(z)))(x)
  const want = tf.exp(t.logDetJacobian(x, t.forward(x)))
  expectClose(slope, want, 1e-5)
}

const batches = ({ transform, points }: Case): void => {
  const t = transform()
  const x = tf.tensor(points as number[])
  const twice = tf.stack([x, x])
  const y = t.forward(twice)
  expect(t.logDetJacobian(twice, y).shape).toEqual([2, points.length])
  expectClose(tf.unstack(y)[1]!, t.forward(x), 1e-6)
}

for (const backend of backends)
  describe(`transforms on ${backend}`, () => {
    useBackend(backend)
    for (const one of cases) {
      const name = one.transform().name
      it(`${name}: inverse undoes forward`, () => tf.tidy(() => roundTrip(one)))
      it(`${name}: log-determinant`, () => tf.tidy(() => logDeterminant(one)))
      if (["exp", "softplus", "sigmoid", "interval", "tanh"].includes(name))
        it(`${name}: increases at its own rate`, () => tf.tidy(() => increasing(one.transform())))
      it(`${name}: batches`, () => tf.tidy(() => batches(one)))
    }
  })
