/** The families of classes, counts, vectors and mixtures on the page. Next: `../docs-distributions.ts`. */
import * as d from "../../src/distributions/index.js"
import type { Example } from "./examples.js"

/** Families of whole numbers and of classes. */
export const discrete: readonly Example[] = [
  { name: "bernoulli", make: d.bernoulli, sets: [{ probs: 0.3 }], range: [0, 1] },
  {
    name: "binomial",
    make: d.binomial,
    sets: [
      { totalCount: 10, probs: 0.3 },
      { totalCount: 10, probs: 0.7 },
    ],
    range: [0, 10],
  },
  {
    name: "betaBinomial",
    make: d.betaBinomial,
    sets: [{ totalCount: 10, concentration1: 2, concentration0: 3 }],
    range: [0, 10],
  },
  { name: "geometric", make: d.geometric, sets: [{ probs: 0.4 }], range: [0, 10] },
  { name: "poisson", make: d.poisson, sets: [{ rate: 2 }, { rate: 8 }], range: [0, 16] },
  {
    name: "negativeBinomial",
    make: d.negativeBinomial,
    sets: [
      { mean: 4, concentration: 2 },
      { mean: 4, concentration: 20 },
    ],
    range: [0, 14],
  },
  { name: "categorical", make: d.categorical, sets: [{ probs: [0.2, 0.5, 0.3] }], range: [0, 2] },
  { name: "oneHotCategorical", make: d.oneHotCategorical, sets: [{ probs: [0.2, 0.5, 0.3] }] },
  {
    name: "orderedLogistic",
    make: d.orderedLogistic,
    sets: [{ predictor: 0.5, cutpoints: [-1, 0.5, 2] }],
    range: [0, 3],
  },
  { name: "multinomial", make: d.multinomial, sets: [{ totalCount: 5, probs: [0.2, 0.5, 0.3] }] },
  {
    name: "dirichletMultinomial",
    make: d.dirichletMultinomial,
    sets: [{ totalCount: 5, concentration: [1, 2, 3] }],
  },
]

/** Families of vectors and matrices. */
export const vectors: readonly Example[] = [
  {
    name: "multivariateNormal",
    make: d.multivariateNormal,
    sets: [
      {
        loc: [0, 1],
        covariance: [
          [2, 0.5],
          [0.5, 1],
        ],
      },
    ],
  },
  {
    name: "lowRankMultivariateNormal",
    make: d.lowRankMultivariateNormal,
    sets: [{ loc: [0, 1], covFactor: [[1], [0.5]], covDiag: [1, 1] }],
  },
  {
    name: "multivariateStudentT",
    make: d.multivariateStudentT,
    sets: [
      {
        df: 4,
        loc: [0, 1],
        scaleTril: [
          [1, 0],
          [0.5, 1],
        ],
      },
    ],
  },
  { name: "dirichlet", make: d.dirichlet, sets: [{ concentration: [2, 3, 4] }] },
  {
    name: "lkjCholesky",
    make: (given) => d.lkjCholesky({ dimension: 3, ...given }),
    sets: [{ concentration: 2 }],
  },
  {
    name: "relaxedOneHotCategorical",
    make: d.relaxedOneHotCategorical,
    sets: [{ temperature: 0.7, probs: [0.2, 0.5, 0.3] }],
  },
]

/** Distributions made of others. */
export const combined: readonly Example[] = [
  {
    name: "mixtureSameFamily",
    make: ({ probs, loc, scale }) => d.mixtureSameFamily({ probs, components: d.normal(loc, scale) }),
    sets: [{ probs: [0.3, 0.7], loc: [-2, 1], scale: [0.5, 1] }],
    range: [-4, 4],
  },
  {
    name: "mixture",
    make: ({ probs, loc }) => d.mixture({ probs, components: [d.normal(loc, 1), d.laplace(3, 0.5)] }),
    sets: [{ probs: [0.5, 0.5], loc: -1 }],
    range: [-4, 6],
  },
  {
    name: "truncated",
    make: ({ rate, high }) => d.truncated(d.exponential(rate), { high }),
    sets: [{ rate: 1, high: 2 }],
    range: [-0.5, 2.5],
  },
  {
    name: "zeroInflated",
    make: ({ rate, gate }) => d.zeroInflated(d.poisson(rate), { gate }),
    sets: [{ rate: 4, gate: 0.3 }],
    range: [0, 12],
  },
  {
    name: "transformed",
    make: ({ loc, scale }) => d.transformed(d.normal(loc, scale), d.transforms.sigmoid),
    sets: [
      { loc: 0, scale: 1 },
      { loc: 0, scale: 3 },
    ],
    range: [0, 1],
  },
  {
    name: "straightThroughBernoulli",
    make: d.straightThroughBernoulli,
    sets: [{ probs: 0.3 }],
    file: "straight-through",
    range: [0, 1],
  },
  {
    name: "straightThroughOneHot",
    make: d.straightThroughOneHot,
    sets: [{ probs: [0.2, 0.5, 0.3] }],
    file: "straight-through",
  },
  { name: "delta", make: d.delta, sets: [{ value: 0.5 }] },
  { name: "improperUniform", make: () => d.improperUniform({ support: d.supports.positive }), sets: [{}] },
]
