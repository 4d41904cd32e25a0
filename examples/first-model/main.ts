/** The first model: how often does a coin show heads? Eight flips, a prior, and the exact posterior to compare with. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import {
  adam,
  bernoulli,
  beta,
  cosine,
  evaluate,
  fit,
  guide,
  model,
  observe,
  param,
  plate,
  positive,
  sample,
  type Tensor,
  tf,
} from "latently"
import { curves, table } from "latently/report"

const coin = model(function* (flips: tf.Tensor1D) {
  const p = yield* sample("p", beta(2, 2))
  yield* plate("flips", flips, function* (x) {
    yield* observe("x", bernoulli({ probs: p }), x)
  })
})

const belief = guide(coin, function* () {
  const a = yield* param("a", 1, positive)
  const b = yield* param("b", 1, positive)
  yield* sample("p", beta(a, b)) // call it "q" and tsc says: guide misses latent site 'p'
})

/** Six heads in eight flips. */
const flips = [1, 1, 0, 1, 1, 1, 0, 1]

/** Fits q(p) = beta(a, b); a beta prior has a beta posterior, so the guide can be exact. */
export const fitCoin = async (steps = 2000) => {
  const options = { steps, optimizer: adam(cosine(0.05, steps)) }
  const fitted = await fit(coin, belief, [tf.tensor1d(flips)], options)
  const number = (tensor: Tensor) => tensor.dataSync()[0]!
  const { elbo } = evaluate(fitted, undefined, { draws: 200 })
  return { fitted, elbo, a: number(fitted.params.a), b: number(fitted.params.b) }
}

/** The density of beta(a, b) at 101 points of [0, 1]. */
const density = (label: string, a: number, b: number) => {
  const x = tf.linspace(0, 1, 101)
  return { label, x: x.dataSync(), y: tf.exp(beta(a, b).logProb(x)).dataSync() }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { fitted, elbo, a, b } = await fitCoin(Number(process.env.LATENTLY_EXAMPLE_STEPS ?? 2000))
  console.log(`${fitted.report()}\n`)
  const rows = [
    { what: "heads, a", fitted: a, exact: 8 },
    { what: "tails, b", fitted: b, exact: 4 },
    { what: "mean of p", fitted: a / (a + b), exact: 8 / 12 },
    { what: "log evidence (nats)", fitted: elbo, exact: -5.394 },
  ]
  const [picture] = process.argv.slice(2)
  console.log(
    table(rows, [
      { key: "what", heading: "" },
      { key: "fitted", heading: "fitted guide", digits: 3 },
      { key: "exact", heading: "exact", digits: 3 },
    ]),
  )
  const series = [density("prior", 2, 2), density("guide", a, b), density("posterior", 8, 4)]
  const axes = { x: "p, the chance of heads", y: "density", yDomain: [0, 3.2] as const }
  if (picture) writeFileSync(picture, await curves({ series, ...axes }))
}
