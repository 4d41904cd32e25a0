/** Families of counts. Next: `gaussians.ts`. */
import { betaBinomial } from "../../../src/distributions/beta-binomial.js"
import { binomial } from "../../../src/distributions/binomial.js"
import { dirichletMultinomial } from "../../../src/distributions/dirichlet-multinomial.js"
import { geometric } from "../../../src/distributions/geometric.js"
import { multinomial } from "../../../src/distributions/multinomial.js"
import { negativeBinomial } from "../../../src/distributions/negative-binomial.js"
import { poisson } from "../../../src/distributions/poisson.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import type { Parameters, Projection, Row } from "../battery/row.js"

const notTrials = [-1, 2.5, Infinity]

/** Each coordinate of a vector of counts. */
const coordinates = (size: number, as: (index: number) => Projection["as"]): readonly Projection[] =>
  Array.from({ length: size }, (_, i) => ({
    name: `count ${i}`,
    of: (draws: Tensor) => tf.squeeze(tf.slice(draws, [0, i], [-1, 1]), [1]),
    as: as(i),
  }))

const numbers = (parameters: Parameters, name: string): readonly number[] =>
  parameters[name] as readonly number[]

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0)

const softmax = (logits: readonly number[]): number[] => {
  const weights = logits.map(Math.exp)
  return weights.map((w) => w / sum(weights))
}

const singles: readonly Row[] = [
  {
    name: "poisson",
    make: poisson,
    cases: [{ rate: 3 }, { rate: 0.4 }, { rate: 180 }],
    outside: { rate: [0, -1, Infinity] },
    divergences: () => [[poisson(3), poisson(4.5)]],
  },
  {
    name: "binomial",
    make: binomial,
    cases: [
      { totalCount: 10, probs: 0.3 },
      { totalCount: 40, probs: 0.9 },
      { totalCount: 7, probs: 0.02 },
    ],
    outside: { totalCount: notTrials, probs: [-0.1, 1.1] },
    divergences: () => [
      [binomial({ totalCount: 10, probs: 0.3 }), binomial({ totalCount: 10, probs: 0.5 })],
      [binomial({ totalCount: 10, logits: -1 }), binomial({ totalCount: 10, probs: 0.5 })],
    ],
  },
  {
    name: "binomial-logits",
    family: "binomial",
    make: binomial,
    cases: [
      { totalCount: 10, logits: 0 },
      { totalCount: 40, logits: 2 },
      { totalCount: 7, logits: -4 },
    ],
    outside: { totalCount: notTrials, logits: [] },
  },
  {
    name: "beta-binomial",
    family: "betaBinomial",
    make: betaBinomial,
    cases: [
      { concentration1: 2, concentration0: 3, totalCount: 10 },
      { concentration1: 0.5, concentration0: 0.8, totalCount: 12 },
      { concentration1: 20, concentration0: 5, totalCount: 30 },
    ],
    outside: { concentration1: [0, -1, Infinity], concentration0: [0, -1], totalCount: notTrials },
  },
  {
    name: "geometric",
    make: geometric,
    cases: [{ probs: 0.3 }, { probs: 0.9 }, { probs: 0.05 }],
    outside: { probs: [0, -0.1, 1.1] },
    divergences: () => [[geometric({ probs: 0.3 }), geometric({ probs: 0.5 })]],
  },
  {
    name: "geometric-logits",
    family: "geometric",
    make: geometric,
    cases: [{ logits: 0 }, { logits: 2 }, { logits: -3 }],
    outside: { logits: [-Infinity] },
  },
  {
    name: "negative-binomial",
    family: "negativeBinomial",
    make: negativeBinomial,
    cases: [
      { totalCount: 2.5, probs: 0.3 },
      { totalCount: 0.4, probs: 0.8 },
      { totalCount: 30, probs: 0.6 },
    ],
    outside: { totalCount: [0, -1, Infinity], probs: [1, -0.1] },
  },
  {
    name: "negative-binomial-logits",
    family: "negativeBinomial",
    make: negativeBinomial,
    cases: [
      { totalCount: 2.5, logits: -1 },
      { totalCount: 0.4, logits: 1.5 },
      { totalCount: 30, logits: 0 },
    ],
    outside: { totalCount: [0, -1], logits: [Infinity] },
  },
  {
    name: "negative-binomial-mean",
    family: "negativeBinomial",
    make: negativeBinomial,
    cases: [
      { mean: 3, concentration: 2 },
      { mean: 0.5, concentration: 4 },
      { mean: 20, concentration: 0.7 },
    ],
    outside: { mean: [0, -1, Infinity], concentration: [0, -1] },
  },
]

const several: readonly Row[] = [
  {
    name: "multinomial",
    make: multinomial,
    cases: [
      { probs: [0.2, 0.3, 0.5], totalCount: 8 },
      { probs: [0.05, 0.9, 0.05], totalCount: 20 },
      { probs: [0.6, 0.1, 0.3], totalCount: 3 },
    ],
    ranks: { probs: 1 },
    outside: { probs: [[0.2, 0.3, 0.6]], totalCount: notTrials },
    projections: (parameters) =>
      coordinates(3, (i) =>
        binomial({ totalCount: parameters.totalCount as number, probs: numbers(parameters, "probs")[i]! }),
      ),
  },
  {
    name: "multinomial-logits",
    family: "multinomial",
    make: multinomial,
    cases: [
      { logits: [0, 0, 0], totalCount: 8 },
      { logits: [-1, 0.5, 2], totalCount: 20 },
      { logits: [3, 0, 1], totalCount: 3 },
    ],
    ranks: { logits: 1 },
    outside: { logits: [[0, Infinity, 0]], totalCount: notTrials },
    projections: (parameters) =>
      coordinates(3, (i) =>
        binomial({
          totalCount: parameters.totalCount as number,
          probs: softmax(numbers(parameters, "logits"))[i]!,
        }),
      ),
  },
  {
    name: "dirichlet-multinomial",
    family: "dirichletMultinomial",
    make: dirichletMultinomial,
    cases: [
      { concentration: [1, 1, 1], totalCount: 8 },
      { concentration: [0.5, 2, 3.5], totalCount: 20 },
      { concentration: [20, 30, 10], totalCount: 5 },
    ],
    ranks: { concentration: 1 },
    outside: { concentration: [[0, 1, 1]], totalCount: notTrials },
    projections: (parameters) => {
      const a = numbers(parameters, "concentration")
      const totalCount = parameters.totalCount as number
      return coordinates(3, (i) =>
        betaBinomial({ concentration1: a[i]!, concentration0: sum(a) - a[i]!, totalCount }),
      )
    },
  },
]

export const countFamilies: readonly Row[] = [...singles, ...several]
