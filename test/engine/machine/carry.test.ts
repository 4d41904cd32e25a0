import { describe, expect, it } from "vitest"
import "../../../src/engine/node.js"
import { sgd } from "../../../src/engine/optimize.js"
import { createRunner, type StepProgram } from "../../../src/engine/step.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { useBackend } from "../../backends.js"

/** A program whose state goes its own way. */
const withState = (state: Tensor[], next: (state: readonly Tensor[]) => Tensor[]): StepProgram => ({
  parameters: [tf.tensor1d([1, 2, 3])],
  state,
  resident: [],
  optimizer: sgd(0.1),
  seed: 0,
  objective: ([p], now) => ({ loss: tf.sum(tf.square(p!)), state: next(now), outputs: [] }),
})

const stateAfter = (steps: number, program: StepProgram): number[][] => {
  const runner = createRunner(program, { compile: true })
  expect(runner.plan).toMatch(/^compiled/)
  runner.run(steps)
  const numbers = runner.state().map((t) => [...t.dataSync()])
  runner.dispose()
  return numbers
}

const three = (): Tensor[] => [tf.tensor1d([1, 2]), tf.tensor1d([3, 4]), tf.tensor1d([5, 6])]

describe("state of a compiled step", () => {
  useBackend("tensorflow")

  it("changes places", () => {
    const rotated = withState(three(), ([a, b, c]) => [b!, c!, a!])
    expect(stateAfter(1, rotated)).toEqual([
      [3, 4],
      [5, 6],
      [1, 2],
    ])
    expect(stateAfter(5, rotated)).toEqual([
      [5, 6],
      [1, 2],
      [3, 4],
    ])
  })

  it("is handed on while its place gets something new", () => {
    const queue = withState(three(), ([a, b]) => [tf.mul(a!, 10), a!, b!])
    expect(stateAfter(2, queue)).toEqual([
      [100, 200],
      [10, 20],
      [1, 2],
    ])
  })

  it("becomes a parameter's numbers from before the step", () => {
    const program = withState([tf.tensor1d([0, 0, 0])], () => [])
    const objective: StepProgram["objective"] = ([p]) => ({
      loss: tf.sum(tf.square(p!)),
      state: [tf.reverse(p!)],
      outputs: [],
    })
    expect(stateAfter(1, { ...program, objective })).toEqual([[3, 2, 1]])
  })
})
