/** What is special about Bernoulli and its straight-through form: exact slopes at logit 0 and at the ends. */
import { describe, expect, it } from "vitest"
import { bernoulli } from "../../src/distributions/bernoulli.js"
import { kl } from "../../src/distributions/kl.js"
import { straightThroughBernoulli, straightThroughOneHot } from "../../src/distributions/straight-through.js"
import { DistributionError } from "../../src/engine/error.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const slopes = (logits: number[], values: number[]): number[] =>
  [
    ...tf
      .grad((l) => tf.sum(bernoulli({ logits: l }).logProb(values)))(tf.tensor1d(logits))
      .dataSync(),
  ].map((x) => x + 0)

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("has slope x - 1/2 at logit exactly 0, the start of a zero-initialised decoder", () => {
      expect(slopes([0, -0, 0, -0], [0, 0, 1, 1])).toEqual([-0.5, -0.5, 0.5, 0.5])
    })

    it("has the slope of a sure mistake at large and infinite logits, and no NaN", () => {
      expect(slopes([1e4, -1e4, Infinity, -Infinity], [0, 1, 0, 1])).toEqual([-1, 1, -1, 1])
      expect(slopes([1e4, -1e4, Infinity, -Infinity], [1, 0, 1, 0])).toEqual([0, 0, 0, 0])
    })

    it("takes probabilities and infinite logits at both ends", () => {
      const sure = [
        ...bernoulli({ probs: [0, 1, 0, 1] })
          .logProb([0, 1, 1, 0])
          .dataSync(),
      ]
      expect(sure.map((x) => x + 0)).toEqual([0, 0, -Infinity, -Infinity])
      const certain = bernoulli({ logits: [Infinity, -Infinity] })
      expect([...certain.sample(1, [1]).dataSync()]).toEqual([1, 0])
      expect([...certain.entropy().dataSync()]).toEqual([0, 0])
    })

    it("keeps NaN out of gradients of entropy and divergence at both ends", () => {
      const ends = tf.tensor1d([0, 1])
      const entropy = tf
        .grad((p) => tf.sum(bernoulli({ probs: p }).entropy()))(ends)
        .dataSync()
      const other = bernoulli({ probs: [0.3, 0.3] })
      const divergence = tf
        .grad((p) => tf.sum(kl(bernoulli({ probs: p }), other)))(ends)
        .dataSync()
      const value = [...kl(bernoulli({ probs: ends }), other).dataSync()]
      expect([...entropy, ...divergence].some(Number.isNaN)).toBe(false)
      expect(value[0]).toBeCloseTo(-Math.log(0.7), 6)
      expect(value[1]).toBeCloseTo(-Math.log(0.3), 6)
      expect(kl(other, bernoulli({ probs: ends })).dataSync()[0]).toBe(Infinity)
    })

    it("scores an enumerated value beside the batch", () => {
      const dist = bernoulli({ probs: [0.2, 0.7, 0.5] })
      const density = dist.logDensity(dist.enumerate())
      expect(density.shape).toEqual([2, 3])
      expect([...tf.sum(tf.exp(density), 0).dataSync()].every((x) => Math.abs(x - 1) < 1e-6)).toBe(true)
    })

    it("accepts int32 and boolean values as well as float32 ones", () => {
      const dist = bernoulli({ logits: [1, 1] })
      const want = [...dist.logProb([0, 1]).dataSync()]
      expect([...dist.logProb(tf.tensor1d([0, 1], "int32")).dataSync()]).toEqual(want)
      expect([...dist.logProb(tf.tensor1d([false, true], "bool")).dataSync()]).toEqual(want)
    })

    it("says which parameterization is missing or doubled", () => {
      expect(() => bernoulli({} as never)).toThrow(DistributionError)
      expect(() => bernoulli({ prob: 0.3 } as never)).toThrow(
        "needs one of 'probs' or 'logits', but got prob",
      )
      expect(() => bernoulli({ probs: 0.3, logits: 0 } as never)).toThrow("only one of 'probs' or 'logits'")
    })

    it("sends a straight-through draw's gradient to the probabilities", () => {
      const draw = (p: Tensor): Tensor => tf.sum(straightThroughBernoulli({ probs: p }).sample(3))
      const probs = tf.tensor1d([0.3, 0.6, 0.9])
      expect([...tf.grad(draw)(probs).dataSync()]).toEqual([1, 1, 1])
      const values = [...straightThroughBernoulli({ probs }).sample(3).dataSync()]
      expect(values).toEqual([...bernoulli({ probs }).sample(3).dataSync()])
      const scored = (x: Tensor): Tensor => tf.sum(straightThroughBernoulli({ logits: [2, -1] }).logProb(x))
      expect([
        ...tf
          .grad(scored)(tf.tensor1d([0, 1]))
          .dataSync(),
      ]).toEqual([2, -1])
    })

    it("does the same for one-hot draws", () => {
      const weights = tf.tensor1d([1, 2, 4])
      const drawn = (l: Tensor): Tensor =>
        tf.sum(tf.mul(straightThroughOneHot({ logits: l }).sample(3), weights))
      const logits = tf.tensor1d([0.5, -1, 2])
      const want = tf
        .grad((l) => tf.sum(tf.mul(tf.softmax(l), weights)))(logits)
        .dataSync()
      expect([...tf.grad(drawn)(logits).dataSync()]).toEqual([...want])
    })
  })
