/** A new process that fits a VAE and prints marks as it goes: imported, begin, stepped, memory. See `../cold.ts`. */
import { readFileSync } from "node:fs"
import { fit, ready, tf, vae } from "latently"

await ready()
console.log("imported")
const bytes = readFileSync(process.argv[2]!)
const pixels = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
const images = tf.tensor2d(pixels, [pixels.length / 784, 784])
const { model, encoder } = vae({ pixels: 784, hidden: 400, latents: 20, activation: "relu" })
console.log("begin")
const fitted = await fit(model, encoder, [images], { batch: 128, steps: 1 })
console.log("stepped")
await fitted.continue(200)
console.log(`memory ${process.resourceUsage().maxRSS / 1024}`)
