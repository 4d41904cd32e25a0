/** Supports measured in units: the same sets, their usual bijections stretched, and the volume that costs. */
import {
  bijectionTo,
  factor,
  fit,
  guide,
  inUnits,
  lowerCholesky,
  model,
  param,
  positive,
  real,
  simplex,
  type Tensor,
  tf,
} from "latently"
import { describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"

const numbers = (x: Tensor): number[] => [...x.dataSync()]

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("stretches and shifts real numbers, and goes back", () => {
      const transform = bijectionTo(inUnits(real, { loc: [10, -5], scale: [2, 0.5] }))
      const x = tf.tensor2d([
        [0, 0],
        [1, -2],
      ])
      expect(numbers(transform.forward(x))).toEqual([10, -5, 12, -6])
      expect(numbers(transform.inverse(transform.forward(x)))).toEqual(numbers(x))
      const volumes = numbers(transform.logDetJacobian(x, transform.forward(x)))
      for (const [at, volume] of volumes.entries()) expect(volume).toBeCloseTo(Math.log([2, 0.5][at % 2]!), 6)
    })

    it("stretches the rows of Cholesky factors, the volume counted on and below the diagonal", () => {
      const [plain, measured] = [
        bijectionTo(lowerCholesky),
        bijectionTo(inUnits(lowerCholesky, { scale: [[3], [0.1]] })),
      ]
      const x = tf.tensor1d([0.5, -1, 2])
      const [y, stretched] = [plain.forward(x), measured.forward(x)]
      const expected = numbers(y).map((value, at) => value * [3, 3, 0.1, 0.1][at]!)
      for (const [at, value] of numbers(stretched).entries()) expect(value).toBeCloseTo(expected[at]!, 6)
      for (const [at, value] of numbers(measured.inverse(stretched)).entries())
        expect(value).toBeCloseTo([0.5, -1, 2][at]!, 4)
      const more =
        numbers(measured.logDetJacobian(x, stretched))[0]! - numbers(plain.logDetJacobian(x, y))[0]!
      expect(more).toBeCloseTo(Math.log(3) + 2 * Math.log(0.1), 5)
    })

    it("stretches numbers above 0", () => {
      const transform = bijectionTo(inUnits(positive, { scale: 1000 }))
      expect(numbers(transform.forward(tf.tensor1d([0, Math.LN2])))[1]).toBeCloseTo(2000, 2)
      expect(numbers(transform.inverse(tf.scalar(1000)))[0]).toBeCloseTo(0, 6)
    })
  })

describe("a param in units", () => {
  it("moves in them: one step of Adam goes its rate times the unit", async () => {
    const moved = async (unit: number): Promise<number> => {
      const hill = model(function* () {
        const at = yield* param("at", 0, inUnits(real, { scale: unit }))
        yield* factor("height", tf.mul(at, 3))
      })
      const { params } = await fit(
        hill,
        guide(hill, function* () {}),
        [],
        { steps: 1, learningRate: 0.01 },
      )
      return params.at.dataSync()[0]!
    }
    expect(await moved(1)).toBeCloseTo(0.01, 6)
    expect(await moved(500)).toBeCloseTo(5, 3)
  })

  it("asks for units given as a function only when a value is carried over", () => {
    let asked = 0
    const support = inUnits(real, () => {
      asked++
      return { scale: 4 }
    })
    const transform = bijectionTo(support)
    expect(asked).toBe(0)
    expect(numbers(transform.forward(tf.scalar(2)))).toEqual([8])
    expect(asked).toBeGreaterThan(0)
  })

  it("refuses sets that units would leave", () => {
    expect(() => inUnits(simplex, { scale: 2 })).toThrow(/only real, positive, lowerCholesky/)
  })
})
