/** The float32 pieces of the gamma log-density against the same quantity in double precision, over the whole range. */
import { describe, expect, it } from "vitest"
import { gammaPeak } from "../../src/distributions/gamma-peak.js"
import { lgamma } from "../../src/engine/special/double/gamma.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const exact = (a: number, b: number): number => {
  const k = a - 1
  return k > 0 ? k * Math.log(k) - k + Math.log(b) - lgamma(a) : a * Math.log(b) - lgamma(a)
}

/** The largest of the terms that are added: what float32 rounds, and so what an error is measured by. */
const largestTerm = (a: number, b: number): number =>
  Math.max(Math.abs(Math.log(b)), Math.abs(a * Math.log(b)), Math.abs(Math.log(Math.abs(a - 1) || 1)), 1)

const float32Unit = 2 ** -23

const concentrations = Array.from({ length: 400 }, (_, i) => Math.fround(10 ** (-8 + (16 * i) / 399)))
const rates = [1e-8, 0.3, 1, 7, 1e8].map(Math.fround)

for (const name of backends)
  describe(`gammaPeak on ${name}`, () => {
    useBackend(name)

    it("is within a few roundings of its largest term", () => {
      for (const b of rates) {
        const got = gammaPeak(tf.tensor1d(concentrations), tf.scalar(b)).dataSync()
        for (const [i, a] of concentrations.entries()) {
          const allowed =
            4 * float32Unit * (a > 1 ? largestTerm(1, b) + Math.log(a) : largestTerm(a, b) - Math.log(a))
          expect(Math.abs(got[i]! - exact(a, b)), `a = ${a}, b = ${b}`).toBeLessThan(allowed)
        }
      }
    })

    it("meets at a = 1 from both sides, where it is log b", () => {
      const near = [1 - 2 ** -24, 1, 1 + 2 ** -23].map(Math.fround)
      const got = gammaPeak(tf.tensor1d(near), tf.scalar(2)).dataSync()
      for (const value of got) expect(Math.abs(value - Math.log(2))).toBeLessThan(3e-6)
    })
  })
