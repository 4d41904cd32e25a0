/** Three coins in each row, their sum seen through a curved link: the programs, and the exact gradient by enumeration. */
import {
  bernoulli,
  guide,
  mlp,
  model,
  normal,
  observe,
  type Program,
  param,
  plate,
  type SampleOptions,
  sample,
  scope,
  tf,
} from "latently"

const heights = [1.5, -2, 0.7]
const prior = [0.3, -0.2, 0]

/** The guide's logits, where gradients are taken. */
export const first = [0.5, -0.4, 0.2]

/** Three coins a row, their weighed sum seen through tanh. */
export const coins = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const b = yield* sample("b", bernoulli({ logits: tf.tensor1d(prior) }).toEvent(1))
    yield* observe("x", normal(tf.tanh(tf.sum(tf.mul(b, tf.tensor1d(heights)), -1)), 0.6), row)
  })
})

/** A guide with one vector of logits, with a learned baseline if wanted, and a surrogate for "relax". */
export const coinsGuide = (options: SampleOptions<"boolean">, learned = false): Program<any> =>
  guide(coins, function* (x) {
    const logits = yield* param("logits", first)
    const value = learned ? yield* scope("value", mlp([1, 8, 1], { activation: "tanh" })) : undefined
    const net =
      options.gradient === "relax"
        ? yield* scope("surrogate", mlp([3, 8, 1], { activation: "tanh" }))
        : undefined
    yield* plate("rows", x, function* (row) {
      yield* sample("b", bernoulli({ logits }).toEvent(1), {
        ...options,
        ...(value ? { baseline: tf.squeeze(value(tf.expandDims(row, 1)), [-1]) } : {}),
        ...(net ? { surrogate: (noisy: tf.Tensor) => tf.squeeze(net(noisy), [-1]) } : {}),
      })
    })
  }) as unknown as Program<any>

const boundAt = (x: number, logits: readonly number[], weight: number): number => {
  let total = 0
  for (let code = 0; code < 8; code++) {
    const b = [0, 1, 2].map((i) => (code >> i) & 1)
    const log = (given: readonly number[]): number =>
      b.reduce<number>((s, v, i) => s - Math.log(1 + Math.exp(v === 1 ? -given[i]! : given[i]!)), 0)
    const loc = Math.tanh(b.reduce<number>((s, v, i) => s + v * heights[i]!, 0))
    const likelihood = -0.5 * Math.log(2 * Math.PI * 0.36) - (x - loc) ** 2 / 0.72
    total += Math.exp(log(logits)) * (likelihood + weight * (log(prior) - log(logits)))
  }
  return total
}

/** The exact gradient of one row's bound in the guide's logits, by enumeration of the eight values; `weight` is the divergence's. */
export const coinsExact = (x: number, weight = 1): number[] =>
  first.map((at, i) => {
    const moved = (by: number): number =>
      boundAt(
        x,
        first.map((v, j) => (i === j ? at + by : v)),
        weight,
      )
    return (moved(1e-4) - moved(-1e-4)) / 2e-4
  })
