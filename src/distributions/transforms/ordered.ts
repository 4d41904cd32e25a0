/** Real vectors to vectors in increasing order. */
import { type Tensor, tf } from "../../engine/tensor.js"
import { ordered as increasing, positiveOrdered as increasingPositive } from "../support-structured.js"
import { lastSize, realOfRank, sliceLast, type Transform } from "./transform.js"

const differences = (y: Tensor): Tensor =>
  tf.sub(sliceLast(y, 1, lastSize(y) - 1), sliceLast(y, 0, lastSize(y) - 1))

const first = (x: Tensor): Tensor => sliceLast(x, 0, 1)

const rest = (x: Tensor): Tensor => sliceLast(x, 1, lastSize(x) - 1)

const cumulative = (x: Tensor): Tensor => tf.cumsum(x, x.rank - 1)

/**
 * y₁ = x₁, yₖ = yₖ₋₁ + exp xₖ; log-determinant Σ_{k>1} xₖ.
 *
 * @example ordered.forward(tf.tensor1d([0, 0, 0]))   // [0, 1, 2]
 */
export const ordered: Transform = {
  name: "ordered",
  domain: realOfRank(1),
  codomain: increasing,
  forward: (x) => cumulative(tf.concat([first(x), tf.exp(rest(x))], -1)),
  inverse: (y) => tf.concat([first(y), tf.log(differences(y))], -1),
  logDetJacobian: (x) => tf.sum(rest(x), -1),
  forwardShape: (shape) => shape,
  inverseShape: (shape) => shape,
}

/**
 * y₁ = exp x₁, yₖ = yₖ₋₁ + exp xₖ; log-determinant Σ xₖ.
 *
 * @example positiveOrdered.forward(tf.tensor1d([0, 0]))   // [1, 2]
 */
export const positiveOrdered: Transform = {
  name: "positiveOrdered",
  domain: realOfRank(1),
  codomain: increasingPositive,
  forward: (x) => cumulative(tf.exp(x)),
  inverse: (y) => tf.log(tf.concat([first(y), differences(y)], -1)),
  logDetJacobian: (x) => tf.sum(x, -1),
  forwardShape: (shape) => shape,
  inverseShape: (shape) => shape,
}
