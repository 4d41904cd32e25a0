import { beforeAll, describe, expect, it } from "vitest"
import { setBackend } from "../../../src/engine/backend.js"
import "../../../src/engine/node.js"
import { machineAbsence } from "../../../src/engine/machine/load.js"
import { createRunner } from "../../../src/engine/step.js"
import { tf } from "../../../src/engine/tensor.js"
import { ppcaProgram } from "../programs.js"
import { describeRemains } from "./remains-cases.js"
import { describeSteps } from "./step-cases.js"

beforeAll(() => setBackend("tensorflow"))

describeSteps(machineAbsence() === undefined ? /program of the step machine/ : /^compiled/)
describeRemains()

/** Resident memory of the process, in MiB. */
const residentMiB = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}

describe("a hundred thousand compiled steps", () => {
  it("leave the number of tensors and resident memory where they were", () => {
    const runner = createRunner(ppcaProgram({ count: 50, batch: 20 }), { compile: true })
    const takeSteps = (count: number): void => {
      for (let done = 0; done < count; done += 1000) expect(runner.run(1000).failedAt).toBeUndefined()
    }
    takeSteps(20_000)
    const [tensors, before] = [tf.memory().numTensors, residentMiB()]
    takeSteps(100_000)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(residentMiB()).toBeLessThan(1.05 * before)
    expect(runner.step).toBe(120_000)
    runner.dispose()
  })
})
