/** The importance-weighted bound, 784-200-200-latents-200-200-784 with tanh, k draws a row side by side. */
import { bernoulli } from "../../src/distributions/bernoulli.js"
import { normal } from "../../src/distributions/normal.js"
import { scope } from "../../src/dsl/handlers.js"
import { mlp } from "../../src/dsl/mlp.js"
import { plate } from "../../src/dsl/plate.js"
import { observe, sample } from "../../src/dsl/primitives.js"
import { guide, model } from "../../src/dsl/program.js"
import { tf } from "../../src/engine/tensor.js"
import { iwae } from "../../src/inference/objectives/importance-weighted.js"
import type { Open } from "../task.js"
import { sizeOf, tensorOf } from "./read.js"
import { openSteps } from "./steps.js"

const programs = (pixels: number, hidden: number, latents: number) => {
  const decoderSizes = [latents, hidden, hidden, pixels]
  const joint = model(function* (images: tf.Tensor2D) {
    const decode = yield* scope("decoder", mlp(decoderSizes, { activation: "tanh" }))
    yield* plate("images", images, function* (x) {
      const z = yield* sample("z", normal(tf.zeros([latents]), 1).toEvent(1))
      yield* observe("x", bernoulli({ logits: decode(z) }).toEvent(1), x)
    })
  })
  const encoder = guide(joint, function* (images) {
    const heads = { loc: latents, raw: latents }
    const encode = yield* scope("encoder", mlp([pixels, hidden, hidden], heads, { activation: "tanh" }))
    yield* plate("images", images, function* (x) {
      const { loc, raw } = encode(x)
      yield* sample("z", normal(loc, tf.exp(raw)).toEvent(1))
    })
  })
  return { joint, encoder }
}

export const openIwae: Open = (request) => {
  const images = tensorOf(request, "x")
  const [rows, pixels] = images.shape as [number, number]
  const { joint, encoder } = programs(pixels, sizeOf(request, "hidden"), sizeOf(request, "latents"))
  return openSteps({
    model: joint,
    guide: encoder,
    args: [images],
    objective: iwae({ particles: sizeOf(request, "particles") }),
    batch: sizeOf(request, "batch"),
    learningRate: 1e-3,
    loop: sizeOf(request, "loop"),
    rows,
  })
}
