/** Real vectors to covariance matrices. */
import { cholesky } from "../../engine/linear/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { positiveDefinite as definite, lowerCholesky as triangular } from "../support-structured.js"
import { compose } from "./compose.js"
import { lowerCholesky } from "./lower-cholesky.js"
import { lastSize, type Transform } from "./transform.js"
import { diagonalOf } from "./triangle.js"

/** n, n-1, …, 1: how often each diagonal entry counts in the Jacobian of L ↦ L Lᵀ. */
const powers = (y: Tensor): Tensor => tf.range(lastSize(y), 0, -1, "float32")

/**
 * y = L Lᵀ of a lower triangle L; log-determinant (lower triangles of both) n log 2 + Σᵢ (n-i+1) log Lᵢᵢ.
 *
 * @example outerProduct.forward(tf.tensor2d([[1, 0], [2, 1]]))   // [[1, 2], [2, 5]]
 */
export const outerProduct: Transform = {
  name: "outerProduct",
  domain: triangular,
  codomain: definite,
  forward: (x) => tf.matMul(x as never, x as never, false, true) as Tensor,
  inverse: (y) => cholesky(y),
  logDetJacobian: (x) => tf.add(lastSize(x) * Math.LN2, tf.sum(tf.mul(powers(x), tf.log(diagonalOf(x))), -1)),
  forwardShape: (shape) => shape,
  inverseShape: (shape) => shape,
}

/** n(n+1)/2 reals to an [n, n] positive-definite matrix, by way of its Cholesky factor. */
export const positiveDefinite: Transform = compose(lowerCholesky, outerProduct)
