import { describe, expect, it } from "vitest"
import { latentGrid, normalQuantile } from "../../src/report/manifold.js"

describe("normalQuantile", () => {
  // mpmath at 50 digits: findroot(lambda z: log(ncdf(z)) - log(p), z0)
  it.each([
    [0.5, 0],
    [0.975, 1.9599639845400543],
    [0.3, -0.5244005127080408],
    [0.01, -2.326347874040841],
    [0.999, 3.0902323061678136],
    [1e-10, -6.361340902404056],
    [1e-200, -30.20559417957964],
  ])("at %d is %d", (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(2e-15 * Math.abs(z))
  })

  it("is infinite at the ends and refuses what is no probability", () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ])
    for (const p of [-0.1, 1.1, Number.NaN])
      expect(() => normalQuantile(p)).toThrow(`needs p in [0, 1], got ${p}`)
  })
})

it("latentGrid is even in probability, first axis to the right, second upwards", () => {
  const q = Math.fround(normalQuantile(0.75))
  expect([...latentGrid(2)]).toEqual([-q, q, q, q, -q, -q, q, -q])
  expect(latentGrid(20)).toHaveLength(800)
})
