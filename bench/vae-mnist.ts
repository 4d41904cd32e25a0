/**
 * The quality of a VAE after 15 epochs of real MNIST, in the set-up of NumPyro's `examples/vae.py`: 784-400-(50)-400-784, softplus,
 * Adam at 1e-3, batches of 128, pixels redrawn at every step. Prints the test loss after each epoch (nats an image, lower is
 * better; NumPyro 0.21.0 ended at 101.94) and writes `bench/results/vae-mnist.json`.
 *
 * Run: npx tsx bench/vae-mnist.ts [epochs] [seed]
 */
import { adam, evaluate, type Fit, fit, ready, vae } from "latently"
import { mnist } from "../examples/data/mnist.js"
import { greyOf } from "../examples/vae/train.js"
import { keepResult } from "./keep-result.js"

/** One epoch: how many there were, the losses, and the seconds of its steps. */
interface Epoch {
  readonly epoch: number
  readonly trainLoss: number
  readonly testLoss: number
  readonly seconds: number
}

const batch = 128

const [epochs, seed] = [Number(process.argv[2] ?? 15), Number(process.argv[3] ?? 0)]
await ready()
const data = mnist()
const [train, test] = [greyOf(data.train), greyOf(data.test)]
const program = vae({ pixels: 784, hidden: 400, latents: 50, redraw: true })
const stepsPerEpoch = Math.ceil(train.shape[0] / batch)

const scored = (fitted: Fit<any>, epoch: number): Epoch => {
  const losses = fitted.losses.slice(-stepsPerEpoch)
  const trainLoss = losses.reduce((sum, loss) => sum + loss, 0) / losses.length / train.shape[0]
  const testLoss = -evaluate(fitted, [test], { batch: 1000, seed: epoch }).elbo / test.shape[0]
  console.log(
    `epoch ${String(epoch).padStart(2)}   train ${trainLoss.toFixed(2)}   test ${testLoss.toFixed(2)}   ${fitted.seconds.toFixed(1)} s`,
  )
  return { epoch, trainLoss, testLoss, seconds: fitted.seconds }
}

const options = { steps: stepsPerEpoch, batch, optimizer: adam(1e-3), seed }
let fitted: Fit<any> = await fit(program.model, program.encoder, [train], options)
const results = [scored(fitted, 0)]
for (let epoch = 1; epoch < epochs; epoch++) {
  fitted = await fitted.continue(stepsPerEpoch)
  results.push(scored(fitted, epoch))
}
keepResult(
  "vae-mnist",
  "VAE on MNIST redrawn binary, 784-400-(50)-400-784, Adam 1e-3, batch 128; nats an image",
  {
    steps: fitted.compiled,
    seed,
    testLoss: results.at(-1)!.testLoss,
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    epochs: results,
  },
)
