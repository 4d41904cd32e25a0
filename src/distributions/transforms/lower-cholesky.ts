/** Real vectors to lower-triangular matrices with a positive diagonal. */

import { softplus, softplusInverse } from "../../engine/special/index.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { lowerCholesky as triangular } from "../support-structured.js"
import { lastSize, realOfRank, type Transform } from "./transform.js"
import {
  diagonalOf,
  diagonalSelection,
  flatShape,
  fromSquare,
  sideOf,
  squareShape,
  strictSelection,
  timesMatrix,
  toDiagonal,
  toSquare,
} from "./triangle.js"

const rawDiagonal = (x: Tensor): Tensor => timesMatrix(x, diagonalSelection(sideOf(lastSize(x), true)))

/**
 * n(n+1)/2 reals, row by row, to an [n, n] lower triangle: entries off the diagonal as they are, softplus of those on
 * it. Log-determinant Σ log σ(diagonal entries).
 *
 * @example lowerCholesky.forward(tf.tensor1d([0, 2, 0]))   // [[0.693, 0], [2, 0.693]]
 */
export const lowerCholesky: Transform = {
  name: "lowerCholesky",
  domain: realOfRank(1),
  codomain: triangular,
  forward: (x) => {
    const side = sideOf(lastSize(x), true)
    const strict = toSquare(timesMatrix(x, strictSelection(side, true)), side)
    return tf.add(strict, toDiagonal(softplus(rawDiagonal(x))))
  },
  inverse: (y) => {
    const side = lastSize(y)
    const strict = timesMatrix(fromSquare(y), tf.transpose(strictSelection(side, true)))
    const diagonal = softplusInverse(diagonalOf(y))
    return tf.add(strict, timesMatrix(diagonal, tf.transpose(diagonalSelection(side))))
  },
  logDetJacobian: (x) => tf.neg(tf.sum(softplus(tf.neg(rawDiagonal(x))), -1)),
  forwardShape: (shape) => squareShape(shape, true),
  inverseShape: (shape) => flatShape(shape, true),
}
