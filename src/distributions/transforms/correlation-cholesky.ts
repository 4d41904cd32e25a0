/** Real vectors to Cholesky factors of correlation matrices. */

import { type Tensor, tf } from "../../engine/tensor.js"
import { fromFormula } from "../formula.js"
import { correlationCholesky as factors } from "../support-structured.js"
import { logSechSquared } from "./tanh.js"
import { lastSize, realOfRank, type Transform } from "./transform.js"
import {
  flatShape,
  fromSquare,
  sideOf,
  squareShape,
  strictSelection,
  timesMatrix,
  toSquare,
} from "./triangle.js"

const toStrict = (x: Tensor): Tensor => {
  const side = sideOf(lastSize(x), false)
  return toSquare(timesMatrix(x, strictSelection(side, false)), side)
}

/** asinh without cancellation for negative numbers. */
const asinh = fromFormula(
  "LatentlyAsinh",
  1,
  (o, x) => {
    const size = o.abs(x)
    const square = o.square(size)
    const value = o.log1p(o.add(size, o.div(square, o.add(1, o.sqrt(o.add(1, square))))))
    return o.whereLess(x, 0, o.neg(value), value)
  },
  (dy, [x]) => [() => tf.div(dy, tf.sqrt(tf.add(1, tf.square(x!))))],
)

/** Half the logarithm of what the entries to the left have left of each row's unit length. */
const logRemaining = (logSech: Tensor): Tensor => tf.mul(0.5, tf.cumsum(logSech, logSech.rank - 1, true))

/**
 * n(n-1)/2 reals, row by row, to an [n, n] lower triangle with rows of length 1: zᵢⱼ = tanh xᵢⱼ takes its share of what
 * is left of the row's length, Lᵢⱼ = zᵢⱼ √Π_{k<j}(1 - zᵢₖ²). Log-determinant with respect to the entries below the
 * diagonal: Σ log(1 - zᵢⱼ²) + ½ Σ_{k<j} log(1 - zᵢₖ²). Source: Lewandowski, Kurowicka, Joe (2009); Stan reference manual.
 *
 * @example correlationCholesky.forward(tf.tensor1d([0]))   // [[1, 0], [0, 1]]
 */
export const correlationCholesky: Transform = {
  name: "correlationCholesky",
  domain: realOfRank(1),
  codomain: factors,
  forward: (x) => {
    const strict = toStrict(x)
    const shares = tf.add(tf.tanh(strict), tf.eye(lastSize(strict)))
    return tf.mul(shares, tf.exp(logRemaining(logSechSquared(strict))))
  },
  inverse: (y) => {
    const after = tf.cumsum(tf.square(y), y.rank - 1, true, true)
    const side = lastSize(y)
    const below = timesMatrix(fromSquare(y), tf.transpose(strictSelection(side, false)))
    const left = timesMatrix(fromSquare(after), tf.transpose(strictSelection(side, false)))
    return asinh(tf.div(below, tf.sqrt(left)))
  },
  logDetJacobian: (x) => {
    const logSech = logSechSquared(toStrict(x))
    const side = lastSize(logSech)
    const below = tf.linalg.bandPart(tf.ones([side, side]), -1, 0)
    const counted = tf.mul(tf.add(logSech, logRemaining(logSech)), tf.sub(below, tf.eye(side)))
    return tf.sum(counted, [counted.rank - 2, counted.rank - 1])
  },
  forwardShape: (shape) => squareShape(shape, false),
  inverseShape: (shape) => flatShape(shape, false),
}
