import { describe, expect, it } from "vitest"
import { compileFunction } from "../../src/engine/compiled-function.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const values = (tensors: readonly Tensor[]): number[][] => tensors.map((t) => [...t.dataSync()])

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("gives what the function gives, call after call", () => {
      const f = compileFunction(([x, y]) => [tf.sum(tf.mul(x!, y!)), x!, tf.greater(x!, y!)])
      for (let call = 0; call < 4; call++) {
        const x = tf.tensor1d([call, 2, 3])
        const y = tf.tensor1d([1, 1, 5])
        expect(values(f([x, y]))).toEqual([[call + 17], [call, 2, 3], [call > 1 ? 1 : 0, 1, 0]])
      }
      expect(f.plan).toMatch(name === "tensorflow" ? /^compiled: one call/ : /^eager: backend/)
      f.dispose()
    })

    it("records anew for other shapes, and starts anew after dispose", () => {
      const f = compileFunction(([x]) => [tf.sum(x!)])
      for (let call = 0; call < 3; call++)
        for (let size = 1; size <= 10; size++) expect(values(f([tf.ones([size])]))).toEqual([[size]])
      f.dispose()
      expect(values(f([tf.ones([4])]))).toEqual([[4]])
      f.dispose()
    })
  })

describe("on tensorflow", () => {
  useBackend("tensorflow")

  it("fuses what makes many numbers, to the same result", () => {
    const body = ([x]: readonly Tensor[]) => [
      tf.mean(tf.square(tf.sub(tf.exp(tf.neg(tf.square(x!))), tf.sin(x!)))),
    ]
    const f = compileFunction(body)
    const x = tf.linspace(-3, 3, 1_000_000)
    const expected = body([x])[0]!.dataSync()[0]!
    for (let call = 0; call < 3; call++) expect(f([x])[0]!.dataSync()[0]! / expected).toBeCloseTo(1, 5)
    expect(f.plan).toMatch(/^compiled: machine code by XLA/)
    f.dispose()
  })

  it("runs eagerly what cannot be recorded, and says why", () => {
    const reads = compileFunction(([x]) => [x!.dataSync()[0]! > 0 ? tf.neg(x!) : tf.abs(x!)])
    for (const value of [1, -2, 3])
      expect(values(reads([tf.scalar(value)]))).toEqual([[value > 0 ? -value : -value]])
    expect(reads.plan).toMatch(
      /^eager: a tensor's value is read .* at test\/engine\/compiled-function\.test\.ts/,
    )
    let calls = 0
    const counts = compileFunction(([x]) => [tf.add(x!, ++calls)])
    expect([1, 2, 3, 4].flatMap(() => values(counts([tf.scalar(0)])))).toEqual([[1], [2], [3], [4]])
    expect(counts.plan).toMatch(/^eager: a number computed in JavaScript differs/)
  })

  it("is part of what is recorded around it", () => {
    const inner = compileFunction(([x]) => [tf.exp(x!)])
    const outer = compileFunction(([x]) => [tf.neg(inner([tf.mul(x!, 2)])[0]!)])
    for (let call = 0; call < 5; call++) {
      tf.dispose(inner([tf.tensor1d([call])]))
      expect(values(outer([tf.tensor1d([call])]))[0]![0]! / -Math.exp(2 * call)).toBeCloseTo(1, 5)
    }
    expect(outer.plan).toMatch(/^compiled/)
    inner.dispose()
    outer.dispose()
  })

  it("throws what the function throws", () => {
    const f = compileFunction(() => {
      throw new RangeError("mine")
    })
    expect(() => f([])).toThrow(RangeError)
  })

  it("leaves no tensors behind", () => {
    const f = compileFunction(([x]) => [tf.sum(tf.exp(x!))])
    const x = tf.ones([3000])
    tf.dispose([f([x]), f([x]), f([x])])
    const native = () => (tf.backend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors()
    const before = [tf.memory().numTensors, native()]
    for (let call = 0; call < 20; call++) tf.dispose(f([x]))
    expect([tf.memory().numTensors, native()]).toEqual(before)
    f.dispose()
  })
})
