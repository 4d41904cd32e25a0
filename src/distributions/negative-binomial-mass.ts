/**
 * The log-mass of the negative binomial distribution in its three parameterizations, each one kernel in double precision:
 * for a large dispersion its log-gammas cancel. Next: `negative-binomial.ts`.
 */
import { elementwise } from "../engine/elementwise.js"
import { type DoubleOps, inDouble, type NativeValue } from "../engine/native-double.js"
import { lgamma, lgammaDifference } from "../engine/special/double/gamma.js"
import { nativeLgammaDifference } from "../engine/special/gamma.js"
import { digammaDifference, log1p, logSigmoid } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { slopeOfLog } from "./count-density.js"

type Gradient = (
  x: Tensor,
  count: Tensor,
  given: Tensor,
) => readonly [count: () => Tensor, given: () => Tensor]

/** One parameterization: log(1 - p) and log p from the dispersion and the other parameter. */
interface Parameterization {
  readonly name: string
  readonly logs: (count: number, given: number) => readonly [failure: number, success: number]
  readonly nativeLogs: (
    ops: DoubleOps,
    count: NativeValue,
    given: NativeValue,
  ) => readonly [failure: NativeValue, success: NativeValue]
  readonly gradient: Gradient
}

/** Kept above -1e300, so that no success of no chance is 0 and not 0·∞. */
const bounded = (ops: DoubleOps, logChance: NativeValue): NativeValue =>
  ops.call("Maximum", logChance, ops.constant(-1e300))

/** log Γ(x + r) - log Γ(r) - log x! + r log(1 - p) + x log p. */
const define = ({ name, logs, nativeLogs, gradient }: Parameterization) =>
  elementwise({
    name,
    native: (inputs, backend) =>
      inDouble(backend, inputs, (ops, [x, count, given]) => {
        const [failure, success] = nativeLogs(ops, count!, given!)
        const ways = ops.sub(nativeLgammaDifference(ops, [count!, x!]), ops.call("Lgamma", ops.add(x!, 1)))
        return ops.add(ways, ops.add(ops.mul(failure, count!), ops.mul(bounded(ops, success), x!)))
      }),
    scalar: (x, count, given) => {
      const [failure, success] = logs(count, given)
      const ways = lgammaDifference(count, x) - lgamma(x + 1)
      return ways + count * failure + (x === 0 ? 0 : x * success)
    },
    gradient: (dy, [x, count, given]) => {
      const [byCount, byGiven] = gradient(x!, count!, given!)
      return [() => tf.zerosLike(dy), () => tf.mul(dy, byCount()), () => tf.mul(dy, byGiven())]
    },
  })

/** (x, totalCount, probs): p itself. */
export const massOfProbs = define({
  name: "LatentlyNegativeBinomialLogMass",
  logs: (_, p) => [Math.log1p(-p), Math.log(p)],
  nativeLogs: (ops, _, p) => [ops.call("Log1p", ops.call("Neg", p)), ops.call("Log", p)],
  gradient: (x, r, p) => [
    () => tf.add(digammaDifference(r, x), log1p(tf.neg(p))),
    () => tf.sub(slopeOfLog(x, p), tf.div(r, tf.sub(1, p))),
  ],
})

/** (x, totalCount, logits): log p - log(1 - p). */
export const massOfLogits = define({
  name: "LatentlyNegativeBinomialLogitLogMass",
  logs: (_, l) => [
    -Math.max(l, 0) - Math.log1p(Math.exp(-Math.abs(l))),
    Math.min(l, 0) - Math.log1p(Math.exp(-Math.abs(l))),
  ],
  nativeLogs: (ops, _, l) => [
    ops.call("Neg", ops.call("Softplus", l)),
    ops.call("Neg", ops.call("Softplus", ops.call("Neg", l))),
  ],
  gradient: (x, r, l) => [
    () => tf.add(digammaDifference(r, x), logSigmoid(tf.neg(l))),
    () => tf.sub(tf.mul(x, tf.sigmoid(tf.neg(l))), tf.mul(r, tf.sigmoid(l))),
  ],
})

/** (x, concentration, mean): p = mean / (mean + concentration). */
export const massOfMean = define({
  name: "LatentlyNegativeBinomialMeanLogMass",
  logs: (r, m) => [-Math.log1p(m / r), -Math.log1p(r / m)],
  nativeLogs: (ops, r, m) => [
    ops.call("Neg", ops.call("Log1p", ops.div(m, r))),
    ops.call("Neg", ops.call("Log1p", ops.div(r, m))),
  ],
  gradient: (x, r, m) => [
    () => {
      const ahead = tf.div(tf.sub(m, x), tf.add(r, m))
      return tf.add(tf.sub(digammaDifference(r, x), log1p(tf.div(m, r))), ahead)
    },
    () => tf.div(tf.div(tf.sub(x, m), m), tf.add(1, tf.div(m, r))),
  ],
})
