/** PPCA with a linear amortized guide, written with the peers' parameters: z ~ N(0, I), x ~ N(z W + mu, exp(s)²). */
import { normal } from "../../src/distributions/normal.js"
import { plate } from "../../src/dsl/plate.js"
import { observe, param, sample } from "../../src/dsl/primitives.js"
import { guide, model } from "../../src/dsl/program.js"
import { fold, standardNormal } from "../../src/engine/random.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import type { Open } from "../task.js"
import { sizeOf, tensorOf } from "./read.js"
import { openSteps } from "./steps.js"

const small =
  (rows: number, columns: number) =>
  (key: Parameters<typeof fold>[0]): Tensor =>
    tf.mul(standardNormal(fold(key, "small"), [rows, columns]), 0.1)

const product = (x: Tensor, w: Tensor): Tensor => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)

const programs = (d: number, q: number) => {
  const table = model(function* (rows: tf.Tensor2D) {
    const loadings = yield* param("loadings", small(q, d))
    const mean = yield* param("mean", () => tf.zeros([d]))
    const logScale = yield* param("logScale", 0)
    yield* plate("rows", rows, function* (x) {
      const z = yield* sample("z", normal(tf.zeros([q]), 1).toEvent(1))
      yield* observe("x", normal(tf.add(product(z, loadings), mean), tf.exp(logScale)).toEvent(1), x)
    })
  })
  const linear = guide(table, function* (rows) {
    const weights = yield* param("weights", small(d, q))
    const bias = yield* param("bias", () => tf.zeros([q]))
    const logDeviation = yield* param("logDeviation", () => tf.zeros([q]))
    yield* plate("rows", rows, function* (x) {
      const loc = tf.add(product(x, weights), bias)
      yield* sample("z", normal(loc, tf.exp(logDeviation)).toEvent(1))
    })
  })
  return { table, linear }
}

export const openPpca: Open = (request) => {
  const x = tensorOf(request, "x")
  const { table, linear } = programs(x.shape[1]!, sizeOf(request, "latents"))
  return openSteps({
    model: table,
    guide: linear,
    args: [x],
    batch: sizeOf(request, "batch"),
    learningRate: 1e-2,
    loop: sizeOf(request, "loop"),
    rows: x.shape[0]!,
  })
}
