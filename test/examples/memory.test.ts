/** No example's fit holds more tensors after 1,000 steps than after ten. */
import { fit, linearGuide, ppca, ready, tf } from "latently"
import { beforeAll, describe, expect, it } from "vitest"
import { robustLine } from "../../examples/custom-latent-model/main.js"
import { fitCoin } from "../../examples/first-model/main.js"
import { faithfulMixtures } from "../../examples/gaussian-mixture/main.js"
import { irisPpca } from "../../examples/ppca/compare.js"
import { planeVae, trainVae } from "../../examples/vae/train.js"

/** How many tensors a run leaves, its result's own included. */
const left = async (run: () => Promise<unknown>): Promise<number> => {
  const before = tf.memory().numTensors
  await run()
  return tf.memory().numTensors - before
}

const examples: Readonly<Record<string, (steps: number) => Promise<unknown>>> = {
  "first-model": fitCoin,
  "custom-latent-model": robustLine,
  "gaussian-mixture": faithfulMixtures,
  ppca: irisPpca,
  vae: (steps) => trainVae({ program: planeVae(), steps, seconds: 300, label: "vae" }),
}

beforeAll(async () => {
  await ready()
})

describe("tensors left by 1,000 steps are those left by ten", () => {
  for (const [name, run] of Object.entries(examples))
    it(name, async () => {
      await run(10)
      expect(await left(() => run(1000))).toBe(await left(() => run(10)))
    }, 180_000)

  it("eagerly as well", async () => {
    const program = ppca({ dimension: 3, latents: 1 })
    const rows = tf.randomNormal([20, 3], 0, 1, "float32", 1) as tf.Tensor2D
    const run = (steps: number) => fit(program, linearGuide(program), [rows], { steps, compile: false })
    await run(2)
    expect(await left(() => run(400))).toBe(await left(() => run(2)))
  }, 180_000)
})
