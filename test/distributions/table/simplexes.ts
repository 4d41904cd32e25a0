/** Families of vectors of shares that sum to 1. Next: `matrices.ts`. */
import { beta } from "../../../src/distributions/beta.js"
import { dirichlet } from "../../../src/distributions/dirichlet.js"
import { logistic } from "../../../src/distributions/logistic.js"
import { relaxedOneHotCategorical } from "../../../src/distributions/relaxed-one-hot-categorical.js"
import type { Tensor } from "../../../src/engine/tensor.js"
import { tf } from "../../../src/engine/tensor.js"
import type { Row } from "../battery/row.js"
import { along, vector } from "./vector-shapes.js"

export const simplexes: readonly Row[] = [
  {
    name: "dirichlet",
    make: dirichlet,
    cases: [
      { concentration: [2, 3, 1.5] },
      { concentration: [0.5, 0.7, 0.6] },
      { concentration: [30, 10, 20] },
    ],
    ranks: { concentration: 1 },
    outside: {
      concentration: [
        [0, 1, 1],
        [-1, 1, 1],
        [Infinity, 1, 1],
      ],
    },
    projections: (parameters) => {
      const a = vector(parameters, "concentration")
      const total = a.reduce((x, y) => x + y, 0)
      return a.map((own, i) => ({
        name: `share ${i}`,
        of: along(a.map((_, j) => (i === j ? 1 : 0))),
        as: beta({ concentration1: own, concentration0: total - own }),
      }))
    },
    divergences: () => [[dirichlet([2, 3, 1.5]), dirichlet([1, 1, 4])]],
  },
  {
    name: "relaxed-one-hot-categorical-logits",
    family: "relaxedOneHotCategorical",
    make: relaxedOneHotCategorical,
    cases: [
      { temperature: 1, logits: [0, 1, -1] },
      { temperature: 0.7, logits: [2, 0, 0.5] },
      { temperature: 2, logits: [0, 0, 0] },
    ],
    ranks: { logits: 1 },
    outside: { temperature: [0, -1, Infinity], logits: [[0, Infinity, 0]] },
    projections: (p) => {
      const [a, b] = vector(p, "logits") as [number, number]
      const tau = p.temperature as number
      const logRatio = (draws: Tensor): Tensor => along([1, -1, 0])(tf.log(draws))
      return [{ name: "log ratio", of: logRatio, as: logistic((a - b) / tau, 1 / tau) }]
    },
  },
  {
    name: "relaxed-one-hot-categorical",
    family: "relaxedOneHotCategorical",
    make: relaxedOneHotCategorical,
    cases: [
      { temperature: 1, probs: [0.2, 0.3, 0.5] },
      { temperature: 0.7, probs: [0.6, 0.1, 0.3] },
      { temperature: 2, probs: [0.05, 0.9, 0.05] },
    ],
    ranks: { probs: 1 },
    outside: { temperature: [0, -1], probs: [[0.2, 0.3, 0.6]] },
    projections: (p) => {
      const [a, b] = vector(p, "probs") as [number, number]
      const tau = p.temperature as number
      const logRatio = (draws: Tensor): Tensor => along([1, -1, 0])(tf.log(draws))
      return [{ name: "log ratio", of: logRatio, as: logistic(Math.log(a / b) / tau, 1 / tau) }]
    },
  },
]
