/** Guides that do not cover their models: what they draw, where, and inside which support. Next: `estimators.ts`. */
import {
  bernoulli,
  block,
  condition,
  guide,
  intervene,
  marginalize,
  model,
  normal,
  observe,
  type Program,
  param,
  sample,
  substitute,
} from "latently"
import { fitted, type Mistake } from "../mistake.js"

const one = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 1), 1)
})

const untyped = (body: () => Generator<any, unknown, any>): Program<any> =>
  guide(one as Program<any>, body as never) as unknown as Program<any>

const ofZ = untyped(function* () {
  const loc = yield* param("loc", 0)
  yield* sample("z", normal(loc, 1))
})

/** A guide of one family for a model of another. */
const coin = model(function* () {
  const k = yield* sample("k", bernoulli({ probs: 0.3 }))
  yield* observe("x", normal(k, 1), 1)
})

export const guides: readonly Mistake[] = [
  {
    name: "data in a guide",
    code: "guide-observes",
    texts: ["a guide scores no data", "observe it in the model"],
    site: "x",
    run: () =>
      fitted(
        one,
        untyped(function* () {
          const z = yield* sample("z", normal(0, 1))
          yield* observe("x", normal(z, 1), 1)
        }),
      ),
  },
  {
    name: "data in a guide that the model does not have",
    code: "guide-observes",
    texts: ["would not count"],
    site: "y",
    run: () =>
      fitted(
        one,
        untyped(function* () {
          yield* sample("z", normal(0, 1))
          yield* observe("y", normal(0, 1), 1)
        }),
      ),
  },
  {
    name: "a guide with its latent fixed",
    code: "fixed-latent",
    texts: ["of the guide is fixed by substitute", "condition(model, { z: … })"],
    site: "z",
    run: () => fitted(one, substitute(ofZ, { z: 1 })),
  },
  {
    name: "a model with its latent fixed",
    code: "fixed-latent",
    texts: ["of the model is fixed by substitute"],
    site: "z",
    run: () => fitted(substitute(one, { z: 1 }), ofZ),
  },
  {
    name: "a guide with its latent hidden",
    code: "guide-misses-site",
    texts: ["missing from the guide"],
    site: "z",
    run: () => fitted(one, block(ofZ, "z")),
  },
  {
    name: "a guide with its latent set",
    code: "guide-misses-site",
    texts: ["condition(model, { z: … })"],
    site: "z",
    run: () => fitted(one, intervene(ofZ, { z: 1 })),
  },
  {
    name: "a guide for a latent that is hidden",
    code: "guide-stray-site",
    texts: ["not a latent of the model", "latents are none"],
    site: "z",
    run: () => fitted(block(one, "z"), ofZ),
  },
  {
    name: "a guide for a latent that is given",
    code: "guide-stray-site",
    texts: ["is observed in the model"],
    site: "z",
    run: () => fitted(condition(one, { z: 1 }) as Program<any>, ofZ),
  },
  {
    name: "a guide for a latent that is set",
    code: "guide-stray-site",
    texts: ["is deterministic in the model"],
    site: "z",
    run: () => fitted(intervene(one, { z: 1 }), ofZ),
  },
  {
    name: "a guide for a latent that is summed out",
    code: "guide-stray-site",
    texts: ["is summed out in the model"],
    site: "k",
    run: () =>
      fitted(
        marginalize(coin, "k") as unknown as Program<any>,
        untyped(function* () {
          yield* sample("k", bernoulli({ probs: 0.5 }))
        }),
      ),
  },
  {
    name: "a latent summed out of the guide instead of the model",
    code: "guide-misses-site",
    texts: ['marginalize(model, "k")'],
    site: "k",
    run: () => {
      const ofCoin = untyped(function* () {
        yield* sample("k", bernoulli({ probs: 0.5 }))
      })
      return fitted(coin, marginalize(ofCoin as never, "k" as never) as unknown as Program<any>)
    },
  },
]
