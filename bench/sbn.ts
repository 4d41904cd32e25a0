/**
 * A sigmoid belief net on static binarized MNIST: one layer of 200 Bernoulli latents with a learned prior, linear decoder, guide of
 * one linear layer, batches of 100, Adam at 1e-3, trained side by side from the same seed with one estimator each. After each part of
 * the steps it prints the test bound (nats a digit, one draw), and at the end log10 of the variance of the guide's gradient at the
 * same params and the same 100 digits for all estimators: after the first part of REBAR's training, and after all of it. Writes
 * `bench/results/sbn.json`.
 *
 * Run: npx tsx bench/sbn.ts <folder of the three .gz files> [steps] [parts] [draws] [seed]
 */
import {
  adam,
  bernoulli,
  elbo,
  evaluate,
  type Fit,
  fit,
  guide,
  mlp,
  model,
  type Objective,
  observe,
  param,
  plate,
  ready,
  type SampleOptions,
  sample,
  scope,
  tf,
} from "latently"
import { binarizedMnist } from "./binarized-mnist.js"
import { keepResult } from "./keep-result.js"
import { logGradientVariance } from "./ours/gradient-variance.js"

const [pixels, latents, batch] = [784, 200, 100]

/** Steps at fixed params for running averages, learned baselines and surrogates before the variance is measured. */
const settling = 500

const net = model(function* (images: tf.Tensor2D) {
  const decode = yield* scope("decoder", mlp([latents, pixels]))
  const prior = yield* param("prior", () => tf.zeros([latents]))
  yield* plate("images", images, function* (x) {
    const z = yield* sample("z", bernoulli({ logits: prior }).toEvent(1))
    yield* observe("x", bernoulli({ logits: decode(z) }).toEvent(1), x)
  })
})

interface Estimated {
  readonly name: string
  readonly options: SampleOptions<"boolean">
  readonly network?: "baseline" | "surrogate"
  readonly particles?: number
  /** Measured only: a step of it is slow. */
  readonly untrained?: true
}

/** Of relaxed draws: the least variance of 0.05, 0.1, 0.15, 0.25, 0.5 and 1 here, and what Tucker et al. hold fixed. */
const temperature = 0.1

const estimators: readonly Estimated[] = [
  { name: "score, no baseline", options: { gradient: "score", baseline: "none" }, untrained: true },
  { name: "score, running average", options: { gradient: "score", baseline: "running" } },
  { name: "score, learned baseline", options: { gradient: "score" }, network: "baseline" },
  { name: "score, leave-one-out of 2", options: { gradient: "score" }, particles: 2 },
  { name: "REBAR", options: { gradient: "rebar", temperature } },
  { name: "RELAX", options: { gradient: "relax", temperature }, network: "surrogate" },
  { name: "exact sums of 8 of 200", options: { gradient: "local", group: 8 } },
  { name: "exact sums of 200 of 200", options: { gradient: "local", group: latents }, untrained: true },
]

/** A network from rows to one number each. */
const valued = (network: (x: tf.Tensor2D) => tf.Tensor) => (x: tf.Tensor) =>
  tf.squeeze(network(x as tf.Tensor2D), [-1])

const auxiliary = ({ network }: Estimated) =>
  scope(network!, mlp([network === "baseline" ? pixels : pixels + latents, 100, 1], { activation: "tanh" }))

const guideOf = (estimator: Estimated) =>
  guide(net, function* (images) {
    const { options, network } = estimator
    const encode = yield* scope("encoder", mlp([pixels, latents]))
    const worth = network && valued(yield* auxiliary(estimator))
    yield* plate("images", images, function* (x) {
      const surrogate = (noisy: tf.Tensor): tf.Tensor => worth!(tf.concat([noisy, x], 1))
      const more = worth && (network === "baseline" ? { baseline: worth(x) } : { surrogate })
      yield* sample("z", bernoulli({ logits: encode(x) }).toEvent(1), { ...options, ...more })
    })
  })

