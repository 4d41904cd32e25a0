/** The matrix products of one VAE step alone, forward and backward (no gradient of the images): what the machine allows. */
import { ensureReady } from "../../src/engine/backend.js"
import { compileFunction } from "../../src/engine/compiled-function.js"
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

/** Forward products, weights' gradients, and inputs' gradients but the images'. */
const productsOf = (inputs: readonly Tensor[]): Tensor[] =>
  Array.from({ length: inputs.length / 3 }, (_, i) => {
    const [x, w, dy] = inputs.slice(3 * i, 3 * i + 3) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
    const both = [tf.matMul(x, w), tf.matMul(x, dy, true, false)]
    return i === 0 ? both : [...both, tf.matMul(dy, w, false, true)]
  }).flat()

export const openProducts: Open = async (request) => {
  await ensureReady()
  const batch = sizeOf(request, "batch")
  const layers = layersOf(sizeOf(request, "hidden"))
  const inputs = layers.flatMap(([inputs, outputs]) => [
    tf.randomUniform([batch, inputs]),
    tf.randomUniform([inputs, outputs]),
    tf.randomUniform([batch, outputs]),
  ])
  const step = compileFunction(productsOf)
  const call = (): void => tf.dispose(step(inputs))
  for (let i = 0; i < 3; i++) call() // recorded from the third on
  return {
    facts: { plan: step.plan },
    modes: { call: repeated(call) },
    close: () => {
      step.dispose()
      tf.dispose(inputs)
    },
  }
}
