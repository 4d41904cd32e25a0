/** What else a program may hold: factors, noise, named values, shared and constrained params, loops, no latents at all. */
import {
  autoGuide,
  bernoulli,
  delta,
  deterministic,
  factor,
  gamma,
  guide,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  random,
  sample,
  tf,
  unit,
} from "latently"
import type { Case, Draw } from "../case.js"
import { gammaLog, logNormalLog, normalLog, sigmoid, sum } from "../density.js"

const qz = (d: Draw): number => normalLog(d.num("z"), d.num("loc"), 0.6)

const simple = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 0.5), 1.2)
})

const guideOf = (program: Case["model"]) =>
  guide(program as typeof simple, function* () {
    const loc = yield* param("loc", 0.2)
    yield* sample("z", normal(loc, 0.6))
  })

const penalized = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* factor("penalty", tf.mul(-0.3, tf.square(z)))
})

const rowFactor = model(function* () {
  yield* plate("rows", 3, function* () {
    const z = yield* sample("z", normal(0, 1))
    yield* factor("penalty", tf.mul(-0.3, tf.square(z)))
  })
})

const named = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  const double = yield* deterministic("double", tf.mul(z, 2))
  yield* observe("x", normal(double, 0.5), 1.2)
})

const noisy = model(function* () {
  const noise = yield* random("noise", normal(0, 1))
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(tf.add(z, noise), 0.5), 1.2)
})

const redrawn = model(function* (grey: tf.Tensor1D) {
  yield* plate("rows", grey, function* (row) {
    const x = yield* random("binary", bernoulli({ probs: row }))
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", bernoulli({ logits: z }), x)
  })
})

const sharedParam = model(function* () {
  const loc = yield* param("loc", 0.2, undefined, { shared: true })
  const z = yield* sample("z", normal(loc, 1))
  yield* observe("x", normal(z, 0.5), 1.2)
})

const constrained = model(function* () {
  const scale = yield* param("scale", 0.8, positive)
  const share = yield* param("share", 0.4, unit)
  const z = yield* sample("z", normal(share, 1))
  yield* observe("x", normal(z, scale), 1.2)
})

const alone = model(function* () {
  const loc = yield* param("loc", 0.2)
  yield* observe("x", normal(loc, 0.5).expand([3]).toEvent(1), [0.5, 1, 1.5])
})

const mean = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  const s = yield* sample("s", gamma(2, 1))
  yield* observe("x", normal(z, s), 1.2)
})

export const programs: readonly Case[] = [
  {
    name: "a factor in the model",
    model: penalized,
    guide: guideOf(penalized),
    terms: (d, t) => {
      t.prior(normalLog(d.num("z")))
      t.data(-0.3 * d.num("z") ** 2)
      t.guide("z", qz(d))
    },
  },
  {
    name: "a factor for each row",
    model: rowFactor,
    guide: guide(rowFactor, function* () {
      const loc = yield* param("loc", 0.2)
      yield* plate("rows", 3, function* () {
        yield* sample("z", normal(loc, 0.6))
      })
    }),
    terms: (d, t) =>
      d.row("z").forEach((z, i) => {
        t.prior(normalLog(z), i)
        t.data(-0.3 * z * z, i)
        t.guide("z", normalLog(z, d.num("loc"), 0.6), i)
      }),
  },
  {
    name: "a factor in the guide: a change of variables by hand",
    model: simple,
    guide: guide(simple, function* () {
      const loc = yield* param("loc", 0.2)
      const noise = yield* random("noise", normal(0, 1), { independent: true })
      const z = tf.add(loc, tf.mul(0.6, noise))
      yield* factor("volume", tf.sub(tf.mul(-0.5, tf.square(noise)), Math.log(0.6 * Math.sqrt(2 * Math.PI))))
      yield* sample("z", delta(z))
    }),
    terms: (d, t) => {
      t.prior(normalLog(d.num("z")))
      t.data(normalLog(1.2, d.num("z"), 0.5))
      t.guide("z", qz(d))
    },
  },
  {
    name: "a named value between latent and data",
    model: named,
    guide: guideOf(named),
    terms: (d, t) => {
      t.prior(normalLog(d.num("z")))
      t.data(normalLog(1.2, 2 * d.num("z"), 0.5))
      t.guide("z", qz(d))
    },
  },
  {
    name: "noise that guide and model share",
    model: noisy,
    guide: guide(noisy, function* () {
      const loc = yield* param("loc", 0.2)
      const noise = yield* random("noise", normal(0, 1))
      yield* sample("z", normal(tf.sub(loc, noise), 0.6))
    }),
    terms: (d, t) => {
      const [z, noise] = [d.num("z"), d.num("noise")]
      t.prior(normalLog(z))
      t.data(normalLog(1.2, z + noise, 0.5))
      t.guide("z", normalLog(z, d.num("loc") - noise, 0.6))
    },
  },
  {
    name: "data redrawn each step, the same in guide and model",
    model: redrawn,
    guide: guide(redrawn, function* (grey) {
      const slope = yield* param("slope", 0.5)
      yield* plate("rows", grey, function* (row) {
        const x = yield* random("binary", bernoulli({ probs: row }))
        yield* sample("z", normal(tf.mul(x, slope), 0.6))
      })
    }),
    args: () => [tf.tensor1d([0.2, 0.5, 0.9])],
    terms: (d, t) =>
      d.row("z").forEach((z, i) => {
        const x = d.row("binary")[i]!
        t.prior(normalLog(z), i)
        t.data(Math.log(x === 1 ? sigmoid(z) : sigmoid(-z)), i)
        t.guide("z", normalLog(z, x * d.num("slope"), 0.6), i)
      }),
  },
  {
    name: "a param of both programs",
    model: sharedParam,
    guide: guide(sharedParam, function* () {
      const loc = yield* param("loc", 0.2, undefined, { shared: true })
      yield* sample("z", normal(loc, 0.6))
    }),
    terms: (d, t) => {
      t.prior(normalLog(d.num("z"), d.num("loc")))
      t.data(normalLog(1.2, d.num("z"), 0.5))
      t.guide("z", qz(d))
    },
  },
  {
    name: "params inside their supports",
    model: constrained,
    guide: guideOf(constrained),
    // the oracle's differences would have to go through the bijections
    draws: "rough",
    terms: (d, t) => {
      t.prior(normalLog(d.num("z"), d.num("share")))
      t.data(normalLog(1.2, d.num("z"), d.num("scale")))
      t.guide("z", qz(d))
    },
  },
  {
    name: "no latent at all: maximum likelihood",
    model: alone,
    guide: guide(alone, function* () {}),
    terms: (d, t) => t.data(sum([0.5, 1, 1.5].map((x) => normalLog(x, d.num("loc"), 0.5)))),
  },
  {
    name: "a derived mean-field guide",
    model: mean,
    guide: autoGuide.meanField(mean),
    draws: "rough",
    terms: (d, t) => {
      const [z, s] = [d.num("z"), d.num("s")]
      t.prior(normalLog(z))
      t.prior(gammaLog(s, 2, 1))
      t.data(normalLog(1.2, z, s))
      t.guide("z", normalLog(z, d.num("auto/z/loc"), d.num("auto/z/scale")))
      t.guide("s", logNormalLog(s, d.num("auto/s/loc"), d.num("auto/s/scale")))
    },
  },
]
