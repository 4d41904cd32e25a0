/** Families of vectors of real numbers: Gaussians and Student's t. Next: `simplexes.ts`. */
import { lowRankMultivariateNormal } from "../../../src/distributions/low-rank-multivariate-normal.js"
import { multivariateNormal } from "../../../src/distributions/multivariate-normal.js"
import { multivariateStudentT } from "../../../src/distributions/multivariate-student-t.js"
import { normal } from "../../../src/distributions/normal.js"
import { studentT } from "../../../src/distributions/student-t.js"
import type { Parameters, Projection, Row } from "../battery/row.js"
import { covariances, notDefinite, notTriangular, precisions, scales } from "./gaussian-parameters.js"
import {
  along,
  directions,
  dot,
  inverse2,
  type Matrix,
  matrix,
  product,
  spread,
  vector,
} from "./vector-shapes.js"

/** Every direction of a Gaussian is normal. */
const gaussian = (loc: readonly number[], covariance: Matrix): readonly Projection[] =>
  directions(loc.length).map((w) => ({
    name: `along ${w}`,
    of: along(w),
    as: normal(dot(loc, w), spread(covariance, w)),
  }))

const lowRanks = [
  { loc: [0, 0, 0], covFactor: [[1], [1], [0.5]], covDiag: [1, 2, 0.5] },
  { loc: [1, -1, 0.5], covFactor: [[0.5], [-1], [2]], covDiag: [0.25, 1, 1] },
  { loc: [5, 5, 5], covFactor: [[3], [2], [1]], covDiag: [0.1, 0.1, 0.1] },
] as const

const lowRankCovariance = (parameters: Parameters): Matrix => {
  const w = matrix(parameters, "covFactor")
  const d = vector(parameters, "covDiag")
  return product(w, w).map((row, i) => row.map((x, j) => x + (i === j ? d[i]! : 0)))
}

export const gaussians: readonly Row[] = [
  {
    name: "multivariate-normal",
    family: "multivariateNormal",
    make: multivariateNormal,
    cases: covariances,
    ranks: { loc: 1, covariance: 2 },
    outside: { loc: [[Infinity, 0]], covariance: notDefinite },
    projections: (p) => gaussian(vector(p, "loc"), matrix(p, "covariance")),
    divergences: () => [
      [multivariateNormal(covariances[0]), multivariateNormal(covariances[1])],
      [multivariateNormal(scales[0]), multivariateNormal(precisions[1])],
      [multivariateNormal(precisions[0]), multivariateNormal(scales[1])],
    ],
  },
  {
    name: "multivariate-normal-scale",
    family: "multivariateNormal",
    make: multivariateNormal,
    cases: scales,
    ranks: { loc: 1, scaleTril: 2 },
    outside: { loc: [[Infinity, 0]], scaleTril: notTriangular },
    projections: (p) => gaussian(vector(p, "loc"), product(matrix(p, "scaleTril"), matrix(p, "scaleTril"))),
  },
  {
    name: "multivariate-normal-precision",
    family: "multivariateNormal",
    make: multivariateNormal,
    cases: precisions,
    ranks: { loc: 1, precision: 2 },
    outside: { loc: [[Infinity, 0]], precision: notDefinite },
    projections: (p) => gaussian(vector(p, "loc"), inverse2(matrix(p, "precision") as never)),
  },
  {
    name: "low-rank-multivariate-normal",
    family: "lowRankMultivariateNormal",
    make: lowRankMultivariateNormal,
    cases: lowRanks,
    ranks: { loc: 1, covFactor: 2, covDiag: 1 },
    outside: {
      loc: [[Infinity, 0, 0]],
      covFactor: [[[Infinity], [0], [0]]],
      covDiag: [
        [0, 1, 1],
        [-1, 1, 1],
      ],
    },
    projections: (p) => gaussian(vector(p, "loc"), lowRankCovariance(p)),
    divergences: () => [
      [lowRankMultivariateNormal(lowRanks[0]), lowRankMultivariateNormal(lowRanks[1])],
      [
        lowRankMultivariateNormal(lowRanks[0]),
        multivariateNormal({ loc: [0, 1, 2], covariance: lowRankCovariance(lowRanks[2]) }),
      ],
      [
        multivariateNormal({ loc: [0, 1, 2], covariance: lowRankCovariance(lowRanks[2]) }),
        lowRankMultivariateNormal(lowRanks[1]),
      ],
    ],
  },
  {
    name: "multivariate-student-t",
    family: "multivariateStudentT",
    make: multivariateStudentT,
    cases: [
      { df: 6, ...scales[0] },
      { df: 15, ...scales[1] },
      { df: 1.5, ...scales[2] },
    ],
    ranks: { loc: 1, scaleTril: 2 },
    outside: { df: [0, -1, Infinity], loc: [[Infinity, 0]], scaleTril: notTriangular },
    projections: (p) => {
      const covariance = product(matrix(p, "scaleTril"), matrix(p, "scaleTril"))
      return directions(2).map((w) => ({
        name: `along ${w}`,
        of: along(w),
        as: studentT({ df: p.df as number, loc: dot(vector(p, "loc"), w), scale: spread(covariance, w) }),
      }))
    },
  },
]
