/** What is computed once for copies of a row is what was computed for each, in values and gradients, with less work. */
import { describe, expect, it } from "vitest"
import { record } from "../../../src/engine/compile/record.js"
import { simplify } from "../../../src/engine/compile/simplify.js"
import { matrixWork } from "../../../src/engine/compile/work.js"
import { compileFunction } from "../../../src/engine/compiled-function.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { useBackend } from "../../backends.js"

const rows = 6
const times = 5
const [pixels, hidden, latents] = [7, 4, 3] as const

const normals = (shape: number[], seed: number): Tensor => tf.randomNormal(shape, 0, 1, "float32", seed)

/** Data, the weights of an encoder and a decoder, and noise that differs in every copy. */
const inputs = (): Tensor[] => [
  normals([20, pixels], 1),
  tf.tensor1d([3, 1, 4, 15, 9, 2], "int32"),
  normals([pixels, hidden], 2),
  normals([hidden], 3),
  normals([hidden, latents], 4),
  normals([latents, pixels], 5),
  normals([rows * times, latents], 6),
]

type Activation = (x: Tensor) => Tensor

/** A squared error through an encoder that sees copied rows, and its gradients by all weights. */
const lossAndGradients =
  (activation: Activation) =>
  ([data, chosen, w1, b1, w2, w3, noise]: readonly Tensor[]): Tensor[] => {
    const x = tf.gather(data!, tf.tile(chosen as tf.Tensor1D, [times]))
    const loss = (w1: Tensor, b1: Tensor, w2: Tensor, w3: Tensor): tf.Scalar => {
      const features = activation(tf.add(tf.matMul(x, w1), b1))
      const z = tf.add(tf.matMul(features, w2), tf.mul(noise!, tf.sigmoid(tf.matMul(features, w2))))
      return tf.mean(tf.square(tf.sub(tf.matMul(z, w3), x)))
    }
    const { value, grads } = tf.valueAndGrads(loss as never)([w1!, b1!, w2!, w3!])
    return [value, ...grads]
  }

const activations: Readonly<Record<string, Activation>> = {
  tanh: tf.tanh,
  relu: tf.relu,
  softplus: tf.softplus,
  "no function": (x) => x,
}

const flopOf = (
  body: (inputs: readonly Tensor[]) => Tensor[],
  given: readonly Tensor[],
  simple: boolean,
): number => {
  const recording = record(given, body)
  try {
    return matrixWork(simple ? simplify(recording.results) : recording.results)
  } finally {
    recording.release()
  }
}

describe("copies of rows", () => {
  useBackend("tensorflow")

  for (const [name, activation] of Object.entries(activations))
    it(`give the same loss and gradients through ${name}`, () => {
      const body = lossAndGradients(activation)
      const given = inputs()
      const expected = tf.tidy(() => body(given).map((t) => [...t.dataSync()]))
      const compiled = compileFunction(body)
      for (let call = 0; call < 3; call++)
        for (const [i, tensor] of compiled(given).entries()) {
          const largest = Math.max(...expected[i]!.map(Math.abs))
          for (const [at, value] of tensor.dataSync().entries())
            expect(Math.abs(value - expected[i]![at]!)).toBeLessThan(2e-6 * largest)
        }
      expect(compiled.plan).toMatch(/^compiled/)
      compiled.dispose()
    })

  it("take the encoder's products of the rows alone", () => {
    const given = inputs()
    const body = lossAndGradients(tf.tanh)
    const encoder = 2 * (pixels * hidden + 2 * hidden * latents)
    // forward and gradients of the weights; back to the features, of each of two products with w2
    const once = 2 * encoder + 2 * 2 * hidden * latents
    const decoder = 3 * 2 * latents * pixels
    expect(flopOf(body, given, false)).toBe(rows * times * (once + decoder))
    expect(flopOf(body, given, true)).toBeLessThan(rows * (2 * once + times * decoder))
  })

  it("leaves draws that differ from copy to copy alone", () => {
    const given = [
      normals([rows, hidden], 7),
      normals([rows * times, hidden], 8),
      normals([hidden, latents], 9),
    ]
    const body = ([x, noise, w]: readonly Tensor[]): Tensor[] => [
      tf.matMul(tf.add(tf.tile(x!, [times, 1]), noise!), w!),
    ]
    expect(flopOf(body, given, true)).toBe(flopOf(body, given, false))
  })
})
