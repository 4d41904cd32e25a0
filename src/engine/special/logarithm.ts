/**
 * Logarithms and exponentials that stay exact where the plain formula cancels, overflows or is 0 times infinity. Left
 * out: `logSumExp` (`log-sum-exp.ts`).
 */
import { elementwise } from "../elementwise.js"
import { callNative } from "../kernel.js"
import { floatNative, inDouble } from "../native-double.js"
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

/** log(1 + x), elementwise, exact for small x; -Infinity at -1. */
export const log1p = elementwise({
  name: "LatentlyLog1p",
  native: floatNative("Log1p"),
  scalar: Math.log1p,
  gradient: (dy, [x]) => [() => tf.div(dy, tf.add(x!, 1))],
})

/** exp(x) - 1, elementwise, exact for small x. */
export const expm1 = elementwise({
  name: "LatentlyExpm1",
  native: floatNative("Expm1"),
  scalar: Math.expm1,
  gradient: (dy, [x]) => [() => tf.mul(dy, tf.exp(x!))],
})

const scalarLog1mexp = (x: number): number => {
  const size = Math.abs(x)
  return size < Math.LN2 ? Math.log(-Math.expm1(-size)) : Math.log1p(-Math.exp(-size))
}

/**
 * log(1 - exp(-|x|)), elementwise: the log of a probability from the log of its complement, which may be given with
 * either sign; -Infinity at 0. Derivative: sign(x) / (exp(|x|) - 1).
 */
export const log1mexp = elementwise({
  name: "LatentlyLog1mexp",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [x]) => {
      const minus = ops.call("Neg", ops.call("Abs", x!))
      const near = ops.call("Log", ops.call("Neg", ops.call("Expm1", minus)))
      const away = ops.call("Log1p", ops.call("Neg", ops.call("Exp", minus)))
      return ops.select(ops.call("Greater", minus, ops.constant(-1)), near, away)
    }),
  scalar: scalarLog1mexp,
  gradient: (dy, [x]) => [() => tf.mul(dy, tf.div(tf.sign(x!), expm1(tf.abs(x!))))],
})

/** log(1 + exp(x)), elementwise: x for large x, exp(x) for very negative x. Derivative: sigmoid(x), at every x. */
export const softplus = elementwise({
  name: "LatentlySoftplus",
  native: floatNative("Softplus"),
  scalar: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: (dy, [x]) => [() => tf.mul(dy, tf.sigmoid(x!))],
})

/** The inverse of `softplus` on y > 0: log(exp(y) - 1); -Infinity at 0. Derivative: 1 / (1 - exp(-y)). */
export const softplusInverse = elementwise({
  name: "LatentlySoftplusInverse",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [y]) => {
      const complement = ops.call("Neg", ops.call("Expm1", ops.call("Neg", y!)))
      return ops.add(y!, ops.call("Log", complement))
    }),
  scalar: (y) => y + Math.log(-Math.expm1(-y)),
  gradient: (dy, [y]) => [() => tf.neg(tf.div(dy, expm1(tf.neg(y!))))],
})

/** log sigmoid(x) = -softplus(-x), elementwise. Derivative: sigmoid(-x), so exactly 1/2 at 0. */
export const logSigmoid = elementwise({
  name: "LatentlyLogSigmoid",
  native: ([x], backend) => callNative(backend, "Neg", callNative(backend, "Softplus", tf.neg(x!))),
  scalar: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  gradient: (dy, [x]) => [() => tf.mul(dy, tf.sigmoid(tf.neg(x!)))],
})

/** x / y, but 0 where x is 0: the slope of x log y by y, also at 0 log 0. */
const quotient = (x: Tensor, y: Tensor): Tensor => tf.div(x, tf.where(tf.equal(x, 0), tf.onesLike(y), y))

/** `log` with 0 where both x and y are 0, so that no infinity times zero arises. */
const logUnlessBothZero = (x: Tensor, y: Tensor, log: Tensor): Tensor =>
  tf.where(tf.logicalAnd(tf.equal(x, 0), tf.equal(y, 0)), tf.zerosLike(log), log)

/**
 * x log y, elementwise, 0 where x = 0 whatever y is. Derivatives log y and x / y; at x = 0 the second is 0, and the first
 * is 0 where y is 0 too.
 */
export const xlogy = elementwise({
  name: "LatentlyXlogy",
  native: floatNative("Xlogy"),
  scalar: (x, y) => (x === 0 ? 0 : x * Math.log(y)),
  gradient: (dy, [x, y]) => [
    () => tf.mul(dy, logUnlessBothZero(x!, y!, tf.log(y!))),
    () => tf.mul(dy, quotient(x!, y!)),
  ],
})

/** x log(1 + y), elementwise, 0 where x = 0; derivatives as for `xlogy`. */
export const xlog1py = elementwise({
  name: "LatentlyXlog1py",
  native: floatNative("Xlog1py"),
  scalar: (x, y) => (x === 0 ? 0 : x * Math.log1p(y)),
  gradient: (dy, [x, y]) => [
    () => tf.mul(dy, logUnlessBothZero(x!, tf.add(y!, 1), log1p(y!))),
    () => tf.mul(dy, quotient(x!, tf.add(y!, 1))),
  ],
})
