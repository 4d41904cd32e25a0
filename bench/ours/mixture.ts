/** A Bayesian mixture with its assignments summed out exactly, and a mean-field guide on weights, locs and scales. */
import { categorical } from "../../src/distributions/categorical.js"
import { dirichlet } from "../../src/distributions/dirichlet.js"
import { logNormal } from "../../src/distributions/log-normal.js"
import { normal } from "../../src/distributions/normal.js"
import { marginalize } from "../../src/dsl/handlers.js"
import { plate } from "../../src/dsl/plate.js"
import { observe, sample } from "../../src/dsl/primitives.js"
import { model } from "../../src/dsl/program.js"
import { drawnInstead } from "../../src/dsl/reach.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { autoGuide } from "../../src/inference/auto-guide.js"
import type { Open } from "../task.js"
import { sizeOf, tensorOf } from "./read.js"
import { openSteps } from "./steps.js"

const mixture = (k: number, d: number) =>
  model(function* (points: tf.Tensor2D) {
    const weights = yield* sample("weights", dirichlet(tf.ones([k])))
    const component = plate("components", k, function* () {
      const loc = yield* sample("loc", normal(tf.zeros([d]), 10).toEvent(1))
      const scale = yield* sample("scale", logNormal(tf.zeros([d]), 1).toEvent(1))
      return { loc, scale }
    })
    const { loc, scale } = yield* component
    yield* plate("points", points, function* (x) {
      const z = tf.cast((yield* sample("z", categorical({ probs: weights }))) as Tensor, "int32")
      yield* observe("x", normal(tf.gather(loc, z), tf.gather(scale, z)).toEvent(1), x)
    })
  })

export const openMixture: Open = (request) => {
  const points = tensorOf(request, "x")
  const summed = marginalize(mixture(sizeOf(request, "components"), points.shape[1]!), "z")
  return openSteps({
    model: summed,
    guide: autoGuide.meanField(drawnInstead(summed)),
    args: [points],
    learningRate: 1e-2,
    loop: sizeOf(request, "loop"),
    rows: points.shape[0]!,
  })
}
