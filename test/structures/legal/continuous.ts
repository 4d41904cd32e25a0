/** Latents with differentiable draws: families, numbers, shapes, and guides beside the model. Next: `discrete.ts`. */
import {
  beta,
  delta,
  dirichlet,
  exponential,
  gamma,
  guide,
  laplace,
  logNormal,
  model,
  normal,
  observe,
  param,
  sample,
  tf,
  uniform,
} from "latently"
import type { Case } from "../case.js"
import {
  betaLog,
  dirichletLog,
  exponentialLog,
  gammaLog,
  laplaceLog,
  logNormalLog,
  normalKl,
  normalLog,
} from "../density.js"

const oneNormal = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 0.5), 1.2)
})

const positive = model(function* () {
  const rate = yield* sample("rate", gamma(2, 1.5))
  yield* observe("x", normal(rate, 0.5), 1.2)
})

const share = model(function* () {
  const p = yield* sample("p", beta(2, 3))
  yield* observe("x", normal(p, 0.5), 0.4)
})

const oneTerms =
  (log: (d: Parameters<Case["terms"]>[0]) => number): Case["terms"] =>
  (d, t) => {
    t.prior(normalLog(d.num("z")))
    t.data(normalLog(1.2, d.num("z"), 0.5))
    t.guide("z", log(d))
  }

const positiveTerms =
  (log: (d: Parameters<Case["terms"]>[0]) => number): Case["terms"] =>
  (d, t) => {
    t.prior(gammaLog(d.num("rate"), 2, 1.5))
    t.data(normalLog(1.2, d.num("rate"), 0.5))
    t.guide("rate", log(d))
  }

export const continuous: readonly Case[] = [
  {
    name: "a normal latent, a normal guide",
    model: oneNormal,
    guide: guide(oneNormal, function* () {
      const loc = yield* param("loc", 0.3)
      const raw = yield* param("raw", -0.2)
      yield* sample("z", normal(loc, tf.exp(raw)))
    }),
    terms: oneTerms((d) => normalLog(d.num("z"), d.num("loc"), Math.exp(d.num("raw")))),
    kl: (d) => normalKl(d.num("loc"), Math.exp(d.num("raw"))),
  },
  {
    name: "a normal latent, a Laplace guide",
    model: oneNormal,
    guide: guide(oneNormal, function* () {
      const loc = yield* param("loc", 0.3)
      yield* sample("z", laplace(loc, 0.8))
    }),
    terms: oneTerms((d) => laplaceLog(d.num("z"), d.num("loc"), 0.8)),
  },
  {
    name: "a normal latent, a guide on half of its support",
    model: oneNormal,
    guide: guide(oneNormal, function* () {
      const loc = yield* param("loc", 0.1)
      yield* sample("z", logNormal(loc, 0.5))
    }),
    terms: oneTerms((d) => logNormalLog(d.num("z"), d.num("loc"), 0.5)),
  },
  {
    name: "a normal latent, a guide on an interval of its support",
    model: oneNormal,
    guide: guide(oneNormal, function* () {
      const width = yield* param("width", 1.5)
      yield* sample("z", uniform(tf.neg(width), width))
    }),
    terms: oneTerms((d) => -Math.log(2 * d.num("width"))),
  },
  {
    name: "a normal latent, a guide without params",
    model: oneNormal,
    guide: guide(oneNormal, function* () {
      yield* sample("z", normal(0.4, 0.9))
    }),
    terms: oneTerms((d) => normalLog(d.num("z"), 0.4, 0.9)),
    kl: () => normalKl(0.4, 0.9),
  },
  {
    name: "a gamma latent, a log-normal guide",
    model: positive,
    guide: guide(positive, function* () {
      const loc = yield* param("loc", 0.1)
      yield* sample("rate", logNormal(loc, 0.4))
    }),
    terms: positiveTerms((d) => logNormalLog(d.num("rate"), d.num("loc"), 0.4)),
  },
  {
    name: "a gamma latent, a gamma guide with implicit gradients",
    model: positive,
    guide: guide(positive, function* () {
      const raw = yield* param("raw", 0.4)
      yield* sample("rate", gamma(tf.exp(raw), 1.1))
    }),
    draws: "rough",
    terms: positiveTerms((d) => gammaLog(d.num("rate"), Math.exp(d.num("raw")), 1.1)),
  },
  {
    name: "a gamma latent, an exponential guide",
    model: positive,
    guide: guide(positive, function* () {
      const raw = yield* param("raw", 0.2)
      yield* sample("rate", exponential(tf.exp(raw)))
    }),
    terms: positiveTerms((d) => exponentialLog(d.num("rate"), Math.exp(d.num("raw")))),
  },
  {
    name: "a beta latent, a beta guide",
    model: share,
    guide: guide(share, function* () {
      const raw = yield* param("raw", 0.6)
      yield* sample("p", beta(tf.exp(raw), 2))
    }),
    draws: "rough",
    terms: (d, t) => {
      const p = d.num("p")
      t.prior(betaLog(p, 2, 3))
      t.data(normalLog(0.4, p, 0.5))
      t.guide("p", betaLog(p, Math.exp(d.num("raw")), 2))
    },
  },
  {
    name: "a simplex latent, a Dirichlet guide",
    ...(() => {
      const weights = model(function* () {
        const w = yield* sample("w", dirichlet([1, 2, 3]))
        yield* observe("x", normal(tf.sum(tf.mul(w, [1, 2, 4])), 0.5), 2)
      })
      return {
        model: weights,
        guide: guide(weights, function* () {
          const raw = yield* param("raw", [0.2, 0.5, 0.9])
          yield* sample("w", dirichlet(tf.exp(raw)))
        }),
      }
    })(),
    draws: "rough",
    terms: (d, t) => {
      const w = d.row("w")
      t.prior(dirichletLog(w, [1, 2, 3]))
      t.data(normalLog(2, w[0]! + 2 * w[1]! + 4 * w[2]!, 0.5))
      t.guide("w", dirichletLog(w, d.row("raw").map(Math.exp)))
    },
  },
  {
    name: "a point as guide",
    model: oneNormal,
    guide: guide(oneNormal, function* () {
      const loc = yield* param("loc", 0.3)
      yield* sample("z", delta(loc))
    }),
    terms: oneTerms(() => 0),
  },
]
