/** Sums over chains, trees and grids of discrete latents, against brute force and the forward algorithm. */
import {
  bernoulli,
  categorical,
  fit,
  guide,
  marginalize,
  marginals,
  model,
  mostLikely,
  normal,
  observe,
  param,
  plate,
  posteriorDraws,
  sample,
  type Tensor,
  tf,
  trace,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"

const start = [0.6, 0.3, 0.1]
const step = [
  [0.8, 0.15, 0.05],
  [0.1, 0.8, 0.1],
  [0.2, 0.2, 0.6],
]
const locs = [-1, 0.5, 2]
const density = (x: number, loc: number): number => Math.exp(-0.5 * (x - loc) ** 2) / Math.sqrt(2 * Math.PI)

const chain = (length: number) =>
  model(function* (x: tf.Tensor2D) {
    yield* plate("sequences", x, function* (rows) {
      let before: Tensor | undefined
      for (let t = 0; t < length; t++) {
        const probs =
          before === undefined ? tf.tensor1d(start) : tf.gather(tf.tensor2d(step), before as tf.Tensor1D)
        const state = yield* sample(`state_${t}`, categorical({ probs }))
        const seen = tf.squeeze(tf.slice(rows, [0, t], [-1, 1]), [1])
        yield* observe(`x_${t}`, normal(tf.gather(tf.tensor1d(locs), state as tf.Tensor1D), 1), seen)
        before = state
      }
    })
  })

const states = (length: number): `state_${number}`[] =>
  Array.from({ length }, (_, t) => `state_${t}` as const)

const paths = (length: number): number[][] =>
  length === 0 ? [[]] : paths(length - 1).flatMap((path) => [0, 1, 2].map((k) => [...path, k]))

const joint = (path: readonly number[], x: readonly number[]): number =>
  path.reduce((p, k, t) => p * (t === 0 ? start[k]! : step[path[t - 1]!]![k]!) * density(x[t]!, locs[k]!), 1)

const forward = (x: readonly number[]): number => {
  let alpha = start.map((p, k) => p * density(x[0]!, locs[k]!))
  let log = 0
  for (const value of x.slice(1)) {
    const total = alpha.reduce((a, b) => a + b, 0)
    log += Math.log(total)
    alpha = locs.map(
      (loc, k) => alpha.reduce((sum, a, j) => sum + (a / total) * step[j]![k]!, 0) * density(value, loc),
    )
  }
  return log + Math.log(alpha.reduce((a, b) => a + b, 0))
}

const sequence = (length: number, phase: number): number[] =>
  Array.from({ length }, (_, t) => 1.5 * Math.sin(0.9 * t + phase))

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    const short = [sequence(4, 0), sequence(4, 2)]
    const hmm = marginalize(chain(4), ...states(4))

    it("sums a chain as brute force over all paths does", () => {
      const exact = short.reduce(
        (sum, x) => sum + Math.log(paths(4).reduce((p, path) => p + joint(path, x), 0)),
        0,
      )
      expect(trace(hmm, [tf.tensor2d(short)]).logJoint.dataSync()[0]).toBeCloseTo(exact, 4)
    })

    it("gives the chain's marginals and its likeliest path", () => {
      const found = marginals(hmm, [tf.tensor2d(short)])
      const best = mostLikely(hmm, [tf.tensor2d(short)])
      short.forEach((x, row) => {
        const all = paths(4).map((path) => ({ path, p: joint(path, x) }))
        const evidence = all.reduce((sum, { p }) => sum + p, 0)
        const top = all.reduce((a, b) => (b.p > a.p ? b : a)).path
        for (let t = 0; t < 4; t++) {
          expect(best[`state_${t}`]!.dataSync()[row]).toBe(top[t])
          for (const k of [0, 1, 2]) {
            const exact = all.reduce((sum, { path, p }) => sum + (path[t] === k ? p : 0), 0) / evidence
            expect(found[`state_${t}`]!.dataSync()[row * 3 + k]).toBeCloseTo(exact, 4)
          }
        }
      })
    })
  })

