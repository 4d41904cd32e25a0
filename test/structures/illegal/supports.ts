/** Guides that can leave their models' supports. Next: `estimators.ts`. */
import {
  bernoulli,
  beta,
  binomial,
  categorical,
  type Distribution,
  delta,
  dirichlet,
  gamma,
  guide,
  model,
  normal,
  observe,
  type Program,
  pareto,
  poisson,
  sample,
  type Tensor,
  tf,
  uniform,
} from "latently"
import { fitted, type Mistake } from "../mistake.js"

type Law = () => Distribution<Tensor, any>

const one = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 1), 1)
})

const untyped = (body: () => Generator<any, unknown, any>): Program<any> =>
  guide(one as Program<any>, body as never) as unknown as Program<any>

/** A guide of one family for a model of another. */
const against = (prior: Law, law: Law) => (): unknown =>
  fitted(
    model(function* () {
      yield* sample("z", prior())
    }),
    untyped(function* () {
      yield* sample("z", law())
    }),
  )

const escapes = (name: string, prior: Law, law: Law, ...texts: readonly string[]): Mistake => ({
  name,
  code: "guide-support",
  texts: ["the guide's", "inside the model's", ...texts],
  site: "z",
  run: against(prior, law),
})

export const supports: readonly Mistake[] = [
  escapes(
    "a normal guide for a positive latent",
    () => gamma(2, 1),
    () => normal(0, 1),
    "normal lives on (-∞, ∞)",
    "[0, ∞)",
  ),
  escapes(
    "a normal guide for a share",
    () => beta(2, 2),
    () => normal(0, 1),
    "[0, 1]",
  ),
  escapes(
    "a normal guide for a coin",
    () => bernoulli({ probs: 0.3 }),
    () => normal(0, 1),
    "{0, 1}",
  ),
  escapes(
    "a positive guide for a share",
    () => beta(2, 2),
    () => gamma(0.01, 1),
    "gamma lives on [0, ∞)",
  ),
  escapes(
    "a positive guide for a latent above 1",
    () => pareto({ scale: 1, alpha: 2 } as never),
    () => gamma(50, 1),
    "gamma",
  ),
  escapes(
    "an interval wider than the model's",
    () => uniform(0, 1),
    () => uniform(-0.001, 1.001),
    "[-0.0010000000474974513, 1.0010000467300415]",
    "[0, 1]",
  ),
  escapes(
    "a coin for a number",
    () => normal(0, 1),
    () => bernoulli({ probs: 0.3 }),
    "{0, 1}",
    "(-∞, ∞)",
  ),
  escapes(
    "an unbounded count for a bounded one",
    () => binomial({ totalCount: 3, probs: 0.2 }),
    () => poisson(0.01),
    "poisson lives on {0, 1, 2, …}",
  ),
  escapes(
    "more trials than the model's",
    () => binomial({ totalCount: 3, probs: 0.2 }),
    () => binomial({ totalCount: 5, probs: 0.01 }),
    "{0, …, 5}",
    "{0, …, 3}",
  ),
  escapes(
    "more categories than the model's",
    () => categorical({ probs: [0.2, 0.3, 0.5] }),
    () => categorical({ probs: [0.9, 0.1, 0, 0] }),
    "{0, …, 3}",
    "{0, …, 2}",
  ),
  escapes(
    "a point outside the support",
    () => gamma(2, 1),
    () => delta(-1),
    "-1",
  ),
  escapes(
    "a point between the values of a coin",
    () => bernoulli({ probs: 0.3 }),
    () => delta(0.5),
    "0.5",
  ),
  escapes(
    "free numbers for a simplex",
    () => dirichlet([1, 1, 1]),
    () => normal(tf.zeros([3]), 1).toEvent(1),
    "simplex",
  ),
  {
    name: "a simplex of another length",
    code: "value-shape",
    texts: ["[4]", "[3]"],
    site: "z",
    run: against(
      () => dirichlet([1, 1, 1]),
      () => dirichlet([1, 1, 1, 1]),
    ),
  },
  {
    name: "a vector where the model has a number",
    code: "value-shape",
    texts: ["[2]", "shape []"],
    site: "z",
    run: against(
      () => normal(0, 1),
      () => normal(tf.zeros([2]), 1).toEvent(1),
    ),
  },
]
