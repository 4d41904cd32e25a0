/** Families of matrices. Next: `combined.ts`. */
import { beta } from "../../../src/distributions/beta.js"
import { lkjCholesky } from "../../../src/distributions/lkj-cholesky.js"
import { type Tensor, type TensorLike, tf } from "../../../src/engine/tensor.js"
import type { Row } from "../battery/row.js"

/** (R_ij + 1)/2 of the correlation matrix R = L Lᵀ. */
const correlation =
  (i: number, j: number) =>
  (draws: Tensor): Tensor => {
    const row = (k: number): Tensor => tf.squeeze(tf.slice(draws, [0, k, 0], [-1, 1, -1]), [1])
    return tf.div(tf.add(tf.sum(tf.mul(row(i), row(j)), -1), 1), 2)
  }

export const matrices: readonly Row[] = [
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
