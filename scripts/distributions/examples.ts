/** The families on the page, in its order, each with parameters to plot. A new family adds its line here. */
import * as d from "../../src/distributions/index.js"

/** Parameters by name, as numbers and arrays. */
export type Given = Readonly<Record<string, any>>

/** One family on the page: its factory by parameters, the sets to show, and the range to plot a family of numbers over. */
export interface Example {
  readonly name: string
  readonly make: (given: any) => d.Distribution
  readonly sets: readonly [Given, ...Given[]]
  readonly range?: readonly [low: number, high: number]
  /** The file of the factory, where it is not the name in kebab case. */
  readonly file?: string
}

const locations = [
  { loc: 0, scale: 1 },
  { loc: 0, scale: 0.5 },
  { loc: 1.5, scale: 1.5 },
] as const

const scales = [{ scale: 1 }, { scale: 0.5 }, { scale: 2 }] as const

const shares = [
  { concentration1: 2, concentration0: 5 },
  { concentration1: 0.5, concentration0: 0.5 },
  { concentration1: 5, concentration0: 1 },
] as const

/** Families of real and positive numbers. */
export const numbers: readonly Example[] = [
  { name: "normal", make: d.normal, sets: locations, range: [-4, 5] },
  {
    name: "studentT",
    make: d.studentT,
    sets: [
      { df: 2, loc: 0, scale: 1 },
      { df: 30, loc: 0, scale: 1 },
    ],
    range: [-5, 5],
  },
  { name: "cauchy", make: d.cauchy, sets: locations, range: [-5, 6] },
  { name: "laplace", make: d.laplace, sets: locations, range: [-4, 5] },
  { name: "logistic", make: d.logistic, sets: locations, range: [-6, 7] },
  { name: "gumbel", make: d.gumbel, sets: locations, range: [-3, 7] },
  {
    name: "logNormal",
    make: d.logNormal,
    sets: [
      { loc: 0, scale: 0.25 },
      { loc: 0, scale: 1 },
      { loc: 0.5, scale: 0.5 },
    ],
    range: [0, 4],
  },
  { name: "halfNormal", make: d.halfNormal, sets: scales, range: [0, 5] },
  { name: "halfCauchy", make: d.halfCauchy, sets: scales, range: [0, 5] },
  {
    name: "exponential",
    make: d.exponential,
    sets: [{ rate: 1 }, { rate: 0.5 }, { rate: 2 }],
    range: [0, 5],
  },
  {
    name: "gamma",
    make: d.gamma,
    sets: [
      { concentration: 2, rate: 1 },
      { concentration: 0.7, rate: 1 },
      { concentration: 9, rate: 2 },
    ],
    range: [0, 8],
  },
  {
    name: "inverseGamma",
    make: d.inverseGamma,
    sets: [
      { concentration: 3, rate: 2 },
      { concentration: 1, rate: 1 },
    ],
    range: [0, 4],
  },
  { name: "chi2", make: d.chi2, sets: [{ df: 3 }, { df: 1 }, { df: 6 }], range: [0, 12] },
  {
    name: "weibull",
    make: d.weibull,
    sets: [
      { scale: 1, concentration: 1.5 },
      { scale: 1, concentration: 5 },
      { scale: 1, concentration: 0.7 },
    ],
    range: [0, 3],
  },
  {
    name: "pareto",
    make: d.pareto,
    sets: [
      { scale: 1, alpha: 3 },
      { scale: 1, alpha: 1 },
    ],
    range: [0.5, 5],
  },
]

/** Families of numbers between bounds. */
export const bounded: readonly Example[] = [
  {
    name: "uniform",
    make: d.uniform,
    sets: [
      { low: 0, high: 1 },
      { low: -1, high: 2 },
    ],
    range: [-1.5, 2.5],
  },
  { name: "beta", make: d.beta, sets: shares, range: [0, 1] },
  { name: "kumaraswamy", make: d.kumaraswamy, sets: shares, range: [0, 1] },
  {
    name: "truncatedNormal",
    make: d.truncatedNormal,
    sets: [
      { loc: 0, scale: 1, low: -1, high: 2 },
      { loc: 3, scale: 1, low: -1, high: 2 },
    ],
    range: [-1.5, 2.5],
  },
  {
    name: "continuousBernoulli",
    make: d.continuousBernoulli,
    sets: [{ logits: 2 }, { logits: -4 }, { logits: 0 }],
    range: [0, 1],
  },
  {
    name: "relaxedBernoulli",
    make: d.relaxedBernoulli,
    sets: [
      { temperature: 0.5, logits: 0.5 },
      { temperature: 1, logits: 1 },
      { temperature: 2, logits: 0 },
    ],
    range: [0, 1],
  },
  {
    name: "vonMises",
    make: d.vonMises,
    sets: [
      { loc: 0, concentration: 1 },
      { loc: 1, concentration: 6 },
    ],
    range: [-Math.PI + 1e-4, Math.PI - 1e-4],
  },
]

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
