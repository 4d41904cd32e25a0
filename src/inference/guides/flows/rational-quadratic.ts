/**
 * Monotone rational-quadratic splines of single numbers: K bins on [-bound, bound] with slopes at their ends, the identity
 * outside (Gregory and Delbourgo 1982; Durkan, Bekasov, Murray and Papamakarios 2019). Next: `spline-coupling.ts`.
 */
import { stopGradient } from "../../../engine/repair/index.js"
import { type Tensor, tf } from "../../../engine/tensor.js"
import type { Elementwise } from "./coupling.js"

/** Widths, heights and inner slopes lie at least so far above 0. */
const least = 1e-3

/** At raw parameter 0 this makes a slope of 1. */
const unitSlope = Math.log(Math.exp(1 - least) - 1)

interface Knots {
  readonly left: Tensor
  readonly width: Tensor
  readonly bottom: Tensor
  readonly height: Tensor
  readonly slopeLeft: Tensor
  readonly slopeRight: Tensor
}

const shares = (raw: Tensor, bins: number): Tensor => tf.add(tf.mul(tf.softmax(raw), 1 - least * bins), least)

const lastAxis = (x: Tensor): number => x.rank - 1

/** Where bins begin, [..., bins], from their sizes. */
const starts = (sizes: Tensor, bound: number): Tensor =>
  tf.sub(tf.cumsum(sizes, lastAxis(sizes), true), bound)

const slopesOf = (raw: Tensor): [Tensor, Tensor] => {
  const inner = tf.add(tf.softplus(tf.add(raw, unitSlope)), least)
  const ones = tf.ones([...raw.shape.slice(0, -1), 1])
  return [tf.concat([ones, inner], -1), tf.concat([inner, ones], -1)]
}

/** The bin that holds each number: a mask [..., bins] by where bins begin. */
const binOf = (x: Tensor, begins: Tensor): Tensor => {
  const reached = tf.cast(
    tf.greaterEqual(tf.expandDims(stopGradient(x), -1), stopGradient(begins)),
    "float32",
  )
  const bins = begins.shape.at(-1)!
  const lead = begins.shape.slice(0, -1)
  const next = tf.concat(
    [tf.slice(reached, [...lead.map(() => 0), 1], [...lead, bins - 1]), tf.zeros([...lead, 1])],
    -1,
  )
  return tf.sub(reached, next)
}

type Table = { readonly widths: Tensor; readonly heights: Tensor; readonly slopes: [Tensor, Tensor] }

const tableOf = (parameters: Tensor, bins: number, bound: number): Table => {
  const [w, h, s] = tf.split(parameters, [bins, bins, bins - 1], -1) as [Tensor, Tensor, Tensor]
  return {
    widths: tf.mul(shares(w, bins), 2 * bound),
    heights: tf.mul(shares(h, bins), 2 * bound),
    slopes: slopesOf(s),
  }
}

const knotsAt = ({ widths, heights, slopes }: Table, mask: Tensor, bound: number): Knots => {
  const pick = (x: Tensor): Tensor => tf.sum(tf.mul(x, mask), -1)
  return {
    left: pick(starts(widths, bound)),
    width: pick(widths),
    bottom: pick(starts(heights, bound)),
    height: pick(heights),
    slopeLeft: pick(slopes[0]),
    slopeRight: pick(slopes[1]),
  }
}

/** log of the slope at ξ, the place inside a bin from 0 to 1. */
const logSlope = (xi: Tensor, { width, height, slopeLeft, slopeRight }: Knots): Tensor => {
  const steep = tf.div(height, width)
  const rest = tf.sub(1, xi)
  const mixed = tf.mul(xi, rest)
  const bend = tf.sub(tf.add(slopeLeft, slopeRight), tf.mul(2, steep))
  const below = tf.add(steep, tf.mul(bend, mixed))
  const above = tf.add(
    tf.add(tf.mul(slopeRight, tf.square(xi)), tf.mul(tf.mul(2, steep), mixed)),
    tf.mul(slopeLeft, tf.square(rest)),
  )
  return tf.sub(tf.add(tf.mul(2, tf.log(steep)), tf.log(above)), tf.mul(2, tf.log(below)))
}

const valueAt = (xi: Tensor, { bottom, width, height, slopeLeft, slopeRight }: Knots): Tensor => {
  const steep = tf.div(height, width)
  const mixed = tf.mul(xi, tf.sub(1, xi))
  const bend = tf.sub(tf.add(slopeLeft, slopeRight), tf.mul(2, steep))
  const above = tf.mul(height, tf.add(tf.mul(steep, tf.square(xi)), tf.mul(slopeLeft, mixed)))
  return tf.add(bottom, tf.div(above, tf.add(steep, tf.mul(bend, mixed))))
}

/** ξ where the spline has the height of y: the stable root of a quadratic, in units of the bin's height. */
const placeOf = (y: Tensor, { bottom, width, height, slopeLeft, slopeRight }: Knots): Tensor => {
  const steep = tf.div(height, width)
  const up = tf.clipByValue(tf.div(tf.sub(y, bottom), height), 0, 1)
  const bent = tf.mul(up, tf.sub(tf.add(slopeLeft, slopeRight), tf.mul(2, steep)))
  const a = tf.add(tf.sub(steep, slopeLeft), bent)
  const b = tf.sub(slopeLeft, bent)
  const c = tf.neg(tf.mul(steep, up))
  const root = tf.sqrt(tf.maximum(tf.sub(tf.square(b), tf.mul(4, tf.mul(a, c))), 1e-12))
  return tf.div(tf.mul(2, c), tf.sub(tf.neg(b), root))
}

/** Splines with `bins` bins on [-bound, bound]; raw parameters 0 make the identity. */
export const rationalQuadratic = (bins: number, bound: number): Elementwise => {
  const within = (x: Tensor): { inside: Tensor; safe: Tensor } => {
    const inside = tf.less(tf.abs(stopGradient(x)), bound)
    return { inside, safe: tf.where(inside, x, tf.zerosLike(x)) }
  }
  return {
    parameters: 3 * bins - 1,
    forward: (x, parameters) => {
      const { inside, safe } = within(x)
      const table = tableOf(parameters, bins, bound)
      const knots = knotsAt(table, binOf(safe, starts(table.widths, bound)), bound)
      const xi = tf.div(tf.sub(safe, knots.left), knots.width)
      return {
        y: tf.where(inside, valueAt(xi, knots), x),
        slopes: tf.where(inside, logSlope(xi, knots), tf.zerosLike(x)),
      }
    },
    inverse: (y, parameters) => {
      const { inside, safe } = within(y)
      const table = tableOf(parameters, bins, bound)
      const knots = knotsAt(table, binOf(safe, starts(table.heights, bound)), bound)
      return tf.where(inside, tf.add(knots.left, tf.mul(placeOf(safe, knots), knots.width)), y)
    },
  }
}
