/** Families of positive numbers. Next: `interval.ts`. */
import { exponential } from "../../../src/distributions/exponential.js"
import { halfCauchy } from "../../../src/distributions/half-cauchy.js"
import { halfNormal } from "../../../src/distributions/half-normal.js"
import { logNormal } from "../../../src/distributions/log-normal.js"
import { pareto } from "../../../src/distributions/pareto.js"
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
]
