/**
 * The error function, the normal distribution function, and their inverses and logarithms, for tensors. Left out: the
 * normal distribution itself (`src/distributions/normal.ts`). Next: `double/error-function.ts`.
 */
import { elementwise } from "../elementwise.js"
import type { DoubleFormula } from "../native-double.js"
import { floatNative, inDouble } from "../native-double.js"
import { tf } from "../tensor.js"
import * as double from "./double/error-function.js"
import * as quantile from "./double/normal-quantile.js"

const twoOverRootPi = 2 / Math.sqrt(Math.PI)
const rootTwoPi = Math.sqrt(2 * Math.PI)

/** erf(x) = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, elementwise; within 6 units in the last place. */
export const erf = elementwise({
  name: "LatentlyErf",
  native: floatNative("Erf"),
  scalar: double.erf,
  gradient: (dy, [x]) => [() => tf.mul(dy, tf.mul(twoOverRootPi, tf.exp(tf.neg(tf.square(x!)))))],
})

/** 1 - erf(x), elementwise, without cancellation for large x. */
export const erfc = elementwise({
  name: "LatentlyErfc",
  native: "Erfc",
  scalar: double.erfc,
  gradient: (dy, [x]) => [() => tf.mul(dy, tf.mul(-twoOverRootPi, tf.exp(tf.neg(tf.square(x!)))))],
})

/**
 * The inverse of `erf` on (-1, 1), elementwise; +-Infinity at +-1. In double precision on every backend: the native
 * float32 op rounds its argument near 1/2 and so loses every digit near 0.
 */
export const erfinv = elementwise({
  name: "LatentlyErfinv",
  native: "Erfinv",
  scalar: quantile.erfinv,
  gradient: (dy, _, y) => [() => tf.mul(dy, tf.mul(1 / twoOverRootPi, tf.exp(tf.square(y))))],
})

/** The standard normal density exp(-x^2/2) / sqrt(2 pi), with x^2 in double precision. */
const density = elementwise({
  name: "LatentlyNormalDensity",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [x]) =>
      ops.mul(ops.call("Exp", ops.mul(ops.call("Square", x!), -0.5)), 1 / rootTwoPi),
    ),
  scalar: (x) => Math.exp(-0.5 * x * x) / rootTwoPi,
  gradient: (dy, [x], y) => [() => tf.neg(tf.mul(dy, tf.mul(x!, y)))],
})

/** The standard normal distribution function Phi(x), elementwise, with full relative accuracy in the left tail. */
export const ndtr = elementwise({
  name: "LatentlyNdtr",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [x]) => ops.mul(ops.call("Erfc", ops.mul(x!, -Math.SQRT1_2)), 0.5)),
  scalar: double.ndtr,
  gradient: (dy, [x]) => [() => tf.mul(dy, density(x!))],
})

/** 1 - 1/x^2 + 3/x^4 - 15/x^6 + 105/x^8 - 945/x^10: x Phi(-x) / density(x) for x >= 10, to 1e-8. */
const tailSeries: DoubleFormula = (ops, [x]) => {
  const w = ops.call("Reciprocal", ops.call("Square", x!))
  let sum = ops.mul(w, -9)
  for (const factor of [7, 5, 3, 1]) sum = ops.mul(ops.mul(w, -factor), ops.add(sum, 1))
  return ops.add(sum, 1)
}

const far = -10

const nativeLogNdtr: DoubleFormula = (ops, [x]) => {
  // both forms are evaluated everywhere: keep each one's argument inside its own range
  const tail = ops.call("Minimum", x!, ops.constant(far))
  const body = ops.call("Maximum", x!, ops.constant(far))
  const half = ops.mul(ops.call("Erfc", ops.mul(ops.call("Abs", body), Math.SQRT1_2)), 0.5)
  const left = ops.call("Log", half)
  const right = ops.call("Log1p", ops.call("Neg", half))
  const positive = ops.call("Greater", body, ops.constant(0))
  const size = ops.call("Log", ops.mul(ops.call("Neg", tail), rootTwoPi))
  const series = ops.sub(ops.call("Log", tailSeries(ops, [tail])), size)
  const tailValue = ops.sub(series, ops.mul(ops.call("Square", tail), 0.5))
  const isTail = ops.call("Less", x!, ops.constant(far))
  return ops.select(isTail, tailValue, ops.select(positive, right, left))
}

const nativeHazard: DoubleFormula = (ops, [x]) => {
  const tail = ops.call("Minimum", x!, ops.constant(far))
  const body = ops.call("Maximum", x!, ops.constant(far))
  const gauss = ops.call("Exp", ops.mul(ops.call("Square", body), -0.5))
  const mass = ops.call("Erfc", ops.mul(body, -Math.SQRT1_2))
  const ratio = ops.mul(ops.div(gauss, mass), 2 / rootTwoPi)
  const tailValue = ops.div(ops.call("Neg", tail), tailSeries(ops, [tail]))
  return ops.select(ops.call("Less", x!, ops.constant(far)), tailValue, ratio)
}

/** density(x) / Phi(x), the derivative of `logNdtr`; its own derivative is -h (x + h). */
const hazard = elementwise({
  name: "LatentlyNormalHazard",
  native: (inputs, backend) => inDouble(backend, inputs, nativeHazard),
  scalar: double.normalHazard,
  gradient: (dy, [x], h) => [() => tf.neg(tf.mul(dy, tf.mul(h, tf.add(x!, h))))],
})

/**
 * log Phi(x), elementwise: about -x^2/2 - log(-x sqrt(2 pi)) far to the left, where Phi underflows, and -Phi(-x) far to
 * the right. Its gradient stays right there too.
 *
 * @example logNdtr(-1000) // -500007.83
 */
export const logNdtr = elementwise({
  name: "LatentlyLogNdtr",
  native: (inputs, backend) => inDouble(backend, inputs, nativeLogNdtr),
  scalar: double.logNdtr,
  gradient: (dy, [x]) => [() => tf.mul(dy, hazard(x!))],
})

/** The standard normal quantile, the inverse of `ndtr` on (0, 1), elementwise; +-Infinity at the ends, NaN outside. */
export const ndtri = elementwise({
  name: "LatentlyNdtri",
  native: floatNative("Ndtri"),
  scalar: quantile.ndtri,
  gradient: (dy, _, z) => [() => tf.mul(dy, tf.mul(rootTwoPi, tf.exp(tf.mul(0.5, tf.square(z)))))],
})
