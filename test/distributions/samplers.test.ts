/**
 * Samplers against densities: 100,000 draws of every case by Pearson's chi-square test (p > 1e-6, so that 200 tests fail
 * by chance with probability 2e-4; the keys are fixed), moments, support, and pathwise gradients. On one backend only
 * (the first): `draws.test.ts` shows that the others draw the same numbers.
 */
import { describe, expect, it } from "vitest"
import type { Distribution } from "../../src/distributions/distribution.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { pearson } from "./battery/chi-square.js"
import { massAt, nodesOf } from "./battery/nodes.js"
import { at, type Parameters, type Row } from "./battery/row.js"
import { rows } from "./table/index.js"

const draws = 100_000

/** The p-value of the chi-square test of draws under the density of `dist`. */
const goodness = (dist: Distribution, sample: Tensor): number => {
  const nodes = nodesOf(dist)!
  const mass = massAt(dist, nodes)
  const expected = new Float64Array(nodes.binCount)
  for (const [i, m] of mass.entries()) expected[nodes.bins[i]!]! += m * sample.shape[0]!
  const counts = new Float64Array(nodes.binCount)
  for (const bin of nodes.binOf(sample)) counts[bin]! += 1
  return pearson(counts, expected)
}

/** The mean of each column of [draws, ...event] with its standard error. */
const columns = (x: Tensor): { mean: number; error: number }[] => {
  const flat = tf.reshape(x, [x.shape[0]!, -1])
  const values = flat.dataSync()
  const width = flat.shape[1]!
  return Array.from({ length: width }, (_, column) => {
    let [mean, squares] = [0, 0]
    for (let i = 0; i < draws; i++) mean += values[i * width + column]! / draws
    for (let i = 0; i < draws; i++) squares += (values[i * width + column]! - mean) ** 2 / draws
    return { mean, error: Math.sqrt(squares / draws) }
  })
}

/** Each column's mean within 5 standard errors (two-sided chance 6e-7) of the closed form. */
const expectMean = (sample: Tensor, closed: Tensor): void => {
  const want = closed.dataSync()
  columns(sample).forEach(({ mean, error }, i) => {
    if (Number.isFinite(want[i]!))
      expect(Math.abs(mean - want[i]!)).toBeLessThanOrEqual(5 * error + 1e-5 * Math.abs(want[i]!))
  })
}

const samplesFit = (row: Row, parameters: Parameters): void => {
  const dist = at(row, parameters)
  const sample = dist.sample(20_240, [draws])
  expect(tf.all(dist.support.contains(sample)).dataSync()[0]).toBe(1)
  if (nodesOf(dist) !== undefined) expect(goodness(dist, sample)).toBeGreaterThan(1e-6)
  else expect(row.projections, "a family of vectors needs projections").toBeDefined()
  for (const { of, as } of row.projections?.(parameters) ?? [])
    expect(goodness(as, of(sample))).toBeGreaterThan(1e-6)
  if (row.circular || !dist.closed.has("mean")) return
  expectMean(sample, dist.mean)
  if (dist.closed.has("variance") && dist.variance.size === dist.mean.size)
    expectMean(tf.square(tf.sub(sample, dist.mean)), dist.variance)
}

describe("samplers", () => {
  useBackend(backends[0]!)
  for (const row of rows)
    if (row.noDraws === undefined)
      for (const parameters of row.cases)
        it(`${row.name} ${JSON.stringify(parameters)}`, () => {
          tf.tidy(() => samplesFit(row, parameters))
        })
})
