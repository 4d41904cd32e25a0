/** Functions to be compared on the step machine and on TensorFlow, and the numbers they are given. */
import { categorical } from "../../../src/distributions/categorical.js"
import { gamma } from "../../../src/distributions/gamma.js"
import { normal } from "../../../src/distributions/normal.js"
import type { TensorFunction } from "../../../src/engine/compiled-function.js"
import { sizeOf, type Tensor, tf } from "../../../src/engine/tensor.js"

/** Numbers spread over (-2, 2), none of them twice. */
export const spread = (...shape: number[]): Tensor =>
  tf.tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => 4 * ((i * 0.6180339887) % 1) - 2),
    shape,
  )

/** Numbers over (0.25, 4.25). */
export const positive = (...shape: number[]): Tensor => tf.add(tf.square(spread(...shape)), 0.25)

/** Whole numbers from 0. */
const below = (limit: number, ...shape: number[]): Tensor =>
  tf.tensor(
    Int32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 7) % limit),
    shape,
    "int32",
  )

/** A function with the inputs of its calls. */
export type Case = readonly [name: string, f: TensorFunction, inputs: () => Tensor[]]

const one =
  (f: (x: Tensor, y: Tensor, z: Tensor) => Tensor): TensorFunction =>
  ([x, y, z]) => [f(x!, y!, z!)]

const elementwise: Case[] = [
  [
    "arithmetic",
    one((x, y) => tf.div(tf.sub(tf.mul(x, y), 3), tf.add(y, 1))),
    () => [spread(7, 5), positive(7, 5)],
  ],
  ["broadcasting", one((x, y) => tf.add(tf.mul(x, y), tf.neg(y))), () => [spread(4, 1, 6), positive(3, 1)]],
  ["exp and log", one((x, y) => tf.add(tf.exp(x), tf.log(y))), () => [spread(1000), positive(1000)]],
  ["the gradient of elu", one((x) => tf.grad((y) => tf.sum(tf.elu(y)))(x)), () => [spread(33)]],
  ["softplus and tanh", one((x) => tf.add(tf.softplus(x), tf.tanh(x))), () => [spread(33)]],
  ["choices", one((x, y) => tf.where(tf.greater(x, y), x, tf.square(y))), () => [spread(50), positive(50)]],
  ["integers", one((x, y) => tf.add(tf.mul(x, y), x)), () => [below(11, 9), below(5, 9)]],
  ["casts", one((x, y) => tf.mul(tf.cast(x, "float32"), y)), () => [below(11, 9), spread(9)]],
  ["a constant", one((x) => tf.mul(x, tf.tensor1d([1, 2, 3]))), () => [spread(5, 3)]],
]

const rearranged: Case[] = [
  ["a transpose", one((x) => tf.exp(tf.transpose(x))), () => [spread(7, 13)]],
  ["a slice", one((x) => tf.mul(tf.slice(x, [1, 2], [3, 4]), 2)), () => [spread(5, 9)]],
  ["parts joined", one((x, y) => tf.concat([x, tf.neg(y), x], 1)), () => [spread(4, 3), spread(4, 2)]],
  ["a stack", one((x, y) => tf.stack([x, y], 1)), () => [spread(4, 3), positive(4, 3)]],
  [
    "padding",
    one((x) =>
      tf.pad(
        x,
        [
          [1, 2],
          [0, 3],
        ],
        -1,
      ),
    ),
    () => [spread(3, 4)],
  ],
  ["a reversal", one((x) => tf.reverse(x, 1)), () => [spread(3, 4)]],
  ["tiles", one((x) => tf.tile(x, [2, 3])), () => [spread(3, 2)]],
  ["a shape alone", one((x) => tf.reshape(x, [6, 4])), () => [spread(2, 3, 4)]],
  ["a transpose alone", one((x) => tf.transpose(x, [2, 0, 1])), () => [spread(2, 3, 4)]],
  ["gathered rows", one((x, i) => tf.gather(x, i)), () => [spread(20, 6), below(20, 30)]],
  ["gathered columns", one((x, i) => tf.gather(x, i, 1)), () => [spread(6, 20), below(20, 4)]],
  [
    "one-hot rows",
    one((i, x) => tf.matMul(tf.oneHot(i as tf.Tensor1D, 6), x)),
    () => [below(6, 9), spread(6, 3)],
  ],
]

