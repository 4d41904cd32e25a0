/** log p of a million values, parameters elementwise (categorical: a row of logits each). */
import { categorical } from "../../src/distributions/categorical.js"
import { gamma } from "../../src/distributions/gamma.js"
import { normal } from "../../src/distributions/normal.js"
import { ensureReady } from "../../src/engine/backend.js"
import { withChecks } from "../../src/engine/checks.js"
import { compileFunction } from "../../src/engine/compiled-function.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { repeated } from "../repeat.js"
import type { Open } from "../task.js"
import { tensorOf } from "./read.js"

const families: Readonly<Record<string, (...inputs: Tensor[]) => Tensor>> = {
  normal: (x, loc, scale) => normal(loc!, scale!).logProb(x!),
  gamma: (x, concentration, rate) => gamma({ concentration: concentration!, rate: rate! }).logProb(x!),
  categorical: (x, logits) => categorical({ logits: logits! }).logProb(x!),
}

export const openLogProb: Open = async (request) => {
  await ensureReady()
  const inputs = Object.keys(request.data).map((name) => tensorOf(request, name))
  const density = families[request.family ?? ""]!
  const score = compileFunction((tensors) => [withChecks(false, () => density(...tensors))])
  const call = (): void => tf.dispose(score(inputs))
  for (let i = 0; i < 3; i++) call() // recorded from the third on
  const mean = tf.tidy(() => tf.mean(score(inputs)[0]!).dataSync()[0]!)
  return {
    facts: { mean, plan: score.plan },
    modes: { call: repeated(call) },
    close: () => {
      score.dispose()
      tf.dispose(inputs)
    },
  }
}
