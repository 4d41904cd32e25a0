/** Functions of a matrix of positive numbers, most of them one kernel of TensorFlow.js and its gradient, for the recorder. */
import { takeLast } from "../../../src/engine/last-axis.js"
import { cholesky, triangularSolve } from "../../../src/engine/linear/index.js"
import { digamma, erf, lgamma, logSumExp } from "../../../src/engine/special/index.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"

/** The matrix that is trained, and one of its shape that is not. */
export type Case = (x: tf.Tensor2D, data: tf.Tensor2D) => Tensor

/** Rows and columns of the matrix. */
export const [rows, columns] = [6, 5] as const

const int = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, "int32")

const float = (x: Tensor): Tensor => tf.cast(x, "float32")

const square = (x: tf.Tensor2D): Tensor => tf.add(tf.matMul(x, x, true), tf.mul(tf.eye(columns), 2))

/** Each element by itself. */
export const elementwiseCases: Readonly<Record<string, Case>> = {
  "abs, neg, sign, square": (x) => tf.mul(tf.abs(tf.neg(x)), tf.add(tf.sign(x), tf.square(x))),
  "exp, expm1, log, log1p": (x) => tf.add(tf.exp(x), tf.mul(tf.expm1(x), tf.add(tf.log(x), tf.log1p(x)))),
  "sqrt, rsqrt, reciprocal": (x) => tf.add(tf.sqrt(x), tf.mul(tf.rsqrt(x), tf.reciprocal(x))),
  "sigmoid, softplus, tanh": (x) => tf.add(tf.sigmoid(x), tf.mul(tf.softplus(x), tf.tanh(x))),
  trigonometric: (x) => tf.add(tf.sin(x), tf.mul(tf.cos(x), tf.tan(tf.mul(x, 0.3)))),
  "inverse trigonometric": (x) =>
    tf.add(tf.asin(tf.mul(x, 0.3)), tf.add(tf.acos(tf.mul(x, 0.3)), tf.atan(x))),
  hyperbolic: (x) => tf.add(tf.sinh(x), tf.add(tf.cosh(x), tf.add(tf.asinh(x), tf.acosh(tf.add(x, 2))))),
  "floor, ceil, round, mod": (x) =>
    tf.mul(
      x,
      tf.add(tf.floor(tf.mul(x, 3)), tf.add(tf.ceil(x), tf.add(tf.round(tf.mul(x, 5)), tf.mod(x, 0.7)))),
    ),
  "quotients and powers": (x, data) => tf.add(tf.div(x, data), tf.pow(x, tf.add(tf.abs(data), 1))),
  "maximum, minimum, clip": (x, data) =>
    tf.add(tf.maximum(x, data), tf.mul(tf.minimum(x, 1), tf.clipByValue(x, 0.4, 1.4))),
  "squared difference, atan2": (x, data) => tf.add(tf.squaredDifference(x, data), tf.atan2(x, data)),
  "comparisons and choices": (x, data) =>
    tf.where(
      tf.logicalAnd(tf.greater(x, 0.5), tf.logicalNot(tf.lessEqual(x, data))),
      tf.square(x),
      tf.mul(x, 3),
    ),
  "more comparisons": (x, data) =>
    tf.mul(
      x,
      float(
        tf.logicalOr(
          tf.equal(x, data),
          tf.logicalAnd(tf.less(x, 1), tf.notEqual(tf.greaterEqual(x, 0.5), tf.less(data, 0))),
        ),
      ),
    ),
  "relu and its kin": (x) => {
    const y = tf.sub(x, 1)
    return tf.add(
      tf.relu(y),
      tf.add(tf.relu6(tf.mul(y, 9)), tf.add(tf.elu(y), tf.add(tf.selu(y), tf.leakyRelu(y, 0.1)))),
    )
  },
  "prelu and step": (x, data) => tf.mul(tf.prelu(tf.sub(x, 1), data), tf.step(tf.sub(x, 0.7), 0.25)),
  "sums of many, zeros and ones": (x, data) =>
    tf.addN([x, data, tf.zerosLike(x), tf.onesLike(x), tf.fill([rows, columns], 2)]),
  "masks of fractions": (x) => tf.mul(x, float(tf.cast(tf.floor(x), "bool"))),
  "special functions": (x) => tf.add(lgamma(x), tf.mul(digamma(x), erf(x))),
}

