/** Families of real numbers without bounds. Next: `positive.ts`. */
import { cauchy } from "../../../src/distributions/cauchy.js"
import { gumbel } from "../../../src/distributions/gumbel.js"
import { laplace } from "../../../src/distributions/laplace.js"
import { logistic } from "../../../src/distributions/logistic.js"
import { normal } from "../../../src/distributions/normal.js"
import { studentT } from "../../../src/distributions/student-t.js"
import type { Parameters, Row } from "../battery/row.js"

const cases = [
  { loc: 0.5, scale: 1.25 },
  { loc: -3, scale: 0.25 },
  { loc: 100, scale: 7 },
] as const satisfies readonly Parameters[]

const outside = { loc: [Infinity, -Infinity], scale: [0, -1, Infinity] }

export const realLine: readonly Row[] = [
  {
    name: "normal",
    make: normal,
    cases,
    outside,
    divergences: () => [[normal(1, 2), normal(-0.5, 0.75)]],
  },
  {
    name: "cauchy",
    make: cauchy,
    cases,
    outside,
    divergences: () => [[cauchy(1, 2), cauchy(-0.5, 0.75)]],
  },
  {
    name: "laplace",
    make: laplace,
    cases,
    outside,
    divergences: () => [
      [laplace(1, 2), laplace(-0.5, 0.75)],
      [laplace(1, 2), normal(0, 1.5)],
      [normal(1, 2), laplace(-0.5, 0.75)],
    ],
  },
  { name: "logistic", make: logistic, cases, outside },
  {
    name: "gumbel",
    make: gumbel,
    cases,
    outside,
    divergences: () => [[gumbel(1, 2), gumbel(-0.5, 2.5)]],
  },
  {
    name: "studentT",
    make: studentT,
    cases: [
      { df: 5, loc: 0.5, scale: 1.25 },
      { df: 9.5, loc: -3, scale: 0.25 },
      { df: 40, loc: 100, scale: 7 },
    ],
    outside: { df: [0, -1, Infinity], ...outside },
  },
]
