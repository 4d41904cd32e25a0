/**
 * Draws from the gamma distribution of rate 1, and their logarithms, with pathwise gradients by the concentration: the
 * source of gamma, beta, Dirichlet, Student t and chi-square draws. The shapes do not depend on the values drawn, so a
 * draw can be recorded into a graph. Left out: rates and simplexes (`src/distributions`). Sources: Marsaglia and Tsang,
 * "A simple method for generating gamma variables" (2000); Figurnov, Mohamed, Mnih, "Implicit reparameterization
 * gradients" (2018). Next: `incomplete.ts`.
 */
import { elementwise } from "../elementwise.js"
import type { ArrayValue, NativeBackend } from "../kernel.js"
import { callNative, defineKernel } from "../kernel.js"
import type { DoubleFormula } from "../native-double.js"
import { inDouble } from "../native-double.js"
import { philoxStream } from "../philox.js"
import type { KeyLike } from "../random.js"
import { nativeBits, nativeUniform, seedTensor, uniformOf } from "../random.js"
import type { Shape, Tensor, TensorLike } from "../tensor.js"
import { tf, toTensor } from "../tensor.js"
import { digamma as doubleDigamma } from "./double/gamma.js"
import { gammaSampleGradient as doubleGradient } from "./double/incomplete-gamma.js"
import { ndtri } from "./double/normal-quantile.js"

/**
 * Candidates a draw: the first that Marsaglia and Tsang's test accepts is taken. Each passes with probability 0.951 or
 * more, so all eight fail once in 3e10 draws; then the centre of the distribution is returned.
 */
const candidates = 8

/**
 * The logarithm that a uniform must stay below for the candidate d (1 + t)^3 to be accepted: x^2/2 + d - d v + d log v with
 * v = (1 + t)^3 and x^2 = 9 d t^2, or 3 d (log(1 + t) - t + t^2/2 - t^3/3). Its terms cancel: in double precision only.
 */
const acceptance = (t: number, d: number): number => (d / 2) * (6 * Math.log1p(t) + t * (t * (3 - 2 * t) - 6))

const nativeAcceptance: DoubleFormula = (ops, [t, d]) => {
  const cubic = ops.mul(t!, ops.sub(ops.mul(t!, ops.sub(3, ops.add(t!, t!))), 6))
  return ops.mul(ops.mul(d!, 0.5), ops.add(ops.mul(ops.call("Log1p", t!), 6), cubic))
}

type DrawAttributes = { readonly log: boolean }

/** One draw of concentration a, element `at` of `size`: word r * size + at of the stream belongs to its candidate r. */
const drawOne = (a: number, word: (row: number) => number, log: boolean): number => {
  const d = (a < 1 ? a + 1 : a) - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  let t = 0
  for (let r = 0; r < candidates; r++) {
    const candidate = c * ndtri(uniformOf(word(r)))
    if (Math.log(uniformOf(word(candidates + r))) < acceptance(candidate, d)) {
      t = candidate
      break
    }
  }
  const boost = a < 1 ? Math.log(uniformOf(word(2 * candidates))) / a : 0
  return log ? Math.log(d) + 3 * Math.log1p(t) + boost : d * (1 + t) ** 3 * Math.exp(boost)
}

const arrayDraw = (seed: ArrayValue, concentration: ArrayValue, log: boolean): ArrayValue => {
  const word = philoxStream(seed.values[0]!, seed.values[1]!)
  const size = concentration.values.length
  const values = new Float32Array(size)
  for (let at = 0; at < size; at++)
    values[at] = drawOne(concentration.values[at]!, (row) => word(row * size + at), log)
  return { shape: concentration.shape, dtype: "float32", values }
}

/** The first accepted candidate, 0 where there is none. */
const firstAccepted = (accepted: Tensor, t: Tensor): Tensor => {
  const masks = tf.unstack(accepted)
  return tf
    .unstack(t)
    .reduceRight<Tensor>(
      (rest, candidate, r) => tf.where(masks[r]!, candidate, rest),
      tf.zeros(t.shape.slice(1)),
    )
}

