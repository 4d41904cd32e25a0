/**
 * Simulation-based calibration: exact posteriors pass, guides a little wrong fail. 1,000 replications of 99 draws in 20 bins; the
 * false-alarm rate is 1e-4 a quantity with seeds fixed, and a standard deviation off by 0.8 fails with power above 0.99.
 */
import {
  bernoulli,
  beta,
  binomial,
  dirichlet,
  exponential,
  gamma,
  guide,
  model,
  multinomial,
  multivariateNormal,
  normal,
  observe,
  plate,
  poisson,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { calibrate } from "../../src/inference/proof/calibrate.js"
import { useBackend } from "../backends.js"

const rows = 1000

const bell = model(function* (x: tf.Tensor1D) {
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", normal(0, 1))
    yield* observe("x", normal(z, 2), row)
  })
})

/** The exact posterior N(x/5, 4/5), its standard deviation and its mean changed. */
const bellGuide = (width: number, shift = 0) =>
  guide(bell, function* (x) {
    yield* plate("rows", x, function* (row) {
      const exact = Math.sqrt(0.8)
      yield* sample("z", normal(tf.add(tf.div(row, 5), shift * exact), width * exact))
    })
  })

const zeros = (): tf.Tensor1D => tf.zeros([rows])

describe("exact posteriors are calibrated", () => {
  useBackend("tensorflow")
  const passes = async (program: any, posterior: any, args: any[]): Promise<void> => {
    const calibration = await calibrate(program, posterior, args, { seed: 1 })
    expect(calibration.quantities.filter(({ p }) => p < 1e-4)).toEqual([])
    expect(calibration.replications).toBe(rows)
    expect(calibration.ok).toBe(true)
  }

  it("normal mean, normal data", async () => {
    await passes(bell, bellGuide(1), [zeros()])
  })

  it("beta chance, counts of successes", async () => {
    const program = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const p = yield* sample("p", beta(2, 3))
        yield* observe("x", binomial({ totalCount: 6, probs: p }), row)
      })
    })
    const posterior = guide(program, function* (x) {
      yield* plate("rows", x, function* (row) {
        yield* sample("p", beta(tf.add(2, row), tf.sub(9, row)))
      })
    })
    await passes(program, posterior, [zeros()])
  })

  it("gamma rate, Poisson counts; gamma rate, exponential times", async () => {
    const program = model(function* (x: tf.Tensor1D, t: tf.Tensor1D) {
      yield* plate("rows", { x, t }, function* (row) {
        const rate = yield* sample("rate", gamma(2, 1))
        const speed = yield* sample("speed", gamma(3, 2))
        yield* observe("x", poisson(rate), row.x)
        yield* observe("t", exponential(speed), row.t)
      })
    })
    const posterior = guide(program, function* (x, t) {
      yield* plate("rows", { x, t }, function* (row) {
        yield* sample("rate", gamma(tf.add(2, row.x), 2))
        yield* sample("speed", gamma(4, tf.add(2, row.t)))
      })
    })
    await passes(program, posterior, [zeros(), tf.ones([rows])])
  })

  it("Dirichlet shares, multinomial counts", async () => {
    const program = model(function* (x: tf.Tensor2D) {
      yield* plate("rows", x, function* (row) {
        const shares = yield* sample("shares", dirichlet([1, 2, 0.5]))
        yield* observe("x", multinomial({ totalCount: 8, probs: shares }), row)
      })
    })
    const posterior = guide(program, function* (x) {
      yield* plate("rows", x, function* (row) {
        yield* sample("shares", dirichlet(tf.add(row, tf.tensor1d([1, 2, 0.5]))))
      })
    })
    const start = tf.concat([tf.fill([rows, 1], 8), tf.zeros([rows, 2])], 1) as tf.Tensor2D
    await passes(program, posterior, [start])
  })

  it("factor analysis: two latents through a full covariance", async () => {
    const loadings = tf.keep(tf.tensor2d([1, 0.5, -0.4, 1.2, 0.3, 0.8], [2, 3]))
    const program = model(function* (x: tf.Tensor2D) {
      yield* plate("rows", x, function* (row) {
        const z = yield* sample("z", normal(tf.zeros([2]), 1).toEvent(1))
        yield* observe("x", normal(tf.matMul(z as tf.Tensor2D, loadings), 1).toEvent(1), row)
      })
    })
    // (I + W Wᵀ)⁻¹ by hand: W Wᵀ = [[1.41, 1.03], [1.03, 2.17]]
    const [a, b, d] = [2.41, 1.03, 3.17]
    const determinant = a * d - b * b
    const covariance = tf.keep(
      tf.tensor2d(
        [d, -b, -b, a].map((value) => value / determinant),
        [2, 2],
      ),
    )
    const posterior = guide(program, function* (x) {
      yield* plate("rows", x, function* (row) {
        const loc = tf.matMul(tf.matMul(row, loadings, false, true), covariance)
        yield* sample("z", multivariateNormal({ loc, covariance }))
      })
    })
    // entries of W Wᵀ
    expect([...tf.matMul(loadings, loadings, false, true).dataSync()].map((v) => +v.toFixed(2))).toEqual([
      1.41, 1.03, 1.03, 2.17,
    ])
    await passes(program, posterior, [tf.zeros([rows, 3])])
  })

  it("a discrete latent, whose ranks tie", async () => {
    const program = model(function* (x: tf.Tensor1D) {
      yield* plate("rows", x, function* (row) {
        const k = yield* sample("k", bernoulli({ probs: 0.3 }))
        yield* observe("x", normal(tf.mul(k, 2), 1), row)
      })
    })
    const posterior = guide(program, function* (x) {
      yield* plate("rows", x, function* (row) {
        yield* sample("k", bernoulli({ logits: tf.add(tf.mul(2, tf.sub(row, 1)), Math.log(0.3 / 0.7)) }))
      })
    })
    await passes(program, posterior, [zeros()])
  })
})

describe("wrong guides", () => {
  useBackend("tensorflow")
  const judged = (width: number, shift = 0) =>
    calibrate(bell, bellGuide(width, shift), [zeros()], { seed: 2 })

  it.each([
    [0.5, 0, "too narrow"],
    [0.8, 0, "too narrow"],
    [1.35, 0, "too wide"],
    [1, 0.3, "biased upwards"],
    [1, -0.3, "biased downwards"],
  ])("standard deviation × %f, mean + %f of one, fails: %s", async (width, shift, reading) => {
    const calibration = await judged(width, shift)
    expect(calibration.ok).toBe(false)
    expect(String(calibration)).toContain("NOT calibrated")
    expect(String(calibration)).toContain(reading)
  })
})
