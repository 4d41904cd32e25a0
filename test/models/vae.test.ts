/** The autoencoder as a model and a guide: its parts by hand, its redrawn data, what a fit of it can be asked. */
import {
  binarize,
  decode,
  encode,
  evaluate,
  explain,
  fit,
  imagine,
  normal,
  reconstruct,
  type Tensor,
  tf,
  trace,
  vae,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"

const small = { pixels: 6, hidden: 5, latents: 2 } as const

/** Four rows of grey pixels. */
const grey = (): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: 4 }, (_, row) => Array.from({ length: 6 }, (_, i) => ((7 * row + 3 * i) % 10) / 10)),
  )

const sum = (x: Tensor): number => tf.sum(x).dataSync()[0]!

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("is log p(x | decoded z) + log N(z; 0, I), by hand", () => {
      const program = vae(small)
      const x = binarize(grey(), 3)
      const run = trace(program.model, [x])
      const values = run.values as unknown as Record<string, Tensor>
      const probs = decode(program, values, values.z!)
      const likelihood = sum(tf.log(tf.abs(tf.sub(tf.sub(1, x), probs))))
      const prior = -0.5 * sum(tf.square(values.z!)) - 4 * Math.log(2 * Math.PI)
      expect(run.logJoint.dataSync()[0]).toBeCloseTo(likelihood + prior, 3)
    })

    it("has as its divergence the closed form, and as its ELBO recon - KL", async () => {
      const program = vae(small)
      const x = binarize(grey(), 3)
      const still = await fit(program.model, program.encoder, [x], { steps: 1, learningRate: 1e-9 })
      const { loc, scale } = encode(program, still.params, x)
      const kl =
        0.5 * sum(tf.sub(tf.add(tf.square(loc), tf.square(scale)), tf.add(1, tf.mul(2, tf.log(scale)))))
      const { elbo, likelihood, divergence } = evaluate(still)
      expect(divergence).toBeCloseTo(kl, 3)
      expect(elbo).toBeCloseTo(likelihood - divergence, 3)
    })

    it("redraws its pixels at every step, the same in model and guide", () => {
      const program = vae({ ...small, redraw: true })
      const binary = (part: typeof program.model | typeof program.encoder, seed: number): number[] => [
        ...(trace(part as typeof program.model, [grey()], { seed }).values.binary as Tensor).dataSync(),
      ]
      expect(binary(program.model, 1)).toEqual(binary(program.encoder, 1))
      expect(binary(program.model, 1)).not.toEqual(binary(program.model, 2))
      expect(new Set(binary(program.model, 1))).toEqual(new Set([0, 1]))
    })
  })

describe("vae", () => {
  it("learns: the bound rises above that of pixels taken one by one", async () => {
    const program = vae({ pixels: 8, hidden: 16, latents: 1, activation: "tanh" })
    // two patterns: one bit explains all eight pixels, which taken one by one cost 8 log 2 nats a row
    const rows = Array.from({ length: 40 }, (_, row) => Array.from({ length: 8 }, (_, i) => (row + i) % 2))
    const options = { steps: 400, learningRate: 0.02, seed: 1 }
    const fitted = await fit(program.model, program.encoder, [tf.tensor2d(rows)], options)
    const { elbo } = evaluate(fitted, undefined, { draws: 20 })
    expect(elbo / 40).toBeGreaterThan(-0.35 * 8 * Math.LN2)
    expect(elbo / 40).toBeLessThan(-Math.LN2)
    const back = reconstruct(program, fitted.params, tf.tensor2d(rows.slice(0, 2)))
    expect([...tf.round(back).dataSync()]).toEqual(rows.slice(0, 2).flat())
  })

  it("learns the scale of Gaussian pixels, and keeps a fixed one fixed", async () => {
    const factor = tf.expandDims(tf.sin(tf.range(0, 200)), 1)
    const rows = tf.add(factor, normal(0, 0.3).sample(1, [200, 6])) as tf.Tensor2D
    const options = { pixels: 6, hidden: 5, activation: "tanh", scale: 1 } as const
    const program = vae({ ...options, latents: 1, likelihood: "gaussian-learned" })
    const fitted = await fit(program.model, program.encoder, [rows], { steps: 800, learningRate: 0.02 })
    const scale = (fitted.params.scale as Tensor).dataSync()[0]!
    // 1,200 draws tell a deviation to 0.3 / √2400 = 0.006, and 200 latents of 1,200 take up to a tenth of it
    expect(scale).toBeGreaterThan(0.27)
    expect(scale).toBeLessThan(0.32)
    const fixed = vae({ ...small, likelihood: "gaussian", scale: 0.5 })
    const run = trace(fixed.model, [rows])
    expect(Object.keys(run.sites)).not.toContain("scale")
    const values = run.values as unknown as Record<string, Tensor>
    const apart = tf.sub(rows, decode(fixed, values, values.z!))
    const expected =
      -0.5 * sum(tf.square(tf.div(apart, 0.5))) - 1200 * (Math.log(0.5) + 0.5 * Math.log(2 * Math.PI))
    expect(sum(run.sites.x!.logProb!) / expected).toBeCloseTo(1, 5)
  })

  it("gets pathwise gradients and a divergence in closed form", () => {
    const program = vae({ ...small, redraw: true })
    const { sites } = explain(program.model, program.encoder, [grey()])
    expect(sites.z).toMatchObject({ estimator: "pathwise", analyticKl: true })
  })

  it("binarizes once for a key, and pixels at 0 and 1 never change", () => {
    const x = tf.tensor2d([[0, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]])
    const draw = (key: number): number[] => [...binarize(x, key).dataSync()]
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(draw(1).slice(0, 2)).toEqual([0, 1])
    expect(new Set(draw(1))).toEqual(new Set([0, 1]))
  })

  it("imagines probabilities, as many rows as asked for, the same for a key", () => {
    const program = vae(small)
    const values = trace(program.model, [binarize(grey(), 1)]).values as unknown as Record<string, Tensor>
    const drawn = imagine(program, values, 3, 5)
    expect(drawn.shape).toEqual([3, 6])
    expect([...drawn.dataSync()]).toEqual([...imagine(program, values, 3, 5).dataSync()])
    expect(sum(tf.cast(tf.logicalAnd(tf.greater(drawn, 0), tf.less(drawn, 1)), "float32"))).toBe(18)
  })

  it("refuses to redraw Gaussian pixels, and a scale of 0", () => {
    expect(() => vae({ ...small, likelihood: "gaussian", redraw: true })).toThrow(
      /only likelihood: "bernoulli"/,
    )
    expect(() => vae({ ...small, likelihood: "gaussian", scale: 0 })).toThrow(/above 0/)
  })
})
