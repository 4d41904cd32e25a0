import "../without-machine.js"
import { beforeAll, describe, expect, it } from "vitest"
import { setBackend } from "../../../src/engine/backend.js"
import { createBatches } from "../../../src/engine/batches.js"
import { createLoopStepper } from "../../../src/engine/compile/loop.js"
import { record } from "../../../src/engine/compile/record.js"
import { recordStep } from "../../../src/engine/compile/recorded-step.js"
import { createEagerStepper } from "../../../src/engine/eager.js"
import "../../../src/engine/node.js"
import { createRunner } from "../../../src/engine/step.js"
import { ppcaProgram } from "../programs.js"
import { describeRemains } from "./remains-cases.js"
import { describeSteps, distance, numbers, programs } from "./step-cases.js"

beforeAll(() => setBackend("tensorflow"))

describeSteps(/TensorFlow graph.*Not on the step machine: LATENTLY_MACHINE=off/s)

describe("the compiled loop", () => {
  const looped = [
    "PPCA, a short last batch",
    "PPCA, every row in every step",
    "VAE, unpacked parameters",
    "VAE, clipped by norm",
    "VAE, batches gathered ahead of the loop",
  ]
  for (const name of looped)
    it(`equals the eager steps: ${name}`, () => {
      const program = programs[name]!()
      const { batch, optimizer } = program
      const rowsAt = batch!.size < batch!.count ? createBatches(batch!.count, batch!.size, 5) : undefined
      const carry = { ...program, moments: optimizer.init(program.parameters) }
      const sizes = rowsAt === undefined ? [0] : [batch!.size, batch!.count % batch!.size]
      const steps = sizes.map((size) => recordStep(record, program, carry, size))
      const [loop, eager] = [
        createLoopStepper(program, rowsAt, steps),
        createEagerStepper(program, rowsAt, ""),
      ]
      const reports = [loop, eager].map((stepper) => {
        stepper.load(carry)
        return [...stepper.advance(0, 5), ...stepper.advance(5, 7)].map((numbers) => [...numbers])
      })
      for (const [i, numbers] of reports[1]!.entries())
        expect(distance(reports[0]![i]!, numbers)).toBeLessThan(2e-6)
      expect(loop.finite()).toBe(true)
      for (const part of ["parameters", "state"] as const)
        for (const [i, tensor] of eager.read()[part].entries())
          expect(distance([...loop.read()[part][i]!.dataSync()], [...tensor.dataSync()])).toBeLessThan(1e-4)
      for (const stepper of [loop, eager]) stepper.dispose()
    })

  it("takes over at its step, in the middle of a call and for a restart", () => {
    const program = ppcaProgram({ count: 70, batch: 30 })
    const whole = createRunner(program, { compile: true })
    const losses = [...whole.run(520).losses]
    expect(whole.plan).toMatch(/many steps a call as machine code by XLA/)
    const cut = createRunner(program, { compile: true })
    cut.run(507)
    const saved = { parameters: cut.parameters(), moments: cut.optimizerState(), state: cut.state() }
    expect([...cut.run(13).losses]).toEqual(losses.slice(507))
    const again = createRunner(program, { compile: true })
    again.restore(saved, 507)
    expect([...again.run(13).losses]).toEqual(losses.slice(507))
    expect(numbers(again.parameters())).toEqual(numbers(whole.parameters()))
    again.restore(saved, 3)
    expect(again.run(2).losses.length).toBe(2)
    for (const runner of [whole, cut, again]) runner.dispose()
  })
})

describeRemains()
