/** Pictures from a hundred switches: which gradient of binary latents learns fastest? */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { evaluate, explain, fit, tf } from "latently"
import { curves, progress, table } from "latently/report"
import { mnist, type Pictures } from "../data/mnist.js"
import { beliefNet, relaxed, scored, summed } from "./model.js"

const guides = { "learned baseline": scored, REBAR: relaxed, "exact sums of 8": summed }

/** Pixels as 0 or 1: ink from half up. */
const binary = ({ images, count }: Pictures): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from(images, (ink) => (ink < 128 ? 0 : 1)),
    [count, images.length / count],
  )

/** Means of the loss, an image, over every `width` steps. */
const smoothed = (losses: readonly number[], images: number, width: number): number[] =>
  Array.from({ length: Math.floor(losses.length / width) }, (_, i) => {
    const part = losses.slice(i * width, (i + 1) * width)
    return part.reduce((sum, loss) => sum + loss, 0) / part.length / images
  })

/** Fits the same net with each guide, from the same first values. */
export const compared = async (steps = 2000) => {
  const data = mnist()
  const [train, test] = [binary(data.train), binary(data.test)]
  const results = []
  for (const [name, chosen] of Object.entries(guides)) {
    const bar = progress({ label: name, total: steps })
    const onProgress = ({ step, loss }: { step: number; loss: number }): void => bar.update(step, { loss })
    const fitted = await fit(beliefNet, chosen as typeof summed, [train], {
      steps,
      batch: 100,
      seed: 0,
      onProgress,
    })
    bar.done()
    results.push({
      name,
      why: String(explain(beliefNet, chosen as typeof summed, [test], { batch: 100 })),
      test: evaluate(fitted, [test], { batch: 1000 }).elbo / test.shape[0],
      seconds: fitted.seconds,
      losses: smoothed(fitted.losses, train.shape[0], Math.max(1, Math.round(steps / 40))),
    })
  }
  return results
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const steps = Number(process.env.LATENTLY_EXAMPLE_STEPS ?? 2000)
  const results = await compared(steps)
  for (const { name, why } of results) console.log(`${name}: ${why.split("\n").at(-1)!.trim()}`)
  console.log(
    table(results, [
      { key: "name", heading: "gradient" },
      { key: "test", heading: "test ELBO (nats an image)", digits: 2 },
      { key: "seconds", heading: "s", digits: 1 },
    ]),
  )
  const [picture] = process.argv.slice(2)
  const series = results.map(({ name, losses }) => ({
    label: name,
    x: losses.map((_, i) => ((i + 0.5) * steps) / losses.length),
    y: losses.map((loss) => -loss),
  }))
  if (picture) writeFileSync(picture, await curves({ series, x: "step", y: "ELBO (nats an image)" }))
}
