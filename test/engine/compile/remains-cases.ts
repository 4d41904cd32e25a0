/** What no way of compiling a step may leave behind: tensors, graphs, files. Next: `step.test.ts`, `graph.test.ts`. */
import { readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { describe, expect, it } from "vitest"
import "../../../src/engine/node.js"
import { createRunner, type StepProgram } from "../../../src/engine/step.js"
import { tf } from "../../../src/engine/tensor.js"
import { ppcaProgram } from "../programs.js"

/** Describes what is left behind. */
export const describeRemains = (): void => {
  describe("what a compiled step leaves behind", () => {
    const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("latently-graph-"))
    const binding = () =>
      tf.backend() as unknown as { getNumOfSavedModels(): number; getNumOfTFTensors(): number }

    it("nothing", () => {
      const before = folders()
      const program = ppcaProgram({ count: 50, batch: 20 })
      const warm = createRunner(program, { compile: true })
      warm.run(2)
      warm.dispose()
      const [tensors, native, models] = [
        tf.memory().numTensors,
        binding().getNumOfTFTensors(),
        binding().getNumOfSavedModels(),
      ]
      const runner = createRunner(program, { compile: true })
      expect(folders()).toEqual(before)
      runner.run(70)
      tf.dispose([...runner.parameters(), ...runner.state(), ...runner.optimizerState()])
      runner.dispose()
      expect([
        tf.memory().numTensors,
        binding().getNumOfTFTensors(),
        binding().getNumOfSavedModels(),
      ]).toEqual([tensors, native, models])
      expect(folders()).toEqual(before)
    })

    it("nothing after a refusal either", () => {
      const objective: StepProgram["objective"] = ([p]) => ({
        loss: tf.mul(tf.square(p!), p!.dataSync()[0]!),
        state: [],
        outputs: [tf.neg(p!)],
      })
      const program = {
        ...ppcaProgram({ count: 4, batch: 2 }),
        parameters: [tf.scalar(1)],
        state: [],
        objective,
      }
      createRunner(program, { compile: "auto" }).dispose()
      const before = [tf.memory().numTensors, binding().getNumOfTFTensors()]
      createRunner(program, { compile: "auto" }).dispose()
      expect([tf.memory().numTensors, binding().getNumOfTFTensors()]).toEqual(before)
    })
  })
}
