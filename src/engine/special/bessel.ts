/**
 * Modified Bessel functions of the first kind, orders 0 and 1, exponentially scaled, for tensors: what the von Mises
 * distribution needs. Next: `double/bessel.ts`.
 */
import { elementwise } from "../elementwise.js"
import { floatNative, inDouble } from "../native-double.js"
import { tf } from "../tensor.js"
import * as double from "./double/bessel.js"

/** The derivative of i0e, i1e(x) - sign(x) i0e(x), whose terms cancel for large x. */
const i0eSlope = elementwise({
  name: "LatentlyI0eSlope",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [x]) =>
      ops.sub(ops.call("BesselI1e", x!), ops.mul(ops.call("Sign", x!), ops.call("BesselI0e", x!))),
    ),
  scalar: double.i0eSlope,
})

/** exp(-|x|) I0(x), elementwise; within 7 units in the last place. */
export const i0e = elementwise({
  name: "LatentlyI0e",
  native: floatNative("BesselI0e"),
  scalar: double.i0e,
  gradient: (dy, [x]) => [() => tf.mul(dy, i0eSlope(x!))],
})

/** The derivative of i1e, i0e(x) - i1e(x) (sign(x) + 1/x), 1/2 at 0. */
const i1eSlope = elementwise({
  name: "LatentlyI1eSlope",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [x]) => {
      const first = ops.call("BesselI1e", x!)
      const zeroth = ops.call("BesselI0e", x!)
      const zero = ops.call("Equal", x!, ops.constant(0))
      const ratio = ops.select(zero, ops.constant(0.5), ops.call("DivNoNan", first, x!))
      return ops.sub(ops.sub(zeroth, ops.mul(ops.call("Sign", x!), first)), ratio)
    }),
  scalar: (x) => (x === 0 ? 0.5 : -Math.sign(x) * double.i0eSlope(x) - double.i1e(x) / x),
})

/** exp(-|x|) I1(x), elementwise, an odd function. */
export const i1e = elementwise({
  name: "LatentlyI1e",
  native: "BesselI1e",
  scalar: double.i1e,
  gradient: (dy, [x]) => [() => tf.mul(dy, i1eSlope(x!))],
})

/** log I0(x), elementwise, for any x: it does not overflow. Derivative: I1(x) / I0(x). */
export const logI0 = elementwise({
  name: "LatentlyLogI0",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [x]) =>
      ops.add(ops.call("Log", ops.call("BesselI0e", x!)), ops.call("Abs", x!)),
    ),
  scalar: (x) => Math.log(double.i0e(x)) + Math.abs(x),
  gradient: (dy, [x]) => [() => tf.mul(dy, tf.div(i1e(x!), i0e(x!)))],
})
