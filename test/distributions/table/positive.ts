/** Families of positive numbers. Next: `interval.ts`. */
import { chi2 } from "../../../src/distributions/chi2.js"
import { exponential } from "../../../src/distributions/exponential.js"
import { gamma } from "../../../src/distributions/gamma.js"
import { halfCauchy } from "../../../src/distributions/half-cauchy.js"
import { halfNormal } from "../../../src/distributions/half-normal.js"
import { inverseGamma } from "../../../src/distributions/inverse-gamma.js"
import { logNormal } from "../../../src/distributions/log-normal.js"
import { normal } from "../../../src/distributions/normal.js"
import { pareto } from "../../../src/distributions/pareto.js"
import { transformed } from "../../../src/distributions/transformed.js"
import { exp } from "../../../src/distributions/transforms/index.js"
import { weibull } from "../../../src/distributions/weibull.js"
import type { TensorLike } from "../../../src/engine/tensor.js"
import type { Row } from "../battery/row.js"

const notPositive = [0, -1, Infinity]

export const positiveNumbers: readonly Row[] = [
  {
    name: "logNormal",
    make: logNormal,
    cases: [
      { loc: 0.5, scale: 0.4 },
      { loc: -3, scale: 0.25 },
      { loc: 4, scale: 0.7 },
    ],
    outside: { loc: [Infinity], scale: notPositive },
    divergences: () => [[logNormal(1, 0.5), logNormal(-0.5, 0.75)]],
  },
  {
    name: "halfNormal",
    make: halfNormal,
    cases: [{ scale: 1.5 }, { scale: 0.02 }, { scale: 300 }],
    outside: { scale: notPositive },
    divergences: () => [[halfNormal(2), halfNormal(3)]],
  },
  {
    name: "halfCauchy",
    make: halfCauchy,
    cases: [{ scale: 1.5 }, { scale: 0.02 }, { scale: 300 }],
    outside: { scale: notPositive },
  },
  {
    name: "exponential",
    make: exponential,
    cases: [{ rate: 1.5 }, { rate: 0.02 }, { rate: 300 }],
    outside: { rate: notPositive },
    divergences: () => [[exponential(2), exponential(3)]],
  },
  {
    name: "pareto",
    make: pareto,
    cases: [
      { scale: 1.5, alpha: 6 },
      { scale: 0.02, alpha: 12 },
      { scale: 40, alpha: 5 },
    ],
    outside: { scale: notPositive, alpha: notPositive },
    divergences: () => [[pareto(2, 3), pareto(1, 2)]],
  },
  {
    name: "gamma",
    make: gamma,
    cases: [
      { concentration: 2.5, rate: 1.5 },
      { concentration: 0.6, rate: 0.1 },
      { concentration: 40, rate: 8 },
    ],
    outside: { concentration: notPositive, rate: notPositive },
    divergences: () => [
      [gamma(2, 3), gamma(3.5, 2)],
      [exponential(2), gamma(3.5, 2)],
      [gamma(2, 3), exponential(2)],
      [chi2(3), gamma(3.5, 2)],
    ],
  },
  {
    name: "chi2",
    make: chi2,
    cases: [{ df: 3 }, { df: 1.3 }, { df: 25 }],
    outside: { df: notPositive },
    divergences: () => [[chi2(3), chi2(5)]],
  },
  {
    name: "inverseGamma",
    make: inverseGamma,
    cases: [
      { concentration: 6, rate: 1.5 },
      { concentration: 8, rate: 0.1 },
      { concentration: 40, rate: 8 },
    ],
    outside: { concentration: notPositive, rate: notPositive },
    divergences: () => [[inverseGamma(4, 3), inverseGamma(3.5, 2)]],
  },
  {
    name: "weibull",
    make: weibull,
    cases: [
      { scale: 1.5, concentration: 2 },
      { scale: 0.2, concentration: 0.7 },
      { scale: 40, concentration: 9 },
    ],
    outside: { scale: notPositive, concentration: notPositive },
    divergences: () => [[weibull(2, 3), weibull(1.5, 2)]],
  },
  {
    name: "transformed",
    family: "normal",
    make: (parameters: { loc: TensorLike; scale: TensorLike }) => transformed(normal(parameters), exp),
    cases: [
      { loc: 0.5, scale: 0.4 },
      { loc: -3, scale: 0.25 },
      { loc: 4, scale: 0.7 },
    ],
    outside: { loc: [Infinity], scale: notPositive },
    noGolden: "the log-normal's density by way of its transform: transformed.test.ts compares the two",
  },
]
