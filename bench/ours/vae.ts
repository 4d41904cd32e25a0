/** The VAE of the bench, 784-hidden-20-hidden-784: the worked model itself, as a user would fit it. */
import { vae } from "../../src/models/vae.js"
import type { Open } from "../task.js"
import { sizeOf, tensorOf } from "./read.js"
import { openSteps } from "./steps.js"

export const openVae: Open = (request) => {
  const images = tensorOf(request, "x")
  const [rows, pixels] = images.shape as [number, number]
  const hidden = sizeOf(request, "hidden")
  const { model, encoder } = vae({ pixels, hidden, latents: 20, activation: "relu" })
  const batch = sizeOf(request, "batch")
  const loop = sizeOf(request, "loop")
  return openSteps({ model, guide: encoder, args: [images], batch, learningRate: 1e-3, loop, rows })
}