const objectiveOf = ({ particles = 1 }: Estimated): Objective => elbo({ particles })

const [folder = "", ...numbers] = process.argv.slice(2)
const [steps = 3000, parts = 3, draws = 200, seed = 0] = numbers.map(Number)
await ready()
const [train, test] = [binarizedMnist(folder, "train"), binarizedMnist(folder, "test")]
const perPart = Math.round(steps / parts)

const bounds = (fitted: Fit<any>, seconds: number) => ({
  steps: fitted.steps,
  seconds,
  trainBound:
    -fitted.losses.slice(-500).reduce((a, b) => a + b, 0) /
    Math.min(500, fitted.losses.length) /
    train.shape[0],
  testBound: evaluate(fitted, [test], { batch: 1000 }).elbo / test.shape[0],
})
type Bounds = ReturnType<typeof bounds>

const trained = new Map<Estimated, { readonly fitted: Fit<any>; readonly history: readonly Bounds[] }>()
const copies = ({ params }: Fit<any>): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(params as Record<string, tf.Tensor>).map(([name, value]) => [name, tf.clone(value)]),
  )
const places: { readonly steps: number; readonly at: Record<string, tf.Tensor> }[] = []

for (let part = 1; part <= parts; part++)
  for (const estimator of estimators.filter(({ untrained }) => !untrained)) {
    const before = trained.get(estimator)
    const start = performance.now()
    const options = { steps: perPart, batch, optimizer: adam(1e-3), seed, objective: objectiveOf(estimator) }
    const fitted: Fit<any> = before
      ? await before.fitted.continue(perPart)
      : await fit(net as never, guideOf(estimator) as never, [train] as never, options)
    const seconds = (performance.now() - start) / 1e3 + (before?.history.at(-1)?.seconds ?? 0)
    const now = bounds(fitted, seconds)
    trained.set(estimator, { fitted, history: [...(before?.history ?? []), now] })
    console.log(
      `${estimator.name.padEnd(26)} step ${now.steps}   train ${now.trainBound.toFixed(2)}   test ${now.testBound.toFixed(2)}   ${seconds.toFixed(1)} s`,
    )
    if (estimator.name === "REBAR" && (part === 1 || part === parts))
      places.push({ steps: now.steps, at: copies(fitted) })
  }

const measuredAt = ({ at }: (typeof places)[number], estimator: Estimated): number => {
  const digits = tf.slice(train, [0, 0], [batch, pixels])
  const value = logGradientVariance({
    model: net,
    guide: guideOf(estimator) as never,
    args: [digits],
    objective: objectiveOf(estimator),
    at,
    counts: (name) => name.startsWith("encoder"),
    auxiliary: (name) => name.startsWith("baseline") || name.startsWith("surrogate"),
    settle: estimator.options.gradient === "local" ? 1 : settling,
    draws: estimator.options.group === latents ? Math.ceil(draws / 10) : draws,
  })
  digits.dispose()
  return value
}

const variances = estimators.map((estimator) => {
  const values = places.map((place) => ({ steps: place.steps, log10: measuredAt(place, estimator) }))
  console.log(
    `${estimator.name.padEnd(26)} log10 variance ${values.map(({ steps, log10 }) => `${log10.toFixed(2)} after ${steps}`).join(", ")}`,
  )
  return { estimator: estimator.name, values }
})

keepResult(
  "sbn",
  "Sigmoid belief net, 200 latents, static binarized MNIST, linear guide, Adam 1e-3, batch 100; nats a digit; log10 of the variance of the guide's gradient over draws, at REBAR's params and 100 digits",
  {
    steps,
    draws,
    seed,
    training: [...trained].map(([{ name }, { fitted, history }]) => ({
      estimator: name,
      compiled: fitted.compiled,
      history,
    })),
    variances,
  },
)
