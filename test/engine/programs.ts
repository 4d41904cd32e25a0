/** Step programs written straight on the engine, for its own tests: probabilistic PCA and a small VAE, with Adam. */
import { adam, type Optimizer } from "../../src/engine/optimize.js"
import { fold, standardNormal } from "../../src/engine/random.js"
import type { StepProgram } from "../../src/engine/step.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"

const noise = (name: string, shape: readonly number[], step: Tensor): Tensor => {
  const { hash } = fold(7, name)
  return standardNormal({ hash, step }, shape)
}

const start = (name: string, shape: number[], scale: number): Tensor =>
  tf.tidy(() => tf.mul(standardNormal(fold(3, name), shape), scale))

interface Sizes {
  readonly count: number
  readonly batch: number
  readonly optimizer?: Optimizer
}

/** PPCA with a linear guide: `x = z w + mu + e^s noise`, `q(z | x) = N(x a + b, e^t)`; 10 columns, 2 latents. */
export const ppcaProgram = ({ count, batch, optimizer = adam(1e-2) }: Sizes): StepProgram => {
  const data = tf.tidy(() =>
    tf.add(
      tf.matMul(start("z", [count, 2], 1) as tf.Tensor2D, start("w", [2, 10], 1) as tf.Tensor2D),
      start("e", [count, 10], 0.3),
    ),
  )
  const zeros = (n: number): Tensor => tf.zeros([n])
  return {
    parameters: [
      start("w0", [2, 10], 0.1),
      zeros(10),
      tf.scalar(0),
      start("a", [10, 2], 0.1),
      zeros(2),
      zeros(2),
    ],
    state: [tf.scalar(0)],
    resident: [data],
    batch: { size: batch, count, inputs: [0] },
    optimizer,
    seed: 5,
    objective: ([w, mu, s, a, b, t], [average], [x], step) => {
      const rows = x!.shape[0]!
      const loc = tf.add(tf.matMul(x as tf.Tensor2D, a as tf.Tensor2D), b!)
      const z = tf.add(loc, tf.mul(tf.exp(t!), noise("q", loc.shape, step)))
      const mean = tf.add(tf.matMul(z as tf.Tensor2D, w as tf.Tensor2D), mu!)
      const error = tf.div(tf.sub(x!, mean), tf.exp(s!))
      const recon = tf.add(tf.mul(0.5, tf.sum(tf.square(error))), tf.mul(rows * 10, s!))
      const spread = tf.sum(tf.sub(tf.exp(tf.mul(2, t!)), tf.add(tf.mul(2, t!), 1)))
      const kl = tf.mul(0.5, tf.add(tf.sum(tf.square(loc)), tf.mul(rows, spread)))
      const loss = tf.mul(tf.add(recon, kl), count / rows)
      return { loss, state: [tf.add(tf.mul(average!, 0.9), tf.mul(loss, 0.1))], outputs: [recon, kl] }
    },
  }
}

const dense = (x: Tensor, w: Tensor, b: Tensor): Tensor =>
  tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b)

/** A VAE with one hidden layer on each side, relu, Bernoulli pixels and an exp scale. */
export const vaeProgram = (
  { count, batch, optimizer = adam(1e-3) }: Sizes,
  [pixels, hidden, latent]: readonly [number, number, number] = [784, 400, 20],
): StepProgram => {
  const data = tf.tidy(() => tf.cast(tf.greater(start("x", [count, pixels], 1), 0.5), "float32"))
  const layer = (name: string, from: number, to: number): Tensor[] => [
    start(name, [from, to], Math.sqrt(2 / (from + to))),
    tf.zeros([to]),
  ]
  return {
    parameters: [
      ...layer("encode", pixels, hidden),
      ...layer("loc", hidden, latent),
      ...layer("scale", hidden, latent),
      ...layer("decode", latent, hidden),
      ...layer("pixels", hidden, pixels),
    ],
    state: [],
    resident: [data],
    batch: { size: batch, count, inputs: [0] },
    optimizer,
    seed: 5,
    objective: ([w1, b1, wl, bl, ws, bs, w2, b2, w3, b3], _, [x], step) => {
      const h = tf.relu(dense(x!, w1!, b1!))
      const loc = dense(h, wl!, bl!)
      const logScale = dense(h, ws!, bs!)
      const scale = tf.exp(logScale)
      const z = tf.add(loc, tf.mul(scale, noise("z", loc.shape, step)))
      const logits = dense(tf.relu(dense(z, w2!, b2!)), w3!, b3!)
      const recon = tf.sum(tf.sub(tf.softplus(logits), tf.mul(logits, x!)))
      const inner = tf.sub(tf.add(tf.square(scale), tf.square(loc)), tf.add(tf.mul(2, logScale), 1))
      const kl = tf.mul(0.5, tf.sum(inner))
      return { loss: tf.add(recon, kl), state: [], outputs: [recon, kl] }
    },
  }
}
