/** What cannot be recorded says so, and a step that throws leaves nothing half done. */
import { beforeAll, describe, expect, it } from "vitest"
import { setBackend } from "../../../src/engine/backend.js"
import "../../../src/engine/node.js"
import { sgd } from "../../../src/engine/optimize.js"
import { createRunner, type StepProgram } from "../../../src/engine/step.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { ppcaProgram } from "../programs.js"

beforeAll(() => setBackend("tensorflow"))

const numbers = (tensors: Tensor[]): number[] => tensors.flatMap((t) => [...t.dataSync()])

describe("what cannot be recorded", () => {
  const around = (objective: StepProgram["objective"]): StepProgram => ({
    parameters: [tf.scalar(1)],
    state: [],
    resident: [],
    optimizer: sgd(0.1),
    seed: 0,
    objective,
  })

  const refusals: Record<string, [StepProgram["objective"], RegExp]> = {
    "a value that is read": [
      ([p]) => {
        const loss = p!.dataSync()[0]! > 0 ? tf.square(p!) : tf.neg(p!)
        return { loss, state: [], outputs: [] }
      },
      /^eager: a tensor's value is read inside the step at test\/engine\/compile\/refusals\.test\.ts:\d+:\d+/,
    ],
    "a number from JavaScript": [
      ([p]) => ({ loss: tf.mul(tf.square(p!), Math.random()), state: [], outputs: [] }),
      /^eager: a number computed in JavaScript differs from step to step at test\/engine\/compile\/refusals\.test\.ts/,
    ],
    "an array from JavaScript": [
      ([p]) => ({ loss: tf.sum(tf.mul(p!, tf.randomUniform([40, 40]))), state: [], outputs: [] }),
      /^eager: a number computed in JavaScript differs from step to step at test\/engine\/compile\/refusals\.test\.ts/,
    ],
  }
  for (const [name, [objective, plan]] of Object.entries(refusals))
    it(`${name}: runs eagerly and says where`, () => {
      const runner = createRunner(around(objective), { compile: "auto" })
      expect(runner.plan).toMatch(plan)
      expect(runner.run(3).losses.length).toBe(3)
      expect(() => createRunner(around(objective), { compile: true })).toThrow("compile: true, but")
    })

  it("operations that change from step to step", () => {
    let calls = 0
    const objective: StepProgram["objective"] = ([p]) => ({
      loss: calls++ % 2 === 0 ? tf.square(p!) : tf.abs(p!),
      state: [],
      outputs: [],
    })
    expect(createRunner(around(objective), { compile: "auto" }).plan).toMatch("different operations")
  })

  it("an error of the program's own is thrown as it is", () => {
    const objective = () => {
      throw new RangeError("mine")
    }
    expect(() => createRunner(around(objective), { compile: "auto" })).toThrow(RangeError)
  })
})

describe("a step that throws", () => {
  it("leaves the runner where it was", () => {
    const rate = (step: number) => (step === 5 ? Number.NaN : 0.1)
    const runner = createRunner(ppcaProgram({ count: 20, batch: 10, optimizer: sgd(rate) }), {
      compile: true,
    })
    runner.run(2)
    const before = numbers(runner.parameters())
    expect(() => runner.run(10)).toThrow("the learning rate at step 5 is NaN")
    expect(runner.step).toBe(2)
    expect(numbers(runner.parameters())).toEqual(before)
    runner.dispose()
  })
})
