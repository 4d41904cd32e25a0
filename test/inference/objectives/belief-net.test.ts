/**
 * A small sigmoid belief net: the variances of the guide's gradient at the same params stand in the published order (Tucker et al.
 * 2017; Titsias and Lázaro-Gredilla 2015). `bench/sbn.ts` measures the same on MNIST.
 */
import {
  bernoulli,
  elbo,
  guide,
  mlp,
  model,
  observe,
  type Program,
  plate,
  type SampleOptions,
  sample,
  scope,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../../backends.js"
import { estimates } from "./estimates.js"

const [rows, pixels, latents] = [24, 16, 8]

/** Rows of four bits, four times over. */
const bits = (): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: pixels }, (_, i) => ((row * 7 + 3) >> (i % 4)) & 1),
    ),
  )

const net = model(function* (images: tf.Tensor2D) {
  const decode = yield* scope("decoder", mlp([latents, pixels]))
  yield* plate("images", images, function* (x) {
    const z = yield* sample("z", bernoulli({ logits: tf.zeros([latents]) }).toEvent(1))
    yield* observe("x", bernoulli({ logits: tf.mul(decode(z), 4) }).toEvent(1), x)
  })
})

const encoderWith = (options: SampleOptions<"boolean">, learned = false): Program<any> =>
  guide(net, function* (images) {
    const encode = yield* scope("encoder", mlp([pixels, latents]))
    const worth = learned ? yield* scope("baseline", mlp([pixels, 16, 1])) : undefined
    yield* plate("images", images, function* (x) {
      const baseline = worth && { baseline: tf.squeeze(worth(x), [-1]) }
      yield* sample("z", bernoulli({ logits: encode(x) }).toEvent(1), { ...options, ...baseline })
    })
  }) as unknown as Program<any>

/** The variance of the guide's gradient, summed over its numbers, and its standard error. */
const spreadOf = (options: SampleOptions<"boolean">, learned = false) => {
  const train = { steps: learned ? 60 : 0, rate: 0.1, only: (name: string) => name.startsWith("baseline") }
  const { gradients } = estimates(net, encoderWith(options, learned), [bits()], elbo(), {
    draws: 25,
    burn: 15,
    train,
  })
  const draws = Object.entries(gradients)
    .filter(([name]) => name.startsWith("encoder"))
    .map(([, values]) => values)
    .reduce((a, b) => a.map((draw, n) => [...draw, ...b[n]!]))
  const n = draws.length
  const mean = draws[0]!.map((_, i) => draws.reduce((sum, draw) => sum + draw[i]!, 0) / n)
  const lengths = draws.map(
    (draw) => draw.reduce((sum, g, i) => sum + (g - mean[i]!) ** 2, 0) * (n / (n - 1)),
  )
  const value = lengths.reduce((a, b) => a + b, 0) / n
  return { value, error: Math.sqrt(lengths.reduce((sum, s) => sum + (s - value) ** 2, 0) / (n - 1) / n) }
}

describe("the guide's gradient varies less and less", () => {
  useBackend("tensorflow")
  it("from no baseline over running average, learned baseline and REBAR to exact sums of all units", () => {
    const spreads = [
      spreadOf({ gradient: "score", baseline: "none" }),
      spreadOf({ gradient: "score", baseline: "running" }),
      spreadOf({ gradient: "score" }, true),
      spreadOf({ gradient: "rebar" }),
      spreadOf({ gradient: "local" }),
    ]
    spreads.slice(1).forEach((less, i) => {
      const more = spreads[i]!
      expect((more.value - less.value) / Math.hypot(more.error, less.error)).toBeGreaterThan(4)
    })
  })
})
