/**
 * Importance-weighted autoencoders on static binarized MNIST (Burda, Grosse and Salakhutdinov 2016), one stochastic layer of 50,
 * 784-200-200-(50)-200-200-784 with tanh, batches of 20, at a stated number of steps: k = 1, k = 50, and k = 50 with the doubly
 * reparameterized gradient, from the same seed; and k = 1 for about the time that k = 50 takes. Prints and writes to
 * `bench/results/iwae-mnist.json` the test NLL by importance sampling (nats a digit, lower is better), and the differences digit by
 * digit with their standard errors.
 *
 * Run: npx tsx bench/iwae-mnist.ts <folder of the three .gz files> [steps] [test digits] [samples] [seed]
 */
import {
  adam,
  doublyReparameterized,
  fit,
  importance,
  iwae,
  type Objective,
  piecewise,
  ready,
  vae,
} from "latently"
import { binarizedMnist } from "./binarized-mnist.js"
import { keepResult } from "./keep-result.js"

/** What one objective came to. */
interface Row {
  readonly name: string
  readonly steps: number
  /** -log p(x) by importance sampling, nats a digit, and its standard error over the test digits. */
  readonly testNll: number
  readonly standardError: number
  /** The bound it was trained on, over the last tenth of the steps, nats a digit. */
  readonly trainBound: number
  readonly trainSeconds: number
  readonly testSeconds: number
}

const batch = 20

/** Steps of k = 1 in the time of one of k = 50, about. */
const stepsInTime = 12

const [folder = "", ...numbers] = process.argv.slice(2)
const [steps = 5000, digits = 500, samples = 5000, seed = 0] = numbers.map(Number)
await ready()
const train = binarizedMnist(folder, "train")
const test = binarizedMnist(folder, "test", digits)
const { model, encoder } = vae({ pixels: 784, hidden: [200, 200], latents: 50, activation: "tanh" })
const rateOver = (steps: number) =>
  piecewise([
    [0, 1e-3],
    [Math.round(0.7 * steps), 3e-4],
    [Math.round(0.9 * steps), 1e-4],
  ])

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length

const errorOf = (values: ArrayLike<number>): number => {
  const centre = mean(values)
  const squares = Array.from(values).reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

const scored = async (
  name: string,
  objective: Objective,
  taken = steps,
): Promise<Row & { readonly nll: Float64Array }> => {
  const options = { steps: taken, batch, objective, optimizer: adam(rateOver(taken)), seed }
  const fitted = await fit(model, encoder, [train], options)
  const began = performance.now()
  const nll = importance(fitted, [test], {
    batch: Math.min(500, digits),
    draws: samples,
    seed: 1,
  }).byGroup.map((value) => -value)
  const row = {
    name,
    steps: taken,
    testNll: mean(nll),
    standardError: errorOf(nll),
    trainBound: mean(fitted.losses.slice(-Math.ceil(taken / 10))) / train.shape[0],
    trainSeconds: fitted.seconds,
    testSeconds: (performance.now() - began) / 1e3,
  }
  console.log(
    `${name.padEnd(16)} test NLL ${row.testNll.toFixed(2)} ± ${row.standardError.toFixed(2)}   bound ${row.trainBound.toFixed(2)}   ` +
      `${row.trainSeconds.toFixed(0)} s, test ${row.testSeconds.toFixed(0)} s   ${fitted.compiled}`,
  )
  fitted.dispose()
  return { ...row, nll }
}

const rows = [
  await scored("k = 1", iwae({ particles: 1 })),
  await scored("k = 50", iwae({ particles: 50 })),
  await scored("k = 50, DReG", doublyReparameterized({ particles: 50 })),
  await scored("k = 1, as long", iwae({ particles: 1 }), stepsInTime * steps),
]
const [one, fifty, doubly, long] = rows
const difference = (a: Float64Array, b: Float64Array) => {
  const differences = a.map((value, i) => value - b[i]!)
  return { value: mean(differences), standardError: errorOf(differences) }
}
const differences = {
  "k = 1 less k = 50": difference(one!.nll, fifty!.nll),
  "k = 50 less DReG": difference(fifty!.nll, doubly!.nll),
  "k = 1 as long less k = 50": difference(long!.nll, fifty!.nll),
}
for (const [name, { value, standardError }] of Object.entries(differences))
  console.log(`${name}: ${value.toFixed(2)} ± ${standardError.toFixed(2)} nats a digit`)

keepResult(
  "iwae-mnist",
  "IWAE on static binarized MNIST, 784-200-200-(50)-200-200-784, tanh, Adam, batch 20; nats a digit",
  {
    rate: "1e-3, 3e-4 from 0.7 of the steps on, 1e-4 from 0.9",
    steps,
    digits,
    samples,
    seed,
    rows: rows.map(({ nll, ...row }) => row),
    differences,
  },
)
