/**
 * Closed forms against sums over the density: total mass, mean, variance, mode, entropy, KL, cdf and its inverse.
 * Scalar and finite families by quadrature; others against draws, within standard errors. On the first backend.
 */
import { describe, expect, it } from "vitest"
import type { Distribution } from "../../src/distributions/distribution.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { expectDivergence, surprise } from "./battery/divergence.js"
import { expectation, massAt, type Nodes, nodesOf } from "./battery/nodes.js"
import { at, familyOf, type Row } from "./battery/row.js"
import { rows } from "./table/index.js"

const number = (x: Tensor): number => x.dataSync()[0]!

/** Float32 densities summed: relative error about 1e-6 a node, most of it shared. */
const near = (got: number, want: number): void => {
  if (got !== want) expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(want)))
}

/** The mean direction, and one minus the mean cosine about it. */
const circularMoments = (dist: Distribution, nodes: Nodes, mass: Float64Array): void => {
  const points = Float64Array.from(nodes.points.dataSync())
  const [sine, cosine] = [expectation(mass, points.map(Math.sin)), expectation(mass, points.map(Math.cos))]
  near(number(dist.mean), Math.atan2(sine, cosine))
  near(number(dist.variance), 1 - Math.hypot(sine, cosine))
}

const scalarMoments = (dist: Distribution, nodes: Nodes, mass: Float64Array): void => {
  const points = nodes.points.dataSync()
  near(
    expectation(
      mass,
      mass.map(() => 1),
    ),
    1,
  )
  const moment = (form: "mean" | "variance", at: (x: number) => number): void => {
    const closed = dist.closed.has(form) ? number(dist[form]) : Number.NaN
    if (Number.isFinite(closed))
      near(
        expectation(mass, Float64Array.from(points, at)) / Math.max(1, Math.abs(closed)),
        closed / Math.max(1, Math.abs(closed)),
      )
  }
  if (dist.eventShape.length > 0) return
  moment("mean", (x) => x)
  const mean = dist.closed.has("mean") ? number(dist.mean) : Number.NaN
  if (Number.isFinite(mean)) moment("variance", (x) => (x - mean) ** 2)
}

const closedForms = (row: Row, dist: Distribution): void => {
  const nodes = nodesOf(dist)
  const moments = row.circular ? circularMoments : scalarMoments
  if (nodes !== undefined) moments(dist, nodes, massAt(dist, nodes))
  if (dist.closed.has("entropy")) {
    const { mean, error } = surprise(dist, dist)
    expect(Math.abs(number(dist.entropy()) - mean)).toBeLessThanOrEqual(
      2e-4 * Math.max(1, Math.abs(mean)) + 5 * error,
    )
  }
  if (dist.closed.has("mode") && row.noDraws === undefined) {
    const best = number(tf.max(dist.logProb(dist.sample(5, [1000]))))
    expect(number(dist.logProb(dist.mode))).toBeGreaterThanOrEqual(best - 1e-4 * Math.max(1, Math.abs(best)))
  }
}

/** The cdf against the mass below quantiles of a sample, and the inverse against the cdf. */
const distributionFunction = (dist: Distribution): void => {
  const nodes = nodesOf(dist)!
  const mass = massAt(dist, nodes)
  const points = [...nodes.points.dataSync()]
  const edges = Array.from({ length: nodes.binCount - 1 }, (_, bin) =>
    points.reduce((edge, x, i) => (nodes.bins[i] === bin ? Math.max(edge, x) : edge), -Infinity),
  )
  const below = edges.map((_, bin) => mass.reduce((sum, m, i) => sum + (nodes.bins[i]! <= bin ? m : 0), 0))
  const cdf = dist.cdf(tf.tensor1d(edges)).dataSync()
  edges.forEach((edge, i) => {
    expect(Math.abs(cdf[i]! - below[i]!), `cdf at ${edge}`).toBeLessThanOrEqual(2e-4)
  })
  if (!dist.closed.has("icdf") || dist.support.discrete) return
  const levels = tf.tensor1d([1e-6, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999])
  const back = dist.cdf(dist.icdf(levels)).dataSync()
  levels.dataSync().forEach((p, i) => {
    expect(Math.abs(back[i]! - p), `cdf(icdf(${p}))`).toBeLessThanOrEqual(2e-5 * p + 3e-7)
  })
}

describe("closed forms", () => {
  useBackend(backends[0]!)
  for (const row of rows)
    describe(row.name, () => {
      for (const parameters of row.cases) {
        it(`${JSON.stringify(parameters)}`, () => {
          tf.tidy(() => {
            const dist = at(row, parameters)
            closedForms(row, dist)
            if (dist.closed.has("cdf")) distributionFunction(dist)
          })
        })
      }
      for (const [i] of (row.divergences?.() ?? []).entries())
        it(`KL ${familyOf(row)} ${i}`, () => {
          tf.tidy(() => expectDivergence(row.divergences!()[i]!))
        })
    })
})
