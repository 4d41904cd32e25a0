/**
 * Log-gamma, its derivatives, and their differences, for tensors. Left out: the beta function (`beta.ts`) and incomplete
 * gamma functions (`incomplete.ts`). Next: `double/gamma.ts` for the series behind the typed-array backends.
 */
import { elementwise } from "../elementwise.js"
import type { DoubleFormula, DoubleOps, NativeValue } from "../native-double.js"
import { floatNative, inDouble } from "../native-double.js"
import type { Tensor, TensorLike } from "../tensor.js"
import { tf } from "../tensor.js"
import * as double from "./double/gamma.js"

/**
 * log |Gamma(x)|, elementwise; +Infinity at 0 and the negative whole numbers. Within 3 units in the last place of float32
 * on `tensorflow`, correctly rounded elsewhere. Derivative: `digamma`.
 *
 * @example lgamma(5) // log 24
 */
export const lgamma = elementwise({
  name: "LatentlyLgamma",
  native: floatNative("Lgamma"),
  scalar: double.lgamma,
  gradient: (dy, [x]) => [() => tf.mul(dy, digamma(x!))],
})

/** The derivative of `lgamma`, correctly rounded (in double precision everywhere, because it crosses zero at 1.46). */
export const digamma = elementwise({
  name: "LatentlyDigamma",
  native: "Digamma",
  scalar: double.digamma,
  gradient: (dy, [x]) => [() => tf.mul(dy, trigamma(x!))],
})

const polygammas = new Map<number, (x: TensorLike) => Tensor>()

const definePolygamma = (order: number): ((x: TensorLike) => Tensor) =>
  elementwise({
    name: `LatentlyPolygamma${order}`,
    native: (inputs, backend) =>
      inDouble(backend, inputs, (ops, [x]) => ops.call("Polygamma", ops.constant(order), x!)),
    scalar: (x) => double.polygamma(order, x),
    gradient: (dy, [x]) => [() => tf.mul(dy, polygamma(order + 1, x!))],
  })

/**
 * The derivative of order n (a whole number) of `digamma`: (-1)^(n+1) n! sum over k >= 0 of 1 / (x + k)^(n+1), x > 0.
 *
 * @example polygamma(1, 1) // pi^2 / 6
 */
export const polygamma = (order: number, x: TensorLike): Tensor => {
  if (order === 0) return digamma(x)
  if (!polygammas.has(order)) polygammas.set(order, definePolygamma(order))
  return polygammas.get(order)!(x)
}

/** The derivative of `digamma`: `polygamma(1, x)`. */
export const trigamma = (x: TensorLike): Tensor => polygamma(1, x)

/** Stirling's correction with three terms: exact to 1e-10 from 10 on. */
const nativeCorrection = (ops: DoubleOps, x: NativeValue): NativeValue => {
  const inverse = ops.call("Reciprocal", x)
  const square = ops.call("Square", inverse)
  const inner = ops.add(ops.mul(square, Math.fround(1 / 1260)), Math.fround(-1 / 360))
  return ops.mul(inverse, ops.add(ops.mul(square, inner), 1 / 12))
}

/** lgamma(x + d) - lgamma(x) by Stirling where both arguments are 10 or more, else as a difference of doubles. */
export const nativeLgammaDifference: DoubleFormula = (ops, [x, d]) => {
  const end = ops.add(x!, d!)
  const plain = ops.sub(ops.call("Lgamma", end), ops.call("Lgamma", x!))
  const steps = ops.mul(ops.sub(x!, 0.5), ops.call("Log1p", ops.div(d!, x!)))
  const correction = ops.sub(nativeCorrection(ops, end), nativeCorrection(ops, x!))
  const stirling = ops.add(
    ops.add(steps, ops.mul(d!, ops.sub(ops.call("Log", end), ops.constant(1)))),
    correction,
  )
  const large = ops.call("GreaterEqual", ops.call("Minimum", x!, end), ops.constant(10))
  return ops.select(large, stirling, plain)
}

/**
 * lgamma(x + d) - lgamma(x) for x > 0, x + d > 0, elementwise, without the cancellation that makes the plain difference
 * useless in float32 (at x = 1e6, d = 1 it has no right digit). The log of a rising factorial: what the binomial, negative
 * binomial, Student t and Dirichlet-multinomial densities are made of.
 *
 * @example lgammaDifference(1e6, 1) // log 1e6
 */
export const lgammaDifference = elementwise({
  name: "LatentlyLgammaDifference",
  native: (inputs, backend) => inDouble(backend, inputs, nativeLgammaDifference),
  scalar: double.lgammaDifference,
  gradient: (dy, [x, d]) => [
    () => tf.mul(dy, digammaDifference(x!, d!)),
    () => tf.mul(dy, digamma(tf.add(x!, d!))),
  ],
})

/** 1/(12 x^2) - 1/(120 x^4) + 1/(252 x^6): what digamma's expansion has beyond log x - 1/(2x), to 4e-11 from 10 on. */
const nativeTail = (ops: DoubleOps, x: NativeValue): NativeValue => {
  const square = ops.call("Square", ops.call("Reciprocal", x))
  const inner = ops.add(ops.mul(square, Math.fround(1 / 252)), Math.fround(-1 / 120))
  return ops.mul(square, ops.add(ops.mul(square, inner), 1 / 12))
}

/** The expansion's difference where both arguments are 10 or more, else a difference of doubles. */
const nativeDigammaDifference: DoubleFormula = (ops, [x, d]) => {
  const end = ops.add(x!, d!)
  const plain = ops.sub(ops.call("Digamma", end), ops.call("Digamma", x!))
  const ratio = ops.div(d!, x!)
  const first = ops.add(ops.call("Log1p", ratio), ops.div(ops.mul(ratio, 0.5), end))
  const expansion = ops.sub(first, ops.sub(nativeTail(ops, end), nativeTail(ops, x!)))
  const large = ops.call("GreaterEqual", ops.call("Minimum", x!, end), ops.constant(10))
  return ops.select(large, expansion, plain)
}

/** digamma(x + d) - digamma(x) for x > 0, x + d > 0, elementwise, without cancellation. */
export const digammaDifference = elementwise({
  name: "LatentlyDigammaDifference",
  native: (inputs, backend) => inDouble(backend, inputs, nativeDigammaDifference),
  scalar: double.digammaDifference,
  gradient: (dy, [x, d]) => {
    const end = () => trigamma(tf.add(x!, d!))
    return [() => tf.mul(dy, tf.sub(end(), trigamma(x!))), () => tf.mul(dy, end())]
  },
})