const summaries: Case[] = [
  ["a sum", one((x) => tf.sum(x)), () => [positive(1000, 30)]],
  ["sums of rows", one((x) => tf.sum(tf.square(x), 1)), () => [spread(300, 70)]],
  ["means of columns", one((x) => tf.mean(x, 0, true)), () => [spread(300, 70)]],
  ["extremes", ([x]) => [tf.max(x!, 1), tf.min(x!, 0)], () => [spread(31, 17)]],
  ["log-sum-exp", one((x) => tf.logSumExp(x, 1)), () => [spread(200, 10)]],
  ["softmax", one((x) => tf.softmax(x)), () => [spread(40, 10)]],
  ["cumulative sums", one((x) => tf.cumsum(x, 1)), () => [spread(4, 30)]],
  ["a product", one((x, y) => tf.matMul(x, y)), () => [spread(65, 33), spread(33, 47)]],
  ["a product turned", one((x, y) => tf.matMul(x, y, true, true)), () => [spread(33, 65), spread(47, 33)]],
  ["a batch of products", one((x, y) => tf.matMul(x, y)), () => [spread(5, 6, 7), spread(5, 7, 8)]],
  [
    "a layer",
    one((x, w, b) => tf.relu(tf.add(tf.matMul(x, w), b))),
    () => [spread(32, 20), spread(20, 12), spread(12)],
  ],
]

const outcomes: Case[] = [
  ["an input unchanged", ([x, y]) => [x!, y!], () => [spread(5), below(3, 4)]],
  ["an input reshaped and whole", ([x]) => [tf.reshape(x!, [6]), x!], () => [spread(2, 3)]],
  ["one result twice", ([x]) => ((y) => [y, y, tf.reshape(y, [6])])(tf.exp(x!)), () => [spread(2, 3)]],
  ["a result and what is made of it", ([x]) => ((y) => [y, tf.sum(y)])(tf.exp(x!)), () => [spread(2000)]],
  ["a part of a result", ([x]) => ((y) => [y, tf.slice(y, [2], [5])])(tf.exp(x!)), () => [spread(9)]],
  ["a constant result", ([x]) => [tf.tensor1d([1, 2, 3]), tf.neg(x!)], () => [spread(2)]],
  ["a scalar", one((x) => tf.mul(x, 3)), () => [tf.scalar(1.5)]],
  ["an unused input", one((x) => tf.neg(x)), () => [spread(3), spread(4)]],
  ["many inputs", (xs) => [tf.addN([...xs])], () => Array.from({ length: 12 }, (_, i) => spread(3 + 0 * i))],
  [
    "more elements than one thread takes",
    one((x, y) => tf.add(tf.exp(x), y)),
    () => [spread(300_001), spread(300_001)],
  ],
]

const densities: Case[] = [
  [
    "log p, normal",
    one((x, m, s) => normal(m, s).logProb(x)),
    () => [spread(5000), spread(5000), positive(5000)],
  ],
  [
    "log p, gamma",
    one((x, c, r) => gamma({ concentration: c, rate: r }).logProb(x)),
    () => [positive(5000), positive(5000), positive(5000)],
  ],
  [
    "log p, categorical",
    one((x, logits) => categorical({ logits }).logProb(tf.cast(x, "float32"))),
    () => [below(10, 5000), spread(5000, 10)],
  ],
]

/** All of them. */
export const cases: readonly Case[] = [...elementwise, ...rearranged, ...summaries, ...outcomes, ...densities]