const nativeDraw = (seed: Tensor, a: Tensor, log: boolean, backend: NativeBackend): Tensor => {
  const words = nativeBits(seed, [2 * candidates + 1, ...a.shape], backend)
  const [normalBits, uniformBits, boostBits] = tf.split(words, [candidates, candidates, 1])
  const small = tf.less(a, 1)
  const d = tf.sub(tf.add(a, tf.cast(small, "float32")), 1 / 3)
  const normals = callNative(backend, "Ndtri", nativeUniform(normalBits!, backend))
  const t = tf.mul(normals, tf.rsqrt(tf.mul(d, 9)))
  const bound = inDouble(backend, [t, d], nativeAcceptance)
  const taken = firstAccepted(tf.less(tf.log(nativeUniform(uniformBits!, backend)), bound), t)
  const exponent = tf.div(tf.log(nativeUniform(tf.squeeze(boostBits!, [0]), backend)), a)
  const boost = tf.where(small, exponent, tf.zerosLike(a))
  if (log) return tf.add(tf.add(tf.log(d), tf.mul(tf.log1p(taken), 3)), boost)
  const growth = tf.add(taken, 1)
  return tf.mul(tf.mul(d, tf.mul(growth, tf.square(growth))), tf.exp(boost))
}

/** Below this x, P(a, x) is x^a / Gamma(a + 1) to double precision. */
const tinyDraw = 1e-15

/**
 * d log x / da of a gamma draw, from its logarithm: (digamma(a + 1) - log x) / a where x is tiny or underflows, else the
 * implicit gradient over x.
 */
const logSampleGradient = elementwise({
  name: "LatentlyGammaLogSampleGradient",
  native: (inputs, backend) =>
    inDouble(backend, inputs, (ops, [a, logX]) => {
      const x = ops.call("Maximum", ops.call("Exp", logX!), ops.constant(tinyDraw))
      const usual = ops.div(ops.call("RandomGammaGrad", a!, x), x)
      const limit = ops.div(ops.sub(ops.call("Digamma", ops.add(a!, 1)), logX!), a!)
      return ops.select(ops.call("Less", logX!, ops.constant(Math.log(tinyDraw))), limit, usual)
    }),
  scalar: (a, logX) => {
    const x = Math.exp(logX)
    return x < tinyDraw ? (doubleDigamma(a + 1) - logX) / a : doubleGradient(a, x) / x
  },
})

const draw = defineKernel<DrawAttributes>(2, {
  name: "LatentlyGammaDraw",
  native: ([seed, a], { log }, backend) => nativeDraw(seed!, a!, log, backend),
  arrays: ([seed, a], { log }) => arrayDraw(seed!, a!, log),
  gradient: (dy, [seed, a], x, { log }) => [
    () => tf.zeros(seed!.shape),
    () => {
      const slope = logSampleGradient(a!, log ? x : tf.log(x))
      // a draw that underflowed to 0 stays there
      return tf.mul(dy, log ? slope : tf.where(tf.greater(x, 0), tf.mul(x, slope), tf.zerosLike(x)))
    },
  ],
})

const drawAt = (key: KeyLike, concentration: TensorLike, shape: Shape, log: boolean): Tensor =>
  tf.tidy(() => draw([seedTensor(key), tf.broadcastTo(toTensor(concentration), [...shape])], { log }))

/**
 * Draws of a shape from the gamma distribution with a concentration > 0 that broadcasts to it, and rate 1. Where the
 * concentration is small a draw may underflow to 0: use `logStandardGamma`. Gradient by the concentration: implicit,
 * dx/da = -(dP/da) / (dP/dx).
 *
 * @example standardGamma(fold(0, "precision"), 2.5, [100])
 */
export const standardGamma = (key: KeyLike, concentration: TensorLike, shape: Shape): Tensor =>
  drawAt(key, concentration, shape, false)

/**
 * The logarithms of the draws that `standardGamma` gives for the same key, never -Infinity however small the
 * concentration: log(g1) - logSumExp(log g) is a Dirichlet draw that does not underflow.
 */
export const logStandardGamma = (key: KeyLike, concentration: TensorLike, shape: Shape): Tensor =>
  drawAt(key, concentration, shape, true)
