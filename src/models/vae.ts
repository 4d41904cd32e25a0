/**
 * The variational autoencoder (Kingma and Welling 2014): a standard normal latent, a network that decodes it, and a network
 * that encodes each datum into its guide. Left out: convolutions, and guides richer than independent normals. Next:
 * `vae-queries.ts`, which asks a fitted one to encode and decode.
 */
import { bernoulli } from "../distributions/bernoulli.js"
import { normal } from "../distributions/normal.js"
import { positive } from "../distributions/support.js"
import { scope } from "../dsl/handlers.js"
import { type Activation, mlp } from "../dsl/mlp.js"
import { plate } from "../dsl/plate.js"
import { observe, param, random, sample } from "../dsl/primitives.js"
import { guide, model } from "../dsl/program.js"
import type { Site } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import type { Body, Program, Run } from "../dsl/types.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** What a pixel is, given its decoded number. */
export type VaeLikelihood = "bernoulli" | "gaussian" | "gaussian-learned"

/** Options of `vae`. */
export interface VaeOptions {
  /** Numbers in a datum: 784 for MNIST. */
  readonly pixels: number
  /** Hidden layers of the encoder, the decoder's in reverse; 400 by default. */
  readonly hidden?: number | readonly number[]
  /** Numbers in a latent; 20 by default. */
  readonly latents?: number
  /** Between layers; softplus by default. */
  readonly activation?: Activation
  /**
   * `"bernoulli"` (the default): a pixel is 0 or 1 with decoded log-odds. `"gaussian"`: normal about the decoded number
   * with `scale`. `"gaussian-learned"`: with one scale for all pixels that is learned (Rybkin and others 2021); one for
   * each pixel would shrink to nothing on pixels that never change.
   */
  readonly likelihood?: VaeLikelihood
  /** Standard deviation of a pixel under `"gaussian"`, the first one under `"gaussian-learned"`; 0.1 by default. */
  readonly scale?: number
  /** Data are probabilities, and every step draws its 0s and 1s from them anew (Burda and others 2016). Off by default. */
  readonly redraw?: boolean
}

/** The options with nothing left out. */
export type VaeSettings = Required<Omit<VaeOptions, "hidden">> & { readonly hidden: readonly number[] }

type Parameters = Site<
  `decoder/${string}` | `encoder/${string}` | "scale",
  Tensor,
  "real" | "positive",
  "param"
>
type Noise = Site<"binary", Tensor, "boolean", "random">
type Latent = Site<"z", Tensor, "real", "latent">
type Pixels = Site<"x", Tensor, "boolean" | "real", "observed">

/** A variational autoencoder: its joint, its guide, and what both were made of. */
export interface Vae {
  readonly model: Program<[images: tf.Tensor2D], Parameters | Noise | Latent | Pixels, void>
  readonly encoder: Program<[images: tf.Tensor2D], Parameters | Noise | Latent, void>
  readonly settings: VaeSettings
}

const settle = (options: VaeOptions): VaeSettings => {
  const { hidden = 400, scale = 0.1, redraw = false, likelihood = "bernoulli" } = options
  if (redraw && likelihood !== "bernoulli")
    throw programError(
      "bad-option",
      `redraw: true with likelihood "${likelihood}"`,
      'redraw draws 0s and 1s, which only likelihood: "bernoulli" scores; leave redraw out',
    )
  if (!(scale > 0)) throw programError("bad-option", `scale is ${scale}`, "give a standard deviation above 0")
  return {
    latents: 20,
    activation: "softplus",
    ...options,
    likelihood,
    scale,
    redraw,
    hidden: typeof hidden === "number" ? [hidden] : hidden,
  }
}

/** The decoder's network: latents to log-odds (Bernoulli) or means (Gaussian), on the last axis. */
export const decoderOf = ({ latents, hidden, pixels, activation }: VaeSettings) =>
  scope("decoder", mlp([latents, ...[...hidden].reverse(), pixels], { activation }))

/** The encoder's network: pixels to the guide's loc and unconstrained scale, on the last axis. */
export const encoderOf = ({ latents, hidden, pixels, activation }: VaeSettings) =>
  scope("encoder", mlp([pixels, ...hidden], { loc: latents, raw: latents }, { activation }))

/** The guide's standard deviation: above 0, and close to 1 before training. */
export const scaleOf = (raw: Tensor): Tensor => tf.exp(raw)

function* dataOf(rows: Tensor, { redraw }: VaeSettings): Run<Noise, Tensor> {
  return redraw ? yield* random("binary", bernoulli({ probs: rows }).toEvent(1)) : rows
}

function* pixels(
  decoded: Tensor,
  scale: Tensor | number,
  x: Tensor,
  settings: VaeSettings,
): Run<Pixels, void> {
  const dist = settings.likelihood === "bernoulli" ? bernoulli({ logits: decoded }) : normal(decoded, scale)
  yield* observe("x", dist.toEvent(1), x)
}

const joint = (settings: VaeSettings): Vae["model"] =>
  model(function* (images: tf.Tensor2D): Body<any, void> {
    const decode = yield* decoderOf(settings)
    const { scale: first, likelihood, latents } = settings
    const scale = likelihood === "gaussian-learned" ? yield* param("scale", first, positive) : first
    yield* plate("images", images, function* (rows): Body<any, void> {
      const x = yield* dataOf(rows, settings)
      const z = yield* sample("z", normal(tf.zeros([latents]), 1).toEvent(1))
      yield* pixels(decode(z), scale, x, settings)
    })
  })

const amortized = (program: Vae["model"], settings: VaeSettings): Vae["encoder"] =>
  guide(program, function* (images): Body<any, void> {
    const encode = yield* encoderOf(settings)
    yield* plate("images", images, function* (rows): Body<any, void> {
      const { loc, raw } = encode(yield* dataOf(rows, settings))
      yield* sample("z", normal(loc, scaleOf(raw)).toEvent(1))
    })
  }) as Vae["encoder"]

/**
 * A variational autoencoder as a model and its guide: z ~ N(0, I), x ~ p(x | decoder(z)), q(z | x) = N(loc(x), scale(x)²).
 *
 * Both take images [N, pixels]; their plate is "images", the latent "z" [N, latents], the data "x". The divergence is in
 * closed form. With `redraw`, images are probabilities and the site "binary" draws pixels from them at every step, the same
 * in model and guide.
 * @throws ModelError for sizes that are not whole numbers above 0, a scale that is not positive, or redraw without Bernoulli pixels.
 * @example
 * const { model, encoder } = vae({ pixels: 784, hidden: 400, latents: 20, redraw: true })
 * const fitted = await fit(model, encoder, [grey], { batch: 128, steps: 5000 })
 */
export const vae = (options: VaeOptions): Vae => {
  const settings = settle(options)
  const program = joint(settings)
  return { model: program, encoder: amortized(program, settings), settings }
}
