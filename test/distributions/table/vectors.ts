/** Families of vectors and matrices of real numbers. Next: `combined.ts`. */
import { beta } from "../../../src/distributions/beta.js"
import { dirichlet } from "../../../src/distributions/dirichlet.js"
import { lkjCholesky } from "../../../src/distributions/lkj-cholesky.js"
import { logistic } from "../../../src/distributions/logistic.js"
import { lowRankMultivariateNormal } from "../../../src/distributions/low-rank-multivariate-normal.js"
import { multivariateNormal } from "../../../src/distributions/multivariate-normal.js"
import { multivariateStudentT } from "../../../src/distributions/multivariate-student-t.js"
import { normal } from "../../../src/distributions/normal.js"
import { relaxedOneHotCategorical } from "../../../src/distributions/relaxed-one-hot-categorical.js"
import { studentT } from "../../../src/distributions/student-t.js"
import { type NestedNumbers, type Tensor, type TensorLike, tf } from "../../../src/engine/tensor.js"
import type { Parameters, Projection, Row } from "../battery/row.js"

type Matrix = readonly (readonly number[])[]

const vector = (parameters: Parameters, name: string): readonly number[] => parameters[name] as number[]
const matrix = (parameters: Parameters, name: string): Matrix => parameters[name] as Matrix

/** The product of each draw with `weights`. */
const along =
  (weights: readonly number[]) =>
  (draws: Tensor): Tensor =>
    tf.sum(tf.mul(draws, tf.tensor1d([...weights])), -1)

/** Standard normal weights would do as well: two axes and one slanted direction. */
const directions = (size: number): readonly (readonly number[])[] => [
  ...Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))),
  Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -0.5)),
]

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

const spread = (covariance: Matrix, w: readonly number[]): number =>
  Math.sqrt(
    dot(
      w,
      covariance.map((row) => dot(row, w)),
    ),
  )

const product = (a: Matrix, b: Matrix): Matrix => a.map((row) => b.map((column) => dot(row, column)))

const inverse2 = ([[a, b], [c, d]]: readonly [readonly number[], readonly number[]]): Matrix => {
  const det = a! * d! - b! * c!
  return [
    [d! / det, -b! / det],
    [-c! / det, a! / det],
  ]
}

/** Every direction of a Gaussian is normal. */
const gaussian = (loc: readonly number[], covariance: Matrix): readonly Projection[] =>
  directions(loc.length).map((w) => ({
    name: `along ${w}`,
    of: along(w),
    as: normal(dot(loc, w), spread(covariance, w)),
  }))

const notDefinite: readonly NestedNumbers[] = [
  [
    [1, 2],
    [2, 1],
  ],
  [
    [1, 0.5],
    [0, 1],
  ],
  [
    [0, 0],
    [0, 1],
  ],
]

const notTriangular: readonly NestedNumbers[] = [
  [
    [1, 1],
    [0, 1],
  ],
  [
    [1, 0],
    [0, -1],
  ],
  [
    [1, 0],
    [0, 0],
  ],
]

const covariances = [
  {
    loc: [0, 1],
    covariance: [
      [2, 1],
      [1, 2],
    ],
  },
  {
    loc: [-3, 4],
    covariance: [
      [0.5, -0.2],
      [-0.2, 1.5],
    ],
  },
  {
    loc: [10, 0],
    covariance: [
      [1, 0.9],
      [0.9, 1],
    ],
  },
] as const

const scales = [
  {
    loc: [0, 1],
    scaleTril: [
      [1, 0],
      [0.5, 2],
    ],
  },
  {
    loc: [-3, 4],
    scaleTril: [
      [0.25, 0],
      [-1, 0.5],
    ],
  },
  {
    loc: [10, 0],
    scaleTril: [
      [3, 0],
      [0, 0.1],
    ],
  },
] as const

const precisions = [
  {
    loc: [0, 1],
    precision: [
      [2, 1],
      [1, 2],
    ],
  },
  {
    loc: [-3, 4],
    precision: [
      [0.5, -0.2],
      [-0.2, 1.5],
    ],
  },
  {
    loc: [10, 0],
    precision: [
      [1, 0.9],
      [0.9, 1],
    ],
  },
] as const

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

const gaussians: readonly Row[] = [
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

const simplexes: readonly Row[] = [
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

/** (R_ij + 1)/2 of the correlation matrix R = L Lᵀ. */
const correlation =
  (i: number, j: number) =>
  (draws: Tensor): Tensor => {
    const row = (k: number): Tensor => tf.squeeze(tf.slice(draws, [0, k, 0], [-1, 1, -1]), [1])
    return tf.div(tf.add(tf.sum(tf.mul(row(i), row(j)), -1), 1), 2)
  }

const matrices: readonly Row[] = [
  {
    name: "lkj-cholesky",
    family: "lkjCholesky",
    make: ({ concentration }: { concentration: TensorLike }) => lkjCholesky({ dimension: 3, concentration }),
    cases: [{ concentration: 1 }, { concentration: 0.6 }, { concentration: 5 }],
    outside: { concentration: [0, -1, Infinity] },
    projections: ({ concentration }) =>
      [
        [1, 0],
        [2, 0],
        [2, 1],
      ].map(([i, j]) => ({
        name: `correlation ${i} ${j}`,
        of: correlation(i!, j!),
        as: beta((concentration as number) + 0.5, (concentration as number) + 0.5),
      })),
  },
]

export const vectorFamilies: readonly Row[] = [...gaussians, ...simplexes, ...matrices]
