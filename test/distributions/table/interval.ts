/** Families of numbers between two bounds. Next: the discrete families. */
import { beta } from "../../../src/distributions/beta.js"
import { continuousBernoulli } from "../../../src/distributions/continuous-bernoulli.js"
import { kumaraswamy } from "../../../src/distributions/kumaraswamy.js"
import { relaxedBernoulli } from "../../../src/distributions/relaxed-bernoulli.js"
import { truncatedNormal } from "../../../src/distributions/truncated-normal.js"
import { uniform } from "../../../src/distributions/uniform.js"
import { vonMises } from "../../../src/distributions/von-mises.js"
import type { Row } from "../battery/row.js"

export const intervals: readonly Row[] = [
  {
    name: "uniform",
    make: uniform,
    cases: [
      { low: -1, high: 3 },
      { low: -2, high: 5 },
      { low: 2, high: 7 },
    ],
    outside: { low: [-Infinity], high: [-1, -2, Infinity] },
    divergences: () => [[uniform(0, 1), uniform(-1, 2)]],
  },
  {
    name: "beta",
    make: beta,
    cases: [
      { concentration1: 2.5, concentration0: 1.5 },
      { concentration1: 0.7, concentration0: 0.8 },
      { concentration1: 40, concentration0: 8 },
    ],
    outside: { concentration1: [0, -1, Infinity], concentration0: [0, -1, Infinity] },
    divergences: () => [[beta(2, 3), beta(3.5, 2)]],
  },
  {
    name: "kumaraswamy",
    make: kumaraswamy,
    cases: [
      { concentration1: 2.5, concentration0: 1.5 },
      { concentration1: 0.7, concentration0: 0.9 },
      { concentration1: 8, concentration0: 5 },
    ],
    outside: { concentration1: [0, -1, Infinity], concentration0: [0, -1, Infinity] },
  },
  {
    name: "truncatedNormal",
    make: truncatedNormal,
    cases: [
      { loc: 0.5, scale: 1.25, low: -1, high: 3 },
      { loc: -3, scale: 0.75, low: -1.5, high: 4 },
      { loc: 3, scale: 2, low: -1, high: 2.5 },
    ],
    outside: { loc: [Infinity], scale: [0, -1, Infinity], low: [], high: [-1, -2] },
  },
  {
    name: "vonMises",
    make: vonMises,
    cases: [
      { loc: 0.5, concentration: 2 },
      { loc: 2.5, concentration: 0.3 },
      { loc: -1, concentration: 30 },
    ],
    outside: { loc: [Infinity], concentration: [0, -1, Infinity] },
    circular: true,
    divergences: () => [[vonMises(1, 2), vonMises(-0.5, 0.75)]],
  },
  {
    name: "continuousBernoulli",
    make: continuousBernoulli,
    cases: [{ logits: 1.5 }, { logits: -4 }, { logits: 0.01 }],
    outside: { logits: [Infinity, -Infinity] },
    divergences: () => [[continuousBernoulli({ logits: 1 }), continuousBernoulli({ logits: -2 })]],
  },
  {
    name: "continuousBernoulli-probs",
    family: "continuousBernoulli",
    make: continuousBernoulli,
    cases: [{ probs: 0.3 }, { probs: 0.9 }, { probs: 0.5 }],
    outside: { probs: [0, 1, -0.1, 1.1] },
  },
  {
    name: "relaxedBernoulli",
    make: relaxedBernoulli,
    cases: [
      { temperature: 1.5, logits: 0.5 },
      { temperature: 1.1, logits: -1 },
      { temperature: 1.2, logits: 2 },
    ],
    outside: { temperature: [0, -1, Infinity], logits: [Infinity] },
  },
]
