/** The matrix products of one VAE step alone, forward and backward (no gradient of the images): what the machine allows. */
import { ensureReady } from "../../src/engine/backend.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { repeated } from "../repeat.js"
import type { Open } from "../task.js"
import { sizeOf } from "./read.js"

const layersOf = (hidden: number): [inputs: number, outputs: number][] => [
  [784, hidden],
  [hidden, 20],
  [hidden, 20],
  [20, hidden],
  [hidden, 784],
]

export const openProducts: Open = async (request) => {
  await ensureReady()
  const batch = sizeOf(request, "batch")
  const layers = layersOf(sizeOf(request, "hidden")).map(([inputs, outputs]) => ({
    x: tf.randomUniform([batch, inputs]) as tf.Tensor2D,
    w: tf.randomUniform([inputs, outputs]) as tf.Tensor2D,
    dy: tf.randomUniform([batch, outputs]) as tf.Tensor2D,
  }))
  const step = (): void => {
    layers.forEach(({ x, w, dy }, i) => {
      const made: Tensor[] = [tf.matMul(x, w), tf.matMul(x, dy, true, false)]
      if (i > 0) made.push(tf.matMul(dy, w, false, true))
      tf.dispose(made)
    })
  }
  return {
    facts: { plan: "eager products" },
    modes: { call: repeated(step) },
    close: () => tf.dispose(layers.flatMap(({ x, w, dy }) => [x, w, dy])),
  }
}
