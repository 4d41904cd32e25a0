/** Parameters of Gaussians inside and outside their ranges. Next: `gaussians.ts`. */
import type { NestedNumbers } from "../../../src/engine/tensor.js"

/** Matrices that are no covariance: indefinite, not symmetric, singular. */
export const notDefinite: readonly NestedNumbers[] = [
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

/** Matrices that are no Cholesky factor: an entry above the diagonal, a diagonal entry below or at 0. */
export const notTriangular: readonly NestedNumbers[] = [
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

/** Gaussians by covariance. */
export const covariances = [
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

/** Gaussians by Cholesky factor of the covariance. */
export const scales = [
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

/** Gaussians by precision. */
export const precisions = [
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