describe("longer and wider structures", () => {
  useBackend("tensorflow")

  it("sums a chain of 40 as the forward algorithm does", () => {
    const x = [sequence(40, 1)]
    const value = trace(marginalize(chain(40), ...states(40)), [tf.tensor2d(x)]).logJoint.dataSync()[0]!
    expect(value).toBeCloseTo(forward(x[0]!), 3)
  })

  it("draws from the posterior of a chain", () => {
    const rows = 4000
    const x = sequence(3, 0.4)
    const data = tf.tensor2d(Array.from({ length: rows }, () => x))
    const drawn = posteriorDraws(marginalize(chain(3), ...states(3)), [data], { seed: 3 })
    const all = paths(3).map((path) => ({ path, p: joint(path, x) }))
    const evidence = all.reduce((sum, { p }) => sum + p, 0)
    const columns = states(3).map((state) => drawn[state]!.dataSync())
    for (const { path, p } of all) {
      const seen = Array.from({ length: rows }, (_, n) => path.every((k, t) => columns[t]![n] === k)).filter(
        Boolean,
      ).length
      const exact = p / evidence
      expect(Math.abs(seen / rows - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / rows) + 1e-9)
    }
  })

  it("sums a tree and a site between plates of two depths", () => {
    const tree = model(function* (x: tf.Tensor2D) {
      const root = yield* sample("root", bernoulli({ probs: 0.4 }))
      yield* plate("groups", 2, function* () {
        const group = yield* sample("group", bernoulli({ probs: tf.add(0.2, tf.mul(0.6, root)) }))
        yield* plate(
          "members",
          x,
          function* (rows) {
            const wide = tf.expandDims(group, -1)
            const leaf = yield* sample("leaf", bernoulli({ probs: tf.add(0.1, tf.mul(0.7, wide)) }))
            yield* observe("x", normal(tf.add(leaf, tf.mul(0.5, wide)), 1), rows)
          },
          { axis: 1 },
        )
      })
    })
    const x = [
      [0.2, 1.4, -0.3],
      [2.2, 0.4, 1.1],
    ]
    const leafSum = (value: number, g: number): number => {
      const p = 0.1 + 0.7 * g
      return p * density(value, 1 + 0.5 * g) + (1 - p) * density(value, 0.5 * g)
    }
    const groupSum = (row: readonly number[], r: number): number => {
      const p = 0.2 + 0.6 * r
      return [0, 1].reduce(
        (sum, g) => sum + (g === 1 ? p : 1 - p) * row.reduce((q, value) => q * leafSum(value, g), 1),
        0,
      )
    }
    const exact = Math.log(
      [0, 1].reduce(
        (sum, r) => sum + (r === 1 ? 0.4 : 0.6) * x.reduce((q, row) => q * groupSum(row, r), 1),
        0,
      ),
    )
    const summed = marginalize(tree, "root", "group", "leaf")
    expect(trace(summed, [tf.tensor2d(x)]).logJoint.dataSync()[0]).toBeCloseTo(exact, 4)
  })

  it("refuses a sum whose rows a site outside the plate looks at together", () => {
    const peeking = model(function* () {
      let all: Tensor = tf.scalar(0)
      yield* plate("rows", 3, function* () {
        all = tf.sum(yield* sample("k", bernoulli({ probs: 0.5 })))
      })
      yield* observe("total", normal(all, 1), 2)
    })
    expect(() => trace(marginalize(peeking, "k"), [])).toThrow(
      "'total' (no plate) depends on all its rows together",
    )
  })

  it("fits the params of a chain through the sum", async () => {
    const learning = model(function* (x: tf.Tensor2D) {
      const at = yield* param("at", [-0.5, 0.5])
      yield* plate("sequences", x, function* (rows) {
        let before: Tensor = tf.tensor1d([0.5, 0.5])
        for (let t = 0; t < 3; t++) {
          const state = yield* sample(`state_${t}`, categorical({ probs: before }))
          const seen = tf.squeeze(tf.slice(rows, [0, t], [-1, 1]), [1])
          yield* observe(`x_${t}`, normal(tf.gather(at, state as tf.Tensor1D), 0.5), seen)
          before = tf.gather(tf.tensor2d([0.9, 0.1, 0.1, 0.9], [2, 2]), state as tf.Tensor1D)
        }
      })
    })
    const data = tf.tensor2d([
      [-2, -2.1, -1.9],
      [1.9, 2.1, 2],
    ])
    const summed = marginalize(learning, ...states(3))
    const { params } = await fit(
      summed,
      guide(summed, function* () {}),
      [data],
      { steps: 200, learningRate: 0.1 },
    )
    const [low, high] = [...params.at.dataSync()]
    expect(low).toBeCloseTo(-2, 1)
    expect(high).toBeCloseTo(2, 1)
  })
})
