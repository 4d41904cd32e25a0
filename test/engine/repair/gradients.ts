/** What the tests of repaired operations share: tables of numbers, and gradients against central differences. Next: `gather.test.ts`. */
import { expect } from "vitest"
import "../../../src/engine/repair/index.js"
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"

/** A deterministic table of numbers in (-1, 1). */
export const numbers = (shape: number[], seed = 1): Tensor => {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state / 0x7fffffff) * 2 - 1
  }
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, next), shape)
}

/** Compares the gradient of sum(weights f(x)) with central differences of step 1e-2; every f here is a polynomial of low degree. */
export const expectGradient = (f: (x: Tensor) => Tensor, x: Tensor) => {
  const weights = numbers(f(x).shape, 3)
  const value = (t: Tensor) => tf.sum(tf.mul(f(t), weights))
  const slope = tf.grad(value)(x)
  expect(slope.shape).toEqual(x.shape)
  const got = slope.dataSync()
  for (let i = 0; i < x.size; i++) {
    const along = tf.tensor(new Float32Array(x.size).fill(1e-2, i, i + 1), x.shape)
    const up = value(tf.add(x, along)).dataSync()[0]!
    const want = (up - value(tf.sub(x, along)).dataSync()[0]!) / 2e-2
    expect(Math.abs(got[i]! - want), `entry ${i}: got ${got[i]}, want ${want}`).toBeLessThan(
      2e-3 * (1 + Math.abs(want)),
    )
  }
}

/** The gradient of the sum of f at these values. */
export const gradientAt = (f: (x: Tensor) => Tensor, values: number[]): number[] => [
  ...tf
    .grad((x: Tensor) => tf.sum(f(x)))(tf.tensor1d(values))
    .dataSync(),
]

/** Each entry of `got` is nearer to its `want` than the tolerance. */
export const expectClose = (got: Tensor, want: number[], tolerance = 1e-5) => {
  const g = got.dataSync()
  expect(g.length).toBe(want.length)
  for (const [i, w] of want.entries())
    expect(Math.abs(g[i]! - w), `entry ${i}: got ${g[i]}, want ${w}`).toBeLessThan(tolerance)
}
