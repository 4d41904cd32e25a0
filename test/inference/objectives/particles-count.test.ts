/** What more particles do to the importance-weighted bound and its gradients, on a model whose evidence is known. */
import {
  doublyReparameterized,
  guide,
  iwae,
  model,
  normal,
  observe,
  param,
  plate,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { ratioOf } from "../../../src/inference/diagnostics/signal.js"
import type { Objective } from "../../../src/inference/objectives/objective.js"
import { useBackend } from "../../backends.js"
import { estimates } from "./estimates.js"

const datum = 1.2

/** z ~ N(0, 1), x ~ N(z, 1): the posterior is N(x/2, 1/2), the evidence N(x; 0, 2). */
const evidence = -0.5 * Math.log(4 * Math.PI) - datum ** 2 / 4

const rowsOf = (count: number): tf.Tensor1D => tf.fill([count], datum)

const linear = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 1), row)
  })
})

/** Every row has a loc of its own, `off` from the posterior's mean, so that one step gives a gradient a row. */
const shifted = (count: number, off: number, variance: number) =>
  guide(linear, function* (x) {
    const loc = yield* param("loc", tf.fill([count], datum / 2 + off))
    yield* plate("rows", { x, loc }, function* (row) {
      yield* sample("z", normal(row.loc, Math.sqrt(variance)))
    })
  })

describe("the importance-weighted bound", () => {
  useBackend("tensorflow")

  it("starts from the ELBO, rises with the number of particles, and stays below the evidence", () => {
    const [off, variance, count, draws] = [0.8, 0.8, 400, 40]
    const elbo = evidence - 0.5 * (2 * variance + 2 * off ** 2 - 1 - Math.log(2 * variance))
    const bounds = [1, 2, 4, 8, 16, 32].map((particles) => {
      const asked = { draws, drawnKl: true, seed: particles }
      const { values } = estimates(
        linear,
        shifted(count, off, variance),
        [rowsOf(count)],
        iwae({ particles }),
        asked,
      )
      const each = values.map((value) => value / count)
      const mean = each.reduce((a, b) => a + b, 0) / draws
      const squares = each.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      return { mean, standardError: Math.sqrt(squares / (draws - 1) / draws) }
    })
    expect(Math.abs(bounds[0]!.mean - elbo)).toBeLessThan(4.5 * bounds[0]!.standardError)
    for (const { mean, standardError } of bounds) expect(mean - evidence).toBeLessThan(4.5 * standardError)
    bounds.slice(1).forEach((bound, i) => {
      const error = Math.hypot(bound.standardError, bounds[i]!.standardError)
      // each doubling here gains more than its error tells apart from nothing
      expect(bound.mean - bounds[i]!.mean).toBeGreaterThan(4.5 * error)
    })
  })
})

/** Rainforth and others (2018), Tucker and others (2019): with q off the posterior, at K = 1, 8, 64. */
describe("the signal-to-noise ratio of the guide's gradient", () => {
  useBackend("tensorflow")
  const [off, variance, count] = [0.3, 2 / 3, 16_000]
  const particles = [1, 8, 64]

  const gradientsOf = (objective: Objective): number[] => {
    const asked = { drawnKl: true, seed: 3 }
    const { gradients } = estimates(linear, shifted(count, off, variance), [rowsOf(count)], objective, asked)
    return gradients.loc![0]!
  }
  const ratio = (gradients: readonly number[]): number => ratioOf(gradients.map((g) => Float64Array.of(g)))
  const errorOf = (r: number): number => Math.sqrt((1 + r ** 2 / 2) / count)

  it("falls with the number of particles for the total gradient, and rises for the doubly reparameterized", () => {
    const total = particles.map((k) => ratio(gradientsOf(iwae({ particles: k }))))
    const doubly = particles.map((k) => ratio(gradientsOf(doublyReparameterized({ particles: k }))))
    // one particle: the gradients are -2(off + s ε) and -2 off + (1/s - 2s) ε
    const s = Math.sqrt(variance)
    expect(Math.abs(total[0]! - off / s)).toBeLessThan(4.5 * errorOf(off / s))
    const alone = (2 * off) / Math.abs(1 / s - 2 * s)
    expect(Math.abs(doubly[0]! - alone)).toBeLessThan(4.5 * errorOf(alone))
    for (const i of [1, 2]) {
      expect(total[i - 1]! - total[i]!).toBeGreaterThan(
        4.5 * Math.hypot(errorOf(total[i - 1]!), errorOf(total[i]!)),
      )
      expect(doubly[i]! - doubly[i - 1]!).toBeGreaterThan(
        4.5 * Math.hypot(errorOf(doubly[i - 1]!), errorOf(doubly[i]!)),
      )
    }
  })

  it("comes of the same mean: both are unbiased", () => {
    for (const k of [8, 64]) {
      const total = gradientsOf(iwae({ particles: k }))
      const other = gradientsOf(doublyReparameterized({ particles: k }))
      const parted = total.map((g, i) => g - other[i]!)
      const mean = parted.reduce((a, b) => a + b, 0) / count
      const squares = parted.reduce((sum, d) => sum + (d - mean) ** 2, 0)
      expect(Math.abs(mean)).toBeLessThan(4.5 * Math.sqrt(squares / (count - 1) / count))
    }
  })
})
