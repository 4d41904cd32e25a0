/** Estimators a site cannot have. Next: `sums.ts`. */
import { bernoulli, model, normal, observe, param, random, sample, tf } from "latently"
import { untypedGuide } from "../case.js"
import { fitted, type Mistake } from "../mistake.js"
import { coin, countWith, numberWith } from "./small-programs.js"

const coinWith = (options: unknown): Promise<unknown> =>
  fitted(
    coin,
    untypedGuide(coin, function* () {
      const logit = yield* param("logit", 0.2)
      yield* sample("k", bernoulli({ logits: logit }), options as never)
    }),
  )

const chain = model(function* () {
  const a = yield* sample("a", bernoulli({ probs: 0.3 }))
  yield* sample("b", bernoulli({ logits: a }))
})

export const estimators: readonly Mistake[] = [
  {
    name: "a path through a coin",
    code: "no-pathwise",
    texts: ["bernoulli draws are not differentiable", '"exact" or "score"'],
    site: "k",
    run: () => coinWith({ gradient: "pathwise" }),
  },
  {
    name: "an estimator that does not exist",
    code: "bad-option",
    texts: ['gradient is "magic"', '"exact", "pathwise"'],
    site: "k",
    run: () => coinWith({ gradient: "magic" }),
  },
  {
    name: "a baseline that does not exist",
    code: "bad-option",
    texts: ['baseline is "magic"', '"running"'],
    site: "k",
    run: () => coinWith({ gradient: "score", baseline: "magic" }),
  },
  {
    name: "the other particles where there are none",
    code: "one-particle",
    texts: ["there is only one", "particles: 2"],
    site: "k",
    run: () => coinWith({ gradient: "score", baseline: "leaveOneOut" }),
  },
  {
    name: "a baseline of another shape",
    code: "baseline-shape",
    texts: ["[2]", "plates' shape is []"],
    site: "k",
    run: () => coinWith({ gradient: "score", baseline: tf.zeros([2]) }),
  },
  {
    name: "a baseline where none is used",
    code: "unused-option",
    texts: ['estimator is "exact", which has no baseline'],
    site: "k",
    run: () => coinWith({ gradient: "exact", baseline: "none" }),
  },
  {
    name: "a temperature where none is used",
    code: "unused-option",
    texts: ['estimator is "score"', "leave temperature out"],
    site: "k",
    run: () => coinWith({ gradient: "score", temperature: 0.3 }),
  },
  {
    name: "a temperature of 0",
    code: "bad-option",
    texts: ["temperature is 0"],
    site: "k",
    run: () => coinWith({ gradient: "rebar", temperature: 0 }),
  },
  {
    name: "relax without its function",
    code: "missing-surrogate",
    texts: ["none was given", 'gradient: "rebar"'],
    site: "k",
    run: () => coinWith({ gradient: "relax" }),
  },
  {
    name: "a group of no elements",
    code: "bad-option",
    texts: ["its group is 0"],
    site: "k",
    run: () => coinWith({ gradient: "local", group: 0 }),
  },
  {
    name: "a relaxed number",
    code: "not-relaxable",
    texts: ["normal has no relaxed form"],
    site: "z",
    run: () => numberWith({ gradient: "rebar" }),
  },
  {
    name: "a relaxed count",
    code: "not-relaxable",
    texts: ["poisson has no relaxed form"],
    site: "n",
    run: () => countWith({ gradient: "rebar" }),
  },
  {
    name: "a relaxed draw that another is made of",
    code: "relaxed-chain",
    texts: ["'b' is a discrete draw made given it"],
    site: "a",
    run: () =>
      fitted(
        chain,
        untypedGuide(chain, function* () {
          const a = yield* sample("a", bernoulli({ probs: 0.4 }), { gradient: "rebar" })
          yield* sample("b", bernoulli({ logits: a }), { gradient: "score" })
        }),
      ),
  },
  {
    name: "noise that would stop the gradient of a param",
    code: "no-pathwise",
    texts: ["bernoulli noise is not differentiable", "depends on 'logit'", "make it a latent"],
    site: "b",
    run: () => {
      const program = model(function* () {
        const logit = yield* param("logit", 0)
        const b = yield* random("b", bernoulli({ logits: logit }))
        yield* observe("x", normal(b, 1), 1)
      })
      return fitted(
        program,
        untypedGuide(program, function* () {}),
      )
    },
  },
  {
    name: "noise that would stop the gradient of a latent",
    code: "no-pathwise",
    texts: ["depends on 'z'"],
    site: "b",
    run: () => {
      const program = model(function* () {
        const z = yield* sample("z", normal(0, 1))
        const b = yield* random("b", bernoulli({ logits: z }))
        yield* observe("x", normal(b, 1), 1)
      })
      return fitted(
        program,
        untypedGuide(program, function* () {
          const loc = yield* param("loc", 0)
          yield* sample("z", normal(loc, 1))
        }),
      )
    },
  },
]
