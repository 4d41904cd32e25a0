/** Planar flows: a push along one direction, as strong as the place along another says. Next: `../flow-guide.ts`. */
import { param } from "../../../dsl/primitives.js"
import { fold, type Key, standardNormal } from "../../../engine/random.js"
import { stopGradient } from "../../../engine/repair/index.js"
import { log1p } from "../../../engine/special/index.js"
import { type Tensor, tf } from "../../../engine/tensor.js"
import type { Layer, LayerMaker } from "./flow.js"

const dot = (a: Tensor, b: Tensor): Tensor => tf.sum(tf.mul(a, b), -1)

/** u moved along w so that wᵀu > -1, which makes the layer invertible (Rezende and Mohamed 2015, appendix A.1). */
const safely = (u: Tensor, w: Tensor): Tensor => {
  const along = dot(w, u)
  const wanted = tf.sub(tf.softplus(along), 1)
  return tf.add(u, tf.mul(tf.div(tf.sub(wanted, along), tf.add(dot(w, w), 1e-12)), w))
}

/** Halvings that bring an interval of float32 numbers down to rounding. */
const halvings = 40

/** a with a + g tanh(a + b) = target, g > -1: by halving, then one Newton step, which carries the gradient. */
const placeOf = (target: Tensor, g: Tensor, b: Tensor): Tensor => {
  const [goal, gain, shift] = [stopGradient(target), stopGradient(g), stopGradient(b)]
  const reach = tf.abs(gain)
  let [low, high] = [tf.sub(goal, reach), tf.add(goal, reach)]
  for (let i = 0; i < halvings; i++) {
    const middle = tf.mul(tf.add(low, high), 0.5)
    const below = tf.less(tf.add(middle, tf.mul(gain, tf.tanh(tf.add(middle, shift)))), goal)
    ;[low, high] = [tf.where(below, middle, low), tf.where(below, high, middle)]
  }
  const start = tf.mul(tf.add(low, high), 0.5)
  const bent = tf.tanh(tf.add(start, b))
  const slope = tf.add(1, tf.mul(g, tf.sub(1, tf.square(bent))))
  return tf.sub(start, tf.div(tf.sub(tf.add(start, tf.mul(g, bent)), target), slope))
}

/**
 * A planar flow, y = x + û tanh(wᵀx + b), log-determinant log(1 + ûᵀw (1 - tanh²)) (Rezende and Mohamed 2015). û is u moved along w
 * until ûᵀw > -1. The inverse is found by halving along w.
 */
export const planar: LayerMaker = function* (name, size) {
  const small = (key: Key): Tensor => tf.mul(standardNormal(fold(key, "direction"), [size]), 0.1)
  const w: Tensor = yield* param(`${name}/w`, (key: Key) => tf.add(small(key), 1 / Math.sqrt(size)))
  const raw: Tensor = yield* param(`${name}/u`, small)
  const b: Tensor = yield* param(`${name}/b`, () => tf.scalar(0))
  const u = safely(raw, w)
  const gain = dot(w, u)
  const layer: Layer = {
    name: "planar",
    forward: (x) => {
      const bent = tf.tanh(tf.add(dot(x, w), b))
      return {
        y: tf.add(x, tf.mul(tf.expandDims(bent, -1), u)),
        logDet: log1p(tf.mul(gain, tf.sub(1, tf.square(bent)))),
      }
    },
    inverse: (y) => {
      const place = placeOf(dot(y, w), gain, b)
      return tf.sub(y, tf.mul(tf.expandDims(tf.tanh(tf.add(place, b)), -1), u))
    },
  }
  return layer
}
