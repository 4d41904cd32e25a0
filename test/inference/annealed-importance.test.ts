/** Annealed importance sampling against evidences known exactly, and its weights' mean against p(x). */
import {
  annealedImportance,
  bernoulli,
  factor,
  model,
  normal,
  observe,
  type Program,
  plate,
  poisson,
  priorImportance,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../backends.js"
import {
  bounded,
  boundedEvidence,
  data,
  local,
  localEvidence,
  logNormal,
  mixed,
  mixedEvidence,
  rows,
  shared,
  sharedEvidence,
  within,
} from "./known-evidence.js"

describe("annealed importance sampling", () => {
  useBackend("tensorflow")
  const options = { temperatures: 80, chains: 32, seed: 2 }

  it.each([
    ["one mean for all rows", shared, sharedEvidence(data), 1, 0.15],
    ["a mean in each row", local, localEvidence(), data.length, 0.15],
    ["a coin summed out in each row", mixed, mixedEvidence, data.length, 0.25],
  ] as const)("%s: the exact evidence within its standard error", (_, program, exact, groups, most) => {
    const estimate = annealedImportance(program as Program<[tf.Tensor1D]>, [rows()], options)
    within(estimate, exact, most)
    expect(estimate.groups).toBe(groups)
    expect(estimate.acceptance).toBeGreaterThan(0.6)
  })

  it("counts the volumes of bijections", () => {
    within(annealedImportance(bounded, [], options), boundedEvidence, 0.1)
  })

  it("takes params, and leaves out of the prior what factors say", () => {
    within(annealedImportance(local, [rows()], { ...options, params: { shift: 1 } }), localEvidence(1), 0.2)
    const tilted = model(function* () {
      const z = yield* sample("z", normal(0, 1))
      yield* factor("tilt", tf.mul(-1.5, tf.square(z)))
    })
    within(annealedImportance(tilted, [], options), -Math.log(2), 0.05)
  })

  it("has weights of mean p(x) however few the temperatures: the moves leave each density as it is", () => {
    const path = [0.05, 0.2, 0.6, 1]
    const { logEvidence, standardError } = annealedImportance(local, [rows([1.8])], {
      temperatures: path,
      chains: 1500,
      leapfrogs: 2,
      seed: 5,
    })
    const exact = logNormal(1.8, 0.5, 1.25) + logNormal(0.7, 0, 1)
    expect(standardError).toBeLessThan(0.03)
    expect(Math.abs(logEvidence - exact)).toBeLessThan(4.5 * standardError)
  })

  it("stands where draws of the prior are lost: 300 rows on one mean and scale", () => {
    const many = Array.from({ length: 300 }, (_, i) => 6 + 0.2 * Math.sin(12.9898 * i))
    const narrow = model(function* (x: tf.Tensor1D) {
      const mu = yield* sample("mu", normal(0, 10))
      yield* plate("rows", x, function* (row) {
        yield* observe("x", normal(mu, 0.15), row)
      })
    })
    let [exact, loc, variance] = [0, 0, 100]
    for (const value of many) {
      const noise = 0.15 ** 2
      exact += logNormal(value, loc, variance + noise)
      loc = (loc * noise + variance * value) / (noise + variance)
      variance = (variance * noise) / (noise + variance)
    }
    const annealed = annealedImportance(narrow, [rows(many)], { temperatures: 150, chains: 24, seed: 1 })
    within(annealed, exact, 0.5)
    const naive = priorImportance(narrow, [rows(many)], { draws: 1000 })
    expect(naive.effectiveDraws).toBeLessThan(10)
    expect(naive.kHat).toBeGreaterThan(0.7)
  })

  it("gives the same numbers from the same seed", () => {
    const quick = { temperatures: 5, chains: 4, seed: 9 }
    const [a, b] = [1, 2].map(() => annealedImportance(shared, [rows()], quick).logEvidence)
    expect(a).toBe(b)
    expect(annealedImportance(shared, [rows()], { ...quick, seed: 10 }).logEvidence).not.toBe(a)
  })

  it("refuses what it cannot do, and says what to do", () => {
    const counts = model(function* () {
      const n = yield* sample("n", poisson(3))
      yield* observe("x", normal(n, 1), 2)
    })
    expect(() => annealedImportance(counts, [])).toThrow(/poisson is discrete with no finite list of values/)
    const coin = model(function* () {
      const z = yield* sample("z", bernoulli({ probs: 0.4 }))
      yield* observe("x", normal(z, 1), 1)
    })
    expect(() => annealedImportance(coin, [])).toThrow(/no continuous latent/)
    expect(() => annealedImportance(shared, [rows()], { temperatures: [0.5, 0.2, 1] })).toThrow(
      /rising weights/,
    )
    expect(() => annealedImportance(shared, [rows()], { chains: 0 })).toThrow(/chains: 0/)
  })

  it("leaves no tensor behind", () => {
    const x = rows()
    const quick = { temperatures: 3, chains: 2 }
    annealedImportance(local, [x], quick)
    const before = tf.memory().numTensors
    annealedImportance(local, [x], quick)
    priorImportance(local, [x], { draws: 5 })
    expect(tf.memory().numTensors).toBe(before)
  })
})
