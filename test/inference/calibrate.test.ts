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
  fit,
  gamma,
  guide,
  model,
  multinomial,
  multivariateNormal,
  normal,
  observe,
  param,
  plate,
  poisson,
  positive,
  sample,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { calibrate } from "../../src/inference/proof/calibrate.js"
import { chiSquareTail, rankOf, uniformityOf } from "../../src/inference/proof/ranks.js"
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

describe("one data set at a time", () => {
  useBackend("tensorflow")
  const shared = model(function* (x: tf.Tensor1D) {
    const mu = yield* sample("mu", normal(0, 1))
    yield* plate("rows", x, function* (row) {
      yield* observe("x", normal(mu, 1), row)
    })
  })
  const exact = (width: number) =>
    guide(shared, function* (x) {
      yield* sample("mu", normal(tf.div(tf.sum(x), 6), width * Math.sqrt(1 / 6)))
    })

  it("ranks a latent outside all plates once a simulation", async () => {
    const options = { replications: 120, bins: 10, draws: 49, seed: 4 }
    const right = await calibrate(shared, exact(1), [tf.zeros<tf.Rank.R1>([5])], options)
    expect(right.ok).toBe(true)
    expect(right.quantities[0]!.histogram.reduce((a, b) => a + b, 0)).toBe(120)
    const narrow = await calibrate(shared, exact(0.5), [tf.zeros<tf.Rank.R1>([5])], options)
    expect(narrow.ok).toBe(false)
  })

  it("fits anew to every simulated data set, and leaves no tensor behind", async () => {
    const learned = guide(shared, function* () {
      const loc = yield* param("loc", 0)
      const scale = yield* param("scale", 0.4, positive)
      yield* sample("mu", normal(loc, scale))
    })
    const x = tf.zeros<tf.Rank.R1>([5])
    const seen: number[] = []
    const once = () =>
      calibrate(shared, learned, [x], {
        replications: 3,
        bins: 2,
        draws: 9,
        refit: async (args, seed) => {
          const data = args[0] as tf.Tensor1D
          const fitted = await fit(shared, learned, [data], {
            steps: 200,
            learningRate: (step) => 0.15 / (1 + step / 20),
            seed,
            compile: false,
          })
          seen.push(fitted.params.loc.dataSync()[0]! - tf.tidy(() => tf.sum(data).dataSync()[0]!) / 6)
          return fitted
        },
      })
    await once()
    const before = tf.memory().numTensors
    await once()
    expect(tf.memory().numTensors).toBe(before)
    for (const error of seen) expect(Math.abs(error)).toBeLessThan(0.15)
    expect(seen).toHaveLength(6)
  })

  it("asks where data go when an observed value is no argument", async () => {
    const halved = model(function* (x: tf.Tensor1D) {
      const mu = yield* sample("mu", normal(0, 1))
      yield* plate("rows", x, function* (row) {
        yield* observe("half", normal(mu, 1), tf.div(row, 2))
      })
    })
    const q = guide(halved, function* (x) {
      yield* sample("mu", normal(tf.div(tf.sum(x), 12), Math.sqrt(1 / 6)))
    })
    const options = { replications: 100, bins: 10, draws: 49 }
    await expect(calibrate(halved, q, [tf.zeros<tf.Rank.R1>([5])], options)).rejects.toThrow(
      "site 'half' (plate rows[5]): its value is not one of the program's arguments",
    )
    const calibration = await calibrate(halved, q, [tf.zeros<tf.Rank.R1>([5])], {
      ...options,
      data: (simulated) => [tf.mul(simulated.half!, 2)],
    })
    expect(calibration.ok).toBe(true)
  })
})

describe("ranks", () => {
  it("count draws below, and a random part of the equal ones", () => {
    expect(rankOf(2, [1, 3, 0, 2.5], 0.9)).toBe(2)
    expect([0, 0.3, 0.6, 0.99].map((u) => rankOf(1, [0, 1, 1, 1], u))).toEqual([1, 2, 3, 4])
  })

  it("are tested by the chi-square whose tail has a closed form for odd degrees", () => {
    // P(χ²₃ > x) = erfc √(x/2) + √(2x/π) e^(-x/2); with 5 degrees √(2/π) x^(3/2) e^(-x/2) / 3 more
    expect(chiSquareTail(11.07, 5)).toBeCloseTo(0.05000961838, 9)
    const ranks = [8, 12, 10, 10].flatMap((count, bin) => Array.from({ length: count }, () => bin))
    expect(uniformityOf(ranks, 3, 4)).toMatchObject({ histogram: [8, 12, 10, 10], chiSquare: 0.8 })
    expect(uniformityOf(ranks, 3, 4).p).toBeCloseTo(0.84946703339, 9)
  })
})
