/**
 * The regularized incomplete gamma and beta functions for tensors, with derivatives in every argument. Left out: samplers
 * (`gamma-sample.ts`). Next: `double/incomplete-gamma.ts`. On `tensorflow` the native ops run in double precision: in
 * float32 a third of their values is off by more than 16 units in the last place, in double at most 1 in 3,000 is.
 */
import { broadcastShape, elementwise } from "../elementwise.js"
import type { DoubleFormula, DoubleOps, NativeValue } from "../native-double.js"
import { inDouble } from "../native-double.js"
import { tf } from "../tensor.js"
import { lbeta } from "./double/gamma.js"
import * as doubleBeta from "./double/incomplete-beta.js"
import * as doubleGamma from "./double/incomplete-gamma.js"

/** The gamma density x^(a-1) exp(-x) / Gamma(a), whose terms cancel too much for float32. */
const gammaDensity = elementwise({
  name: "LatentlyGammaDensity",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [a, x]) => {
      const power = ops.call("Xlogy", ops.sub(a!, 1), x!)
      return ops.call("Exp", ops.sub(ops.sub(power, x!), ops.call("Lgamma", a!)))
    }),
  scalar: (a, x) =>
    x === 0 ? (a === 1 ? 1 : a < 1 ? Infinity : 0) : doubleGamma.gammaLogSpaceDensity(a, x) / x,
})

/**
 * dx/da of a draw x >= 0 from the gamma distribution of concentration a > 0 and rate 1, elementwise: the implicit
 * reparameterization gradient -(dP/da) / (dP/dx). Itself without a gradient.
 */
export const gammaSampleGradient = elementwise({
  name: "LatentlyGammaSampleGradient",
  native: "RandomGammaGrad",
  scalar: doubleGamma.gammaSampleGradient,
})

/**
 * P(a, x) = integral from 0 to x of t^(a-1) exp(-t) dt / Gamma(a), elementwise, for a > 0 and x >= 0: the distribution
 * function of the gamma distribution. NaN outside.
 *
 * @example gammainc(1, 2) // 1 - exp(-2)
 */
export const gammainc = elementwise({
  name: "LatentlyGammainc",
  native: "Igamma",
  scalar: doubleGamma.gammainc,
  gradient: (dy, [a, x]) => [
    () => tf.neg(tf.mul(dy, tf.mul(gammaDensity(a!, x!), gammaSampleGradient(a!, x!)))),
    () => tf.mul(dy, gammaDensity(a!, x!)),
  ],
})

/** Q(a, x) = 1 - P(a, x), elementwise, without cancellation for large x. */
export const gammaincc = elementwise({
  name: "LatentlyGammaincc",
  native: "Igammac",
  scalar: doubleGamma.gammaincc,
  gradient: (dy, [a, x]) => [
    () => tf.mul(dy, tf.mul(gammaDensity(a!, x!), gammaSampleGradient(a!, x!))),
    () => tf.neg(tf.mul(dy, gammaDensity(a!, x!))),
  ],
})

/** The beta density x^(a-1) (1-x)^(b-1) / B(a, b). */
const betaDensity = elementwise({
  name: "LatentlyBetaDensity",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [a, b, x]) => {
      const powers = ops.add(
        ops.call("Xlogy", ops.sub(a!, 1), x!),
        ops.call("Xlog1py", ops.sub(b!, 1), ops.call("Neg", x!)),
      )
      const gammas = ops.add(ops.call("Lgamma", a!), ops.call("Lgamma", b!))
      return ops.call("Exp", ops.add(ops.sub(powers, gammas), ops.call("Lgamma", ops.add(a!, b!))))
    }),
  scalar: (a, b, x) => {
    const left = a === 1 ? 0 : (a - 1) * Math.log(x)
    const right = b === 1 ? 0 : (b - 1) * Math.log1p(-x)
    return Math.exp(left + right - lbeta(a, b))
  },
})

const nativeBetainc: DoubleFormula = (ops, inputs) => {
  // the op itself does not broadcast
  const shape = inputs.map((input) => input.shape).reduce(broadcastShape)
  return ops.call("Betainc", ...inputs.map((input) => ops.broadcastTo(input, shape)))
}

/** The relative step of the four-point difference: its error is of order step^4, the rounding's 1e-14 / step. */
const step = 2 ** -9

const fourPoint = (at: (offset: number) => number, width: number): number =>
  (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * width)

const nativeFourPoint = (
  ops: DoubleOps,
  at: (offset: number) => NativeValue,
  width: NativeValue,
): NativeValue => {
  const near = ops.mul(ops.sub(at(1), at(-1)), 8)
  return ops.div(ops.sub(near, ops.sub(at(2), at(-2))), ops.mul(width, 12))
}

/** dI/da or dI/db: no closed form, so a four-point difference in double precision, right to about 1e-9. */
const defineParameterSlope = (name: string, which: 0 | 1) =>
  elementwise({
    name,
    native: (inputs, backend) =>
      inDouble(backend, inputs, (ops, values) => {
        const moved = (offset: number) =>
          values.map((v, i) => (i === which ? ops.mul(v, 1 + offset * step) : v))
        const width = ops.mul(values[which]!, step)
        return nativeFourPoint(ops, (offset) => nativeBetainc(ops, moved(offset)), width)
      }),
    scalar: (a, b, x) => {
      const scale = (offset: number, index: 0 | 1) => (index === which ? 1 + offset * step : 1)
      const at = (offset: number) => doubleBeta.betainc(a * scale(offset, 0), b * scale(offset, 1), x)
      return fourPoint(at, (which === 0 ? a : b) * step)
    },
  })

const slopeA = defineParameterSlope("LatentlyBetaincSlopeA", 0)
const slopeB = defineParameterSlope("LatentlyBetaincSlopeB", 1)

/**
 * I(a, b, x) = integral from 0 to x of t^(a-1) (1-t)^(b-1) dt / B(a, b), elementwise, for a, b > 0 and 0 <= x <= 1: the
 * distribution function of the beta distribution. NaN outside.
 *
 * @example betainc(2, 3, 0.5) // 0.6875
 */
export const betainc = elementwise({
  name: "LatentlyBetainc",
  native: (inputs, backend) => inDouble(backend, inputs, nativeBetainc),
  scalar: doubleBeta.betainc,
  gradient: (dy, [a, b, x]) => [
    () => tf.mul(dy, slopeA(a!, b!, x!)),
    () => tf.mul(dy, slopeB(a!, b!, x!)),
    () => tf.mul(dy, betaDensity(a!, b!, x!)),
  ],
})
