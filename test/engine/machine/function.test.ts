import { describe, expect, it } from "vitest"
import { withChecks } from "../../../src/engine/checks.js"
import { record } from "../../../src/engine/compile/record.js"
import { compileFunction, type TensorFunction } from "../../../src/engine/compiled-function.js"
import { EngineError } from "../../../src/engine/error.js"
import { createMachineFunction } from "../../../src/engine/machine/function.js"
import { loadMachine } from "../../../src/engine/machine/load.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { useBackend } from "../../backends.js"
import { cases, positive, spread } from "./function-cases.js"

/** About ten roundings of a float32, of the number itself or of the largest that it is made of. */
const within = (expected: Float32Array): number =>
  expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1) * 2 ** -20

const expectSame = (results: readonly Tensor[], expected: readonly Tensor[]): void => {
  expect(results.map(({ shape, dtype }) => [shape, dtype])).toEqual(
    expected.map(({ shape, dtype }) => [shape, dtype]),
  )
  for (const [i, result] of results.entries()) {
    const [numbers, wanted] = [result, expected[i]!].map((t) => t.dataSync() as Float32Array)
    const tolerance = within(wanted!)
    const wrong = wanted!.findIndex(
      (value, at) => value !== numbers![at] && !(Math.abs(numbers![at]! - value) <= tolerance),
    )
    expect(wrong < 0 ? "" : `result ${i} at ${wrong}: ${numbers![wrong]}, not ${wanted![wrong]}`).toBe("")
  }
}

const recorded = (f: TensorFunction, inputs: readonly Tensor[]) =>
  record(inputs, (copies) => tf.tidy(() => f(copies).map((t) => tf.clone(t))))

const refusal = (f: TensorFunction, inputs: readonly Tensor[], mostWords?: number): unknown => {
  const recording = recorded(f, inputs)
  try {
    return createMachineFunction(loadMachine()!, recording, mostWords)
  } catch (error) {
    return error
  } finally {
    recording.release()
  }
}

describe.skipIf(loadMachine() === undefined)("a function on the step machine", () => {
  useBackend("tensorflow")

  for (const [name, f, inputs] of cases)
    it(`gives what TensorFlow gives: ${name}`, () => {
      const g = compileFunction((tensors) => withChecks(false, () => f(tensors)))
      for (let call = 0; call < 4; call++) {
        const given = inputs().map((t) => (t.dtype === "float32" ? tf.mul(t, 1 + call / 8) : t))
        expectSame(
          g(given),
          withChecks(false, () => f(given)),
        )
      }
      expect(g.plan).toBe("compiled: a program of the step machine, one call.")
      g.dispose()
    })

  it("reads what it captured when it was recorded", () => {
    const captured = spread(2000)
    const g = compileFunction(([x]) => [tf.mul(x!, captured)])
    const x = positive(2000)
    for (let call = 0; call < 4; call++) expectSame(g([x]), [tf.mul(x, captured)])
    expect(g.plan).toMatch(/step machine/)
    g.dispose()
  })

  it("keeps to NaN, infinities and numbers too small to be normal", () => {
    const x = tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 2 ** -140])
    const g = compileFunction(([y]) => [tf.mul(y!, 0.5)])
    const results = [0, 1, 2].map(() => [...g([x])[0]!.dataSync()])
    expect(g.plan).toMatch(/step machine/)
    expect(results[2]).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
      2 ** -141,
    ])
    g.dispose()
  })

  it("gives results memory of their own", () => {
    const g = compileFunction(([x]) => [tf.exp(x!), x!])
    const x = spread(4)
    const calls = [0, 1, 2, 3].map(() => g([x]))
    const before = calls[2]!.map((t) => [...t.dataSync()])
    g([positive(4)])
    expect(calls[2]!.map((t) => [...t.dataSync()])).toEqual(before)
    g.dispose()
    expect(calls[3]!.map((t) => [...t.dataSync()])).toEqual(before)
  })

  it("refuses what is not for it", () => {
    const compare = refusal(([x]) => [tf.greater(x!, 0)], [spread(3)])
    expect(compare).toBeInstanceOf(EngineError)
    expect((compare as EngineError).message).toMatch(/float32 and int32/)
    const empty = refusal(([x]) => [tf.slice(x!, [0], [0])], [spread(3)])
    expect((empty as EngineError).message).toMatch(/size 0/)
    const unknown = refusal(([x]) => [tf.real(tf.fft(tf.complex(x!, x!)))], [spread(4)])
    expect((unknown as EngineError).code).toBe("machine")
    const room = refusal(([x]) => [tf.sum(tf.cumsum(x!))], [spread(2000)], 1000)
    expect((room as EngineError).message).toMatch(/room for/)
  })

  it("runs what it refuses as a TensorFlow graph, to the same result", () => {
    const g = compileFunction(([x]) => [tf.greater(x!, 0), tf.slice(x!, [0], [0])])
    const x = spread(3)
    for (let call = 0; call < 4; call++)
      expectSame(g([x]), [tf.greater(x, 0), tf.slice(x as tf.Tensor1D, 0, 0)])
    expect(g.plan).toMatch(/TensorFlow graph/)
    g.dispose()
  })
})

describe.skipIf(loadMachine() === undefined)("a disposed function of the step machine", () => {
  useBackend("tensorflow")

  it("cannot be called, and leaves no tensor behind", () => {
    const native = (): number =>
      (tf.backend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors()
    const x = spread(3)
    tf.dispose(tf.neg(x))
    const before = native()
    const recording = recorded(([y]) => [tf.neg(y!)], [x])
    const g = createMachineFunction(loadMachine()!, recording)
    recording.release()
    tf.dispose(g.call([x]))
    g.dispose()
    g.dispose()
    expect(() => g.call([x])).toThrow()
    expect(native()).toBeLessThanOrEqual(before + 1)
  })
})
