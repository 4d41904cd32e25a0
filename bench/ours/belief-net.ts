/** A sigmoid belief net, 784 pixels and Bernoulli latents drawn one at a time: gradients by the score function. */
import { bernoulli } from "../../src/distributions/bernoulli.js"
import { scope } from "../../src/dsl/handlers.js"
import { mlp } from "../../src/dsl/mlp.js"
import { plate } from "../../src/dsl/plate.js"
import { observe, param, sample } from "../../src/dsl/primitives.js"
import { guide, model } from "../../src/dsl/program.js"
import { tf } from "../../src/engine/tensor.js"
import type { Open } from "../task.js"
import { sizeOf, tensorOf } from "./read.js"
import { openSteps } from "./steps.js"

const programs = (pixels: number, latents: number) => {
  const net = model(function* (images: tf.Tensor2D) {
    const decode = yield* scope("decoder", mlp([latents, pixels]))
    const prior = yield* param("prior", () => tf.zeros([latents]))
    yield* plate("images", images, function* (x) {
      const z = yield* sample("z", bernoulli({ logits: prior }).toEvent(1))
      yield* observe("x", bernoulli({ logits: decode(z) }).toEvent(1), x)
    })
  })
  const encoder = guide(net, function* (images) {
    const encode = yield* scope("encoder", mlp([pixels, latents]))
    yield* plate("images", images, function* (x) {
      yield* sample("z", bernoulli({ logits: encode(x) }).toEvent(1), { gradient: "score" })
    })
  })
  return { net, encoder }
}

export const openBeliefNet: Open = (request) => {
  const images = tensorOf(request, "x")
  const { net, encoder } = programs(images.shape[1]!, sizeOf(request, "latents"))
  return openSteps({
    model: net,
    guide: encoder,
    args: [images],
    batch: sizeOf(request, "batch"),
    learningRate: 1e-3,
    loop: sizeOf(request, "loop"),
    rows: images.shape[0]!,
  })
}
