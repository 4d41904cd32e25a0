/** One seed, one fit: the same params eager and compiled, on native TensorFlow, WebAssembly and plain JavaScript. */
import {
  type Fit,
  fit,
  gaussianMixture,
  linearGuide,
  ppca,
  ready,
  responsibilities,
  setBackend,
  type Tensor,
  tf,
  vae,
} from "latently"
import { afterAll, describe, expect, it } from "vitest"
import { backends } from "../backends.js"
import { faithful, iris, tensorOf } from "./tables.js"

const steps = 25

// no guide here begins at its optimum: Adam divides by the gradient's size, so where that is 0 but for rounding, rounding steers

const fits: Readonly<Record<string, (compile: boolean) => Promise<Fit<any>>>> = {
  "mixture, exact sum": (compile) => {
    const mixture = gaussianMixture({ components: 2 })
    return fit(mixture, responsibilities(mixture, { of: "network" }), [tensorOf(faithful)], {
      steps,
      compile,
    })
  },
  "mixture, score function": (compile) => {
    const mixture = gaussianMixture({ components: 3, covariance: "tied" })
    const guide = responsibilities(mixture, { of: "network", gradient: "score" })
    return fit(mixture, guide, [tensorOf(iris)], { steps, particles: 2, compile })
  },
  ppca: (compile) => {
    const program = ppca({ dimension: 4, latents: 2 })
    return fit(program, linearGuide(program), [tensorOf(iris)], { steps, batch: 40, compile })
  },
  vae: (compile) => {
    const { model, encoder } = vae({ pixels: 12, hidden: 8, latents: 2, redraw: true })
    const grey = Array.from({ length: 30 }, (_, row) =>
      Array.from({ length: 12 }, (_, i) => ((row + i) % 5) / 4),
    )
    return fit(model, encoder, [tf.tensor2d(grey)], { steps, batch: 8, learningRate: 1e-2, compile })
  },
}

const numbersOf = ({ params }: Fit<any>): number[] =>
  Object.keys(params)
    .sort()
    .flatMap((name) => [...(params[name] as Tensor).dataSync()])

afterAll(async () => {
  await ready()
})

describe("one seed gives one fit", () => {
  for (const [name, run] of Object.entries(fits))
    it(name, async () => {
      const runs = new Map<string, number[]>()
      for (const backend of backends) {
        await setBackend(backend)
        runs.set(backend, numbersOf(await run(false)))
        if (backend === "tensorflow") runs.set("compiled", numbersOf(await run(true)))
      }
      const [first, ...others] = [...runs.values()]
      expect(first!.length).toBeGreaterThan(10)
      for (const other of others) {
        expect(other).toHaveLength(first!.length)
        const apart = first!.map((value, at) => Math.abs(value - other[at]!) / Math.max(1, Math.abs(value)))
        expect(Math.max(...apart)).toBeLessThan(1e-4)
      }
    })
})
