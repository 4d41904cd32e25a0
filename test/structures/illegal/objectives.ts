/** Objectives that do not apply. Next: `options.ts`. */
import {
  annealed,
  bernoulli,
  doublyReparameterized,
  elbo,
  iwae,
  model,
  normal,
  type Objective,
  observe,
  type Program,
  param,
  plate,
  renyi,
  reweightedWakeSleep,
  sample,
  stickingTheLanding,
  tf,
  vimco,
} from "latently"
import { summed, untypedGuide } from "../case.js"
import { fitted, type Mistake } from "../mistake.js"
import { ofNumber } from "./small-programs.js"

const coin = model(function* () {
  const k = yield* sample("k", bernoulli({ probs: 0.3 }))
  yield* observe("x", normal(k, 1), 1)
})

const ofCoin = (gradient?: "score"): Program<any> =>
  untypedGuide(coin, function* () {
    const logit = yield* param("logit", 0)
    yield* sample("k", bernoulli({ logits: logit }), gradient === undefined ? {} : { gradient })
  })

const global = model(function* (x: tf.Tensor1D) {
  const z = yield* sample("z", normal(0, 1))
  yield* plate("rows", x, function* (row) {
    yield* observe("x", normal(z, 1), row)
  })
})

const discrete = (name: string, objective: () => Objective): Mistake => ({
  name: `${name} through a coin`,
  code: "objective-estimator",
  texts: ["differentiates through the draws", "vimco", 'marginalize(model, "k")'],
  site: "k",
  run: () => fitted(coin, ofCoin(), [], { objective: objective() }),
})

const ofBatches = (name: string, objective: () => Objective): Mistake => ({
  name: `${name} of whole runs in batches`,
  code: "objective-batch",
  texts: [name, "plate 'rows'", "whose logarithm is biased"],
  run: () => fitted(global, ofNumber, [tf.tensor1d([1, 2, 3])], { objective: objective(), batch: 2 }),
})

const refused = (name: string, make: () => unknown, ...texts: readonly string[]): Mistake => ({
  name,
  code: "bad-option",
  texts,
  run: make,
})

/** A program that is another from its third run on. */
const mixture = summed(
  model(function* () {
    const k = yield* sample("k", bernoulli({ probs: 0.3 }))
    const z = yield* sample("z", normal(k, 1))
    yield* observe("x", normal(z, 1), 1)
  }),
  "k",
)

export const objectives: readonly Mistake[] = [
  discrete("iwae", () => iwae({ particles: 2 })),
  discrete("renyi", () => renyi({ alpha: 0.5, particles: 2 })),
  discrete("stickingTheLanding", () => stickingTheLanding()),
  discrete("doublyReparameterized", () => doublyReparameterized({ particles: 2 })),
  ofBatches("iwae", () => iwae({ particles: 2 })),
  ofBatches("renyi", () => renyi({ alpha: 0.5, particles: 2 })),
  ofBatches("vimco", () => vimco({ particles: 2 })),
  ofBatches("reweightedWakeSleep", () => reweightedWakeSleep({ particles: 2 })),
  refused(
    "vimco of one particle",
    () => vimco({ particles: 1 }),
    "vimco was given particles: 1",
    "from 2 up",
  ),
  refused("wake-sleep of one particle", () => reweightedWakeSleep({ particles: 1 }), "particles: 1"),
  refused("iwae of 1.5 particles", () => iwae({ particles: 1.5 }), "particles: 1.5", "whole number"),
  refused("iwae without particles", () => iwae({} as never), "particles: undefined"),
  refused("an ELBO of -1 particles", () => elbo({ particles: -1 }), "particles: -1"),
  refused(
    "a guide gradient that does not exist",
    () => iwae({ particles: 2, guideGradient: "odd" as never }),
    '"odd"',
    '"total"',
  ),
  refused("alpha 1", () => renyi({ alpha: 1, particles: 2 }), "alpha: 1", "use elbo()"),
  refused(
    "alpha without end",
    () => renyi({ alpha: Number.POSITIVE_INFINITY, particles: 2 }),
    "alpha: Infinity",
  ),
  refused("a negative weight", () => annealed({ weight: -1 }), "weight: -1"),
  refused("half a step of warm-up", () => annealed({ warmup: 1.5 }), "warmup: 1.5"),
  refused(
    "a cycle shorter than its warm-up",
    () => annealed({ warmup: 5, cycle: 3 }),
    "cycle: 3",
    "more steps than the warm-up",
  ),
  {
    name: "free nats of a divergence known only by the draw",
    code: "objective-estimator",
    texts: ["freeBits", "closed form"],
    site: "k",
    run: () =>
      fitted(coin, ofCoin("score"), [], { objective: annealed({ freeBits: 0.1 }), divergence: "drawn" }),
  },
  {
    name: "a divergence that cannot be told from the likelihood",
    code: "inseparable-divergence",
    texts: ["site 'z'", "summed together with", "'k'"],
    run: () => fitted(mixture, ofNumber, [], { objective: annealed({ weight: 0.5 }) }),
  },
]