/** Elements elsewhere, rows by number. */
export const viewCases: Readonly<Record<string, Case>> = {
  "reshape, expand, squeeze, transpose": (x) =>
    tf.mul(tf.transpose(tf.squeeze(tf.expandDims(tf.reshape(x, [columns, rows]), 1))), x),
  slices: (x) => tf.mul(tf.slice(x, [1, 1], [2, 3]), tf.slice(x, [3], [2]).slice([0, 2], [-1, -1])),
  "strided slices": (x) =>
    tf.mul(tf.stridedSlice(x, [0, 4], [6, 0], [2, -2]), tf.stridedSlice(x, [1, 0], [6, 2], [2, 1])),
  "a row dropped of its axis": (x) =>
    tf.mul(tf.stridedSlice(x, [2, 0], [3, 5], [1, 1], 0, 0, 0, 0, 1), tf.sum(x, 0)),
  "split and concat": (x) => {
    const [a, b, c] = tf.split(x, [1, 3, 1], 1)
    return tf.mul(tf.concat([b!, tf.concat([c!, a!], -1)], 1), x)
  },
  "stack and unstack": (x) =>
    tf.stack(
      tf.unstack(x, 1).map((column, i) => tf.mul(column, i)),
      -1,
    ),
  "pad, tile, reverse": (x) =>
    tf.mul(
      tf.reverse(
        tf.pad(
          x,
          [
            [1, 0],
            [0, 2],
          ],
          0.5,
        ),
        1,
      ),
      tf.tile(tf.slice(x, [0, 0], [1, 1]), [rows + 1, columns + 2]),
    ),
  "a row repeated": (x) => tf.mul(x, tf.broadcastTo(tf.slice(x, [2, 0], [1, columns]), [rows, columns])),
  "gather by rows and by columns": (x) =>
    tf.mul(tf.gather(x, int(3, 0, 3)), tf.gather(tf.gather(x, int(4, 1, 1, 0, 2), 1), int(1, 5, 2))),
  "one hot": (x) => tf.mul(x, float(tf.oneHot(int(0, 4, 2, 2, 1, 9), columns))),
  ranges: (x) => tf.mul(x, tf.add(tf.range(0, columns), tf.linspace(0, 1, columns))),
  "picks of each row": (x) => tf.mul(takeLast(x, int(0, 4, 2, 2, 1, 3)), tf.sum(x, 1)),
}

/** Sums along axes, products of matrices, factors. */
export const reductionCases: Readonly<Record<string, Case>> = {
  "sum and mean": (x) => tf.mul(tf.sum(x, 1, true), tf.add(tf.mean(x), tf.mean(tf.square(x), 0))),
  "largest and smallest": (x) => tf.mul(tf.max(x, -1), tf.add(tf.min(x, 1), tf.sum(x))),
  "product, all, any": (x) =>
    tf.mul(
      tf.prod(tf.mul(x, 1.1), 1),
      float(tf.logicalOr(tf.all(tf.greater(x, 0.4), 1), tf.any(tf.greater(x, 1.9), 1))),
    ),
  "cumulated sums": (x) => tf.mul(tf.cumsum(x, 1), tf.cumsum(x, 0, true, true)),
  "cumulated products": (x) => tf.cumprod(x, 1, true),
  "softmax and its logarithm": (x) => tf.mul(tf.softmax(x), tf.add(tf.logSoftmax(x), logSumExp(x, 1, true))),
  "where the largest is": (x) => tf.mul(tf.sum(x, 1), float(tf.add(tf.argMax(x, 1), tf.argMin(x, 1)))),
  "the largest three": (x) => tf.topk(x, 3).values,
  "products, both ways": (x, data) => tf.matMul(tf.matMul(x, data, true), tf.transpose(x)),
  "products in batches": (x) => {
    const batch = tf.reshape(x, [3, 2, columns])
    return tf.matMul(batch, batch, false, true)
  },
  "a layer in one": (x, data) =>
    tf.fused.matMul({
      a: x,
      b: tf.slice(data, [0, 0], [columns, columns]),
      bias: tf.sum(x, 0),
      activation: "relu",
    }),
  einsum: (x, data) => tf.einsum("ij,kj->ik", x, data),
  "sums by number": (x) => tf.unsortedSegmentSum(x, int(0, 2, 1, 2, 0, 2), 3),
  "a factor and what it solves": (x) => {
    const factor = cholesky(square(x))
    return tf.mul(triangularSolve(factor, tf.transpose(x)), 0.5)
  },
}
