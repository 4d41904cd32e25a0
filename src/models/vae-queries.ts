/**
 * What a fitted autoencoder is asked: where it encodes data, what it decodes, how it reconstructs, what it draws. Left out:
 * its score (`evaluate` and `importance` of `../inference`).
 */
import { bernoulli } from "../distributions/bernoulli.js"
import { substitute } from "../dsl/handlers.js"
import { model } from "../dsl/program.js"
import { trace } from "../dsl/trace.js"
import type { Run } from "../dsl/types.js"
import { fold, type KeyLike, standardNormal, toKey } from "../engine/random.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { decoderOf, encoderOf, scaleOf, type Vae } from "./vae.js"

/** Params by name, a fit's `params`. */
export type VaeParams = Readonly<Record<string, TensorLike>>

/** Runs a network of the autoencoder at given params. */
const runAt = <R>(part: "encoder" | "decoder", network: () => Run<any, R>, params: VaeParams): R => {
  const own = Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith(`${part}/`)))
  const program = model(function* () {
    return yield* network()
  })
  return trace(substitute(program, own), []).result as R
}

/**
 * The mean of every pixel at latents [..., latents]: probabilities for Bernoulli pixels. Shape [..., pixels].
 * @example decode(digits, fitted.params, tf.zeros([1, 20]))
 */
export const decode = ({ settings }: Vae, params: VaeParams, z: Tensor): Tensor =>
  tf.tidy(() => {
    const decoded = runAt("decoder", () => decoderOf(settings), params)(z)
    return settings.likelihood === "bernoulli" ? tf.sigmoid(decoded) : decoded
  })

/**
 * The guide at data [N, pixels]: loc and scale of each latent, [N, latents] both. Data are taken as they are, not redrawn.
 * @example encode(digits, fitted.params, images).loc
 */
export const encode = (
  { settings }: Vae,
  params: VaeParams,
  images: Tensor,
): { readonly loc: Tensor; readonly scale: Tensor } =>
  tf.tidy(() => {
    const { loc, raw } = runAt("encoder", () => encoderOf(settings), params)(images)
    return { loc, scale: scaleOf(raw) }
  })

/** Data encoded to the guide's means and decoded again, [N, pixels]. */
export const reconstruct = (program: Vae, params: VaeParams, images: Tensor): Tensor =>
  tf.tidy(() => decode(program, params, encode(program, params, images).loc))

/** Pixel means at `count` latents drawn from the prior, [count, pixels]; the same key gives the same pictures. */
export const imagine = (program: Vae, params: VaeParams, count: number, key: KeyLike = 0): Tensor =>
  tf.tidy(() =>
    decode(program, params, standardNormal(fold(toKey(key), "z"), [count, program.settings.latents])),
  )

/**
 * 0s and 1s drawn once from grey pixels in [0, 1], the same for the same key: "static" binary data. Likelihoods of data drawn
 * once, redrawn at every step, and grey are different numbers; say which.
 * @example const train = binarize(mnist.train, 0)
 */
export const binarize = <T extends Tensor>(grey: T, key: KeyLike = 0): T =>
  tf.tidy(() => bernoulli({ probs: grey }).sample(fold(toKey(key), "binary"))) as T
