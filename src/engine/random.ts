/**
 * Keyed random numbers: a draw is a function of a key and a shape, with no hidden state. The same key gives the same
 * bits on every backend (Philox 4x32-10, as TensorFlow's stateless ops) and the same floats up to float32 rounding, and a
 * draw can be recorded into a graph and replayed with another step. Left out: samplers of families with parameters
 * (`special/gamma-sample.ts` and `src/distributions`). Next: `philox.ts`.
 */
import { EngineError } from "./error.js"
import type { NativeBackend } from "./kernel.js"
import { callNative, defineKernel, typeAttribute } from "./kernel.js"
import { philoxBits } from "./philox.js"
import { ndtri } from "./special/double/normal-quantile.js"
import type { Shape, Tensor } from "./tensor.js"
import { sizeOf, tf } from "./tensor.js"

/** A key: names one stream of draws. The step may be an int32 scalar or [1] tensor, so that a recorded step can be replayed with another counter. */
export interface Key {
  readonly hash: number
  readonly step: number | Tensor
}

/** A key, or a whole number that serves as a seed. */
export type KeyLike = Key | number

/** The finalizer of MurmurHash3: a bijection of 32-bit words in which every input bit reaches every output bit. */
const mix = (word: number): number => {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const hashInteger = (hash: number, value: number): number => {
  if (!Number.isSafeInteger(value))
    throw new EngineError("bad-seed", `a seed or key index must be a whole number below 2^53, got ${value}`)
  return mix(mix(hash ^ (value | 0)) + Math.floor(value / 2 ** 32) + 0x9e3779b9) | 0
}

/** FNV-1a over the UTF-16 units, from the parent's hash. */
const hashText = (hash: number, text: string): number => {
  let h = hash ^ 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(h)
}

/** The key of a seed (at step 0), or the key itself. Throws an `EngineError` for a seed that is not a whole number. */
export const toKey = (key: KeyLike): Key =>
  typeof key === "number" ? { hash: hashInteger(0, key), step: 0 } : key

/**
 * A stream of its own for a site's name or an index; the step stays. Different indices below 2^32 never collide under
 * one parent; names collide with probability 2^-32 a pair.
 *
 * @example standardNormal(fold(fold(seed, "encoder"), 3), [20])
 */
export const fold = (key: KeyLike, name: string | number): Key => {
  const { hash, step } = toKey(key)
  return { hash: typeof name === "string" ? hashText(hash, name) : hashInteger(mix(hash), name), step }
}

/** The same stream at another step; a tensor lets a recorded graph take the step as an input. */
export const atStep = (key: KeyLike, step: number | Tensor): Key => ({ hash: toKey(key).hash, step })

/** The native op behind every draw: int32 words of a shape from a seed tensor of two. */
export const nativeBits = (seed: Tensor, shape: Shape, backend: NativeBackend): Tensor =>
  backend.executeSingleOutput(
    "StatelessRandomUniformFullInt",
    [
      typeAttribute(backend, "int32", "dtype"),
      typeAttribute(backend, "int32", "T"),
      typeAttribute(backend, "int32", "Tseed"),
    ],
    [tf.tensor1d([...shape], "int32"), seed],
  )

/** 23 bits as a float32 in the open unit interval: (bits mod 2^23 + 1/2) / 2^23, exact. */
export const nativeUniform = (bits: Tensor, backend: NativeBackend): Tensor => {
  const low = callNative(backend, "BitwiseAnd", bits, tf.scalar(0x7fffff, "int32"))
  return tf.mul(tf.add(tf.cast(low, "float32"), 0.5), 2 ** -23)
}

/** The same number from one word, in JavaScript. */
export const uniformOf = (bits: number): number => ((bits & 0x7fffff) + 0.5) * 2 ** -23

type DrawAttributes = { readonly shape: readonly number[] }

/** A loop: `Float32Array.from` with a function takes five times as long. */
const eachWord = (bits: Int32Array, scalar: (bits: number) => number): Float32Array => {
  const values = new Float32Array(bits.length)
  for (let i = 0; i < values.length; i++) values[i] = scalar(bits[i]!)
  return values
}

/** A kernel that draws bits and turns each word into a number; no gradient flows into a draw. */
const defineDraw = (
  name: string,
  dtype: "float32" | "int32",
  finish: (bits: Tensor, backend: NativeBackend) => Tensor,
  scalar: (bits: number) => number,
): ((key: KeyLike, shape: Shape) => Tensor) => {
  const run = defineKernel<DrawAttributes>(1, {
    name,
    native: ([seed], { shape }, backend) => finish(nativeBits(seed!, shape, backend), backend),
    arrays: ([seed], { shape }) => {
      const bits = philoxBits(seed!.values[0]!, seed!.values[1]!, sizeOf(shape))
      return { shape, dtype, values: dtype === "int32" ? bits : eachWord(bits, scalar) }
    },
  })
  return (key, shape) => tf.tidy(() => run([seedTensor(key)], { shape }))
}

/** The two seeds of a native draw. XLA widens a seed without its sign and TensorFlow with it, so neither may be negative. */
export const seedTensor = (key: KeyLike): Tensor => {
  const { hash: word, step } = toKey(key)
  const hash = word & 0x7fffffff
  if (typeof step === "number") return tf.tensor1d([hash, step], "int32")
  return tf.concat([tf.tensor1d([hash], "int32"), tf.reshape(step, [1])])
}

/** Random 32-bit words, int32, all values equally likely: the source of every other draw. */
export const randomBits = defineDraw(
  "LatentlyKeyedBits",
  "int32",
  (bits) => bits,
  (bits) => bits,
)

/** Draws from the uniform distribution on the open interval (0, 1), on a grid of 2^23 points (k + 1/2) / 2^23. */
export const uniform = defineDraw("LatentlyKeyedUniform", "float32", nativeUniform, uniformOf)

/**
 * Draws from the standard normal distribution: its quantile at a `uniform` draw, so between -5.3 and 5.3.
 *
 * @example standardNormal(fold(0, "z"), [128, 20])
 */
export const standardNormal = defineDraw(
  "LatentlyKeyedNormal",
  "float32",
  (bits, backend) => callNative(backend, "Ndtri", nativeUniform(bits, backend)),
  (bits) => ndtri(uniformOf(bits)),
)

/** Draws from the exponential distribution of rate 1: -log of a `uniform` draw. */
export const standardExponential = defineDraw(
  "LatentlyKeyedExponential",
  "float32",
  (bits, backend) => tf.neg(tf.log(nativeUniform(bits, backend))),
  (bits) => -Math.log(uniformOf(bits)),
)

/** Draws from the standard Gumbel distribution: -log of an exponential draw. */
export const standardGumbel = defineDraw(
  "LatentlyKeyedGumbel",
  "float32",
  (bits, backend) => tf.neg(tf.log(tf.neg(tf.log(nativeUniform(bits, backend))))),
  (bits) => -Math.log(-Math.log(uniformOf(bits))),
)

/** A random order of 0 to n-1 (Fisher-Yates), made in JavaScript so that it is the same on every backend. A step given as a tensor is read. */
export const permutation = (key: KeyLike, n: number): Int32Array => {
  const { hash, step } = toKey(key)
  const bits = philoxBits(hash, typeof step === "number" ? step : step.dataSync()[0]!, n)
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(((bits[i]! >>> 0) / 2 ** 32) * (i + 1))
    const moved = order[i]!
    order[i] = order[j]!
    order[j] = moved
  }
  return order
}
