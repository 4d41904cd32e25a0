/**
 * The logarithm of the beta function for tensors. Left out: the incomplete beta function (`incomplete.ts`). Next:
 * `gamma.ts`, whose difference it is made of.
 */
import { elementwise } from "../elementwise.js"
import { inDouble } from "../native-double.js"
import { tf } from "../tensor.js"
import { lbeta as doubleLbeta } from "./double/gamma.js"
import { digammaDifference, nativeLgammaDifference } from "./gamma.js"

/**
 * log B(a, b) = lgamma(a) + lgamma(b) - lgamma(a + b) for a, b > 0, elementwise; +Infinity where one of them is 0.
 * Accurate however unequal the two are: the larger enters through a Stirling difference only.
 *
 * @example lbeta(1e8, 2) // -36.84136, where the plain formula in float32 gives 0
 */
export const lbeta = elementwise({
  name: "LatentlyLbeta",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [a, b]) => {
      const small = ops.call("Minimum", a!, b!)
      const difference = nativeLgammaDifference(ops, [ops.call("Maximum", a!, b!), small])
      return ops.sub(ops.call("Lgamma", small), difference)
    }),
  scalar: doubleLbeta,
  gradient: (dy, [a, b]) => [
    () => tf.neg(tf.mul(dy, digammaDifference(a!, b!))),
    () => tf.neg(tf.mul(dy, digammaDifference(b!, a!))),
  ],
})
