/** Handwritten digits from twenty numbers each: what does a VAE reconstruct, imagine, and at what cost in nats? */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { decode, imagine, reconstruct, tf } from "latently"
import { imageGrid, latentGrid, reconstructions, table } from "latently/report"
import { classicVae, type TrainedVae, testPictures, trainVae } from "./train.js"

const shape = [28, 28] as const

/** Test pictures above what is decoded from their codes. */
export const reconstructed = ({ program, fitted }: TrainedVae, pairs = 20): string => {
  const { binary } = testPictures(pairs)
  const made = reconstruct(program, fitted.params, binary) as tf.Tensor2D
  const options = { shape, columns: Math.min(pairs, 10), scale: 2 }
  return reconstructions({ ...options, originals: binary.arraySync(), reconstructions: made.arraySync() })
}

/** Pictures decoded from draws of the prior. */
export const imagined = ({ program, fitted }: TrainedVae, count = 40): string => {
  const pictures = imagine(program, fitted.params, count, 7).dataSync()
  return imageGrid({ pictures, shape, columns: 10, scale: 2, title: "Draws from the prior" })
}

/** Pictures decoded from a grid over a two-dimensional latent, even in probability under the prior. */
export const manifold = ({ program, fitted }: TrainedVae, side = 20): string => {
  const pictures = decode(program, fitted.params, tf.tensor2d(latentGrid(side), [side * side, 2])).dataSync()
  return imageGrid({
    pictures,
    shape,
    columns: side,
    gap: 0,
    axes: ["z₁", "z₂"],
    title: "The latent plane, decoded",
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const steps = Number(process.env.LATENTLY_EXAMPLE_STEPS ?? 15 * 469)
  const trained = await trainVae({ program: classicVae(20), steps, seconds: 600, label: "vae" })
  const row = (part: "train" | "test") => ({ part, ...trained[part] })
  console.log(trained.fitted.reason)
  console.log(
    table(
      [row("train"), row("test")],
      [
        { key: "part", heading: "MNIST, redrawn" },
        { key: "elbo", heading: "ELBO (nats an image)", digits: 2 },
        { key: "likelihood", heading: "= recon", digits: 2 },
        { key: "divergence", heading: "- KL", digits: 2 },
      ],
    ),
  )
  const [picture] = process.argv.slice(2)
  if (picture) writeFileSync(picture, reconstructed(trained))
}
