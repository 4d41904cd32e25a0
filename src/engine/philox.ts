/**
 * Philox 4x32-10 in JavaScript, bit for bit as TensorFlow's stateless random ops run it: a counter and a key of 128 and
 * 64 bits go in, four random 32-bit words come out, with no state between calls. Left out: what the bits are made into
 * (`random.ts`). Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011); the scrambling
 * of the seeds is `GenerateKey` in TensorFlow's `stateless_random_ops.cc`.
 */

const multiplierA = 0xd2511f53
const multiplierB = 0xcd9e8d57
const weylA = 0x9e3779b9
const weylB = 0xbb67ae85

/** The upper 32 bits of the 64-bit product of two unsigned words, in 16-bit halves and in integers throughout, which is faster. */
const multiplyHigh = (a: number, b: number): number => {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const cross = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0
  const middle = (Math.imul(aLow, bHigh) + (cross & 0xffff)) | 0
  return (Math.imul(aHigh, bHigh) + (cross >>> 16) + (middle >>> 16)) | 0
}

/** Overwrites four counter words (from `at`) with ten Philox rounds of themselves under the key. */
const rounds = (words: Int32Array, at: number, keyA: number, keyB: number): void => {
  let c0 = words[at]!
  let c1 = words[at + 1]!
  let c2 = words[at + 2]!
  let c3 = words[at + 3]!
  let a = keyA
  let b = keyB
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(multiplierA, c0)
    const high1 = multiplyHigh(multiplierB, c2)
    const low0 = Math.imul(multiplierA, c0)
    const low1 = Math.imul(multiplierB, c2)
    c0 = high1 ^ c1 ^ a
    c1 = low1
    c2 = high0 ^ c3 ^ b
    c3 = low0
    a = (a + weylA) | 0
    b = (b + weylB) | 0
  }
  words[at] = c0
  words[at + 1] = c1
  words[at + 2] = c2
  words[at + 3] = c3
}

/** The key and the counter's upper half that TensorFlow scrambles two seeds into. */
const scramble = (seed0: number, seed1: number): Int32Array => {
  // the seeds are sign-extended to 64 bits before they are split into words
  const mixed = Int32Array.of(seed0, seed0 >> 31, seed1, seed1 >> 31)
  rounds(mixed, 0, 0x3ec8f720, 0x02461e29)
  return mixed
}

/**
 * `size` random 32-bit words of the stream named by two int32 seeds: what TensorFlow's `StatelessRandomUniformFullInt`
 * gives for `seed = [seed0, seed1]`, dtype int32.
 *
 * @example philoxBits(1, 2, 3) // Int32Array of three words, the same on every machine
 */
export const philoxBits = (seed0: number, seed1: number, size: number): Int32Array => {
  const [keyA, keyB, high0, high1] = scramble(seed0, seed1) as unknown as [number, number, number, number]
  const words = new Int32Array(Math.ceil(size / 4) * 4)
  for (let at = 0, block = 0; at < words.length; at += 4, block++) {
    words[at] = block
    words[at + 2] = high0
    words[at + 3] = high1
    rounds(words, at, keyA, keyB)
  }
  return words.subarray(0, size).slice()
}

/** The same stream word by word in any order, for samplers that seldom need all of it. */
export const philoxStream = (seed0: number, seed1: number): ((index: number) => number) => {
  const [keyA, keyB, high0, high1] = scramble(seed0, seed1) as unknown as [number, number, number, number]
  const block = new Int32Array(4)
  return (index) => {
    block[0] = index >>> 2
    block[1] = 0
    block[2] = high0
    block[3] = high1
    rounds(block, 0, keyA, keyB)
    return block[index & 3]!
  }
}
