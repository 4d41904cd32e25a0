/** Families of classes. Next: `counts.ts`. */
import { bernoulli } from "../../../src/distributions/bernoulli.js"
import { categorical } from "../../../src/distributions/categorical.js"
import { oneHotCategorical } from "../../../src/distributions/one-hot-categorical.js"
import { orderedLogistic } from "../../../src/distributions/ordered-logistic.js"
import {
  straightThroughBernoulli,
  straightThroughOneHot,
} from "../../../src/distributions/straight-through.js"
import type { Row } from "../battery/row.js"

const chances = [{ probs: 0.3 }, { probs: 0.9 }, { probs: 0.02 }] as const
const odds = [{ logits: 0.4 }, { logits: -2 }, { logits: 0 }] as const
const classes = [
  { probs: [0.2, 0.3, 0.5] },
  { probs: [0.05, 0.9, 0.05] },
  { probs: [0.6, 0.1, 0.3] },
] as const
const scores = [{ logits: [0.5, -1, 2] }, { logits: [0, 0, 0] }, { logits: [-3, 4, 1] }] as const
const notSimplex = [
  [0.2, 0.3, 0.6],
  [-0.1, 0.6, 0.5],
]
const notLogits = [
  [0, Infinity, 1],
  [-Infinity, -Infinity, -Infinity],
]

export const classFamilies: readonly Row[] = [
  {
    name: "bernoulli",
    make: bernoulli,
    cases: chances,
    outside: { probs: [-0.1, 1.1, Infinity] },
    divergences: () => [
      [bernoulli({ probs: 0.3 }), bernoulli({ probs: 0.6 })],
      [bernoulli({ probs: 0.3 }), bernoulli({ logits: -2 })],
    ],
  },
  {
    name: "bernoulli-logits",
    family: "bernoulli",
    make: bernoulli,
    cases: odds,
    outside: { logits: [] },
    divergences: () => [[bernoulli({ logits: 0.3 }), bernoulli({ logits: -1 })]],
  },
  {
    name: "categorical",
    make: categorical,
    cases: classes,
    ranks: { probs: 1 },
    outside: { probs: notSimplex },
    divergences: () => [[categorical(classes[0]), categorical(classes[2])]],
  },
  {
    name: "categorical-logits",
    family: "categorical",
    make: categorical,
    cases: scores,
    ranks: { logits: 1 },
    outside: { logits: notLogits },
    divergences: () => [[categorical(scores[0]), categorical(classes[2])]],
  },
  {
    name: "one-hot-categorical",
    family: "oneHotCategorical",
    make: oneHotCategorical,
    cases: classes,
    ranks: { probs: 1 },
    outside: { probs: notSimplex },
    divergences: () => [[oneHotCategorical(classes[0]), oneHotCategorical(scores[2])]],
  },
  {
    name: "one-hot-categorical-logits",
    family: "oneHotCategorical",
    make: oneHotCategorical,
    cases: scores,
    ranks: { logits: 1 },
    outside: { logits: notLogits },
  },
  {
    name: "ordered-logistic",
    family: "orderedLogistic",
    make: orderedLogistic,
    cases: [
      { predictor: 0, cutpoints: [-1, 1] },
      { predictor: 0.7, cutpoints: [-0.5, 2.5] },
      { predictor: -3, cutpoints: [-1, 0.25] },
    ],
    ranks: { cutpoints: 1 },
    outside: {
      predictor: [Infinity],
      cutpoints: [
        [1, -1],
        [0, 0],
      ],
    },
  },
  {
    name: "straight-through-bernoulli",
    family: "bernoulli",
    make: straightThroughBernoulli,
    cases: chances,
    outside: { probs: [-0.1, 1.1] },
    differentiable: [],
    noGolden: "its log-mass is the Bernoulli's",
    divergences: () => [
      [straightThroughBernoulli({ probs: 0.3 }), bernoulli({ probs: 0.6 })],
      [bernoulli({ probs: 0.3 }), straightThroughBernoulli({ probs: 0.6 })],
      [straightThroughBernoulli({ probs: 0.3 }), straightThroughBernoulli({ probs: 0.6 })],
    ],
  },
  {
    name: "straight-through-one-hot",
    family: "oneHotCategorical",
    make: straightThroughOneHot,
    cases: scores,
    ranks: { logits: 1 },
    outside: { logits: notLogits },
    differentiable: [],
    noGolden: "its log-mass is the one-hot categorical's",
    divergences: () => [[straightThroughOneHot(scores[0]), oneHotCategorical(scores[2])]],
  },
]
