/** Trains an autoencoder on MNIST, its pixels drawn from the grey values anew at every step. Next: `main.ts`. */
import {
  adam,
  binarize,
  type Diagnosis,
  diagnose,
  type Evaluation,
  encode,
  evaluate,
  type Fit,
  fit,
  type Schedule,
  tf,
  type Vae,
  vae,
} from "latently"
import { progress } from "latently/report"
import { mnist, type Pictures } from "../data/mnist.js"

/** Grey pixels in [0, 1], [count, 784]. */
export const greyOf = ({ images, count }: Pictures, from = 0, to = count): tf.Tensor2D => {
  const values = new Float32Array((to - from) * 784)
  for (let at = 0; at < values.length; at++) values[at] = images[from * 784 + at]! / 255
  return tf.tensor2d(values, [to - from, 784])
}

/** What to train: the program, how many steps at the most, and for how long at the most. */
export interface VaeTraining {
  readonly program: Vae
  /** Of Adam; 1e-3 unless told. */
  readonly rate?: number | Schedule
  readonly steps: number
  readonly seconds: number
  readonly label: string
}

/** A trained autoencoder, its scores in nats an image, and the test pictures it was scored on. */
export interface TrainedVae {
  readonly program: Vae
  readonly fitted: Fit<any>
  readonly train: Evaluation
  readonly test: Evaluation
  /** Of 50 test pictures. */
  readonly diagnosis: Diagnosis
  readonly seconds: number
  /** -ELBO of each step's batch, in nats an image. */
  readonly losses: readonly number[]
}

const perImage = (
  { elbo, likelihood, divergence, standardError }: Evaluation,
  count: number,
): Evaluation => ({
  elbo: elbo / count,
  likelihood: likelihood / count,
  divergence: divergence / count,
  standardError: standardError / count,
})

/** 784-400-latents-400-784 with softplus, pixels redrawn: NumPyro's example. */
export const classicVae = (latents: number): Vae => vae({ pixels: 784, hidden: 400, latents, redraw: true })

/** Two latents, which take a deeper network to fill their plane. */
export const planeVae = (): Vae =>
  vae({ pixels: 784, hidden: [256, 128], latents: 2, activation: "tanh", redraw: true })

/** Trains in batches of 128: stops at `steps`, or when `seconds` are over. */
export const trainVae = async (training: VaeTraining): Promise<TrainedVae> => {
  const { program, steps, seconds, label, rate = 1e-3 } = training
  const data = mnist()
  const images = greyOf(data.train)
  const bar = progress({ label, total: steps })
  const patience = new AbortController()
  const fitted = await fit(program.model, program.encoder, [images], {
    steps,
    batch: 128,
    optimizer: adam(rate),
    signal: patience.signal,
    onProgress: (told) => {
      bar.update(told.step, { loss: told.loss / images.shape[0] })
      if (told.seconds > seconds) patience.abort()
    },
  })
  bar.done()
  const losses = fitted.losses.map((loss) => loss / images.shape[0])
  images.dispose()
  const scored = (part: Pictures): Evaluation => {
    const rows = greyOf(part, 0, Math.min(part.count, 10_000))
    const evaluation = perImage(evaluate(fitted, [rows], { batch: 1000 }), rows.shape[0])
    rows.dispose()
    return evaluation
  }
  const looked = greyOf(data.test, 0, 50)
  const diagnosis = diagnose(fitted, [looked], { draws: 200, gradients: 0 })
  looked.dispose()
  return {
    program,
    fitted,
    losses,
    train: scored(data.train),
    test: scored(data.test),
    diagnosis,
    seconds: fitted.seconds,
  }
}

/** The first test pictures, drawn to 0s and 1s once, and their labels. */
export const testPictures = (count: number): { readonly binary: tf.Tensor2D; readonly labels: number[] } => {
  const { test } = mnist()
  return { binary: binarize(greyOf(test, 0, count), 1), labels: [...test.labels.subarray(0, count)] }
}

/** Where a two-dimensional encoder puts pictures: [count, 2] as nested arrays. */
export const encoded = ({ program, fitted }: TrainedVae, binary: tf.Tensor2D): number[][] =>
  (encode(program, fitted.params, binary).loc as tf.Tensor2D).arraySync()
