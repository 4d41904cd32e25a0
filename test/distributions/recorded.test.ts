/**
 * A step that draws from a family and scores the draw can be recorded, by native calls or by kernels, and gives the numbers that it
 * gives operation by operation: no sampler reads a value, and no log-density depends on one in JavaScript.
 */
import { describe, expect, it } from "vitest"
import { withChecks } from "../../src/engine/checks.js"
import { adam } from "../../src/engine/optimize.js"
import { fold } from "../../src/engine/random.js"
import { createRunner, type StepProgram } from "../../src/engine/step.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import type { Row } from "./battery/row.js"
import { rows } from "./table/index.js"

/** The first trained number, 0, added to every parameter: gradients flow, and the values stay what they are. */
const shifted = (row: Row, by: Tensor) =>
  row.make(
    Object.fromEntries(
      Object.entries(row.cases[0]).map(([name, value]) => [name, tf.add(tf.tensor(value), tf.mul(by, 0))]),
    ),
  )

const program = (row: Row): StepProgram => ({
  parameters: [tf.scalar(0)],
  state: [],
  resident: [],
  objective: ([shift], _state, _rows, step) =>
    withChecks(false, () => {
      const dist = shifted(row, shift!)
      const draw = dist.draw({ ...fold(5, row.name), step }, [8, ...dist.batchShape, ...dist.eventShape])
      const density = dist.logDensity(draw)
      return {
        loss: tf.add(tf.mean(density), shift!),
        state: [],
        outputs: [tf.mean(tf.cast(draw, "float32"))],
      }
    }),
  optimizer: adam(1e-2),
  seed: 0,
})

const losses = (row: Row, compile: boolean): { plan: string; numbers: number[] } => {
  const runner = createRunner(program(row), { compile })
  const { losses, outputs } = runner.run(4)
  const numbers = [...losses, ...outputs[0]!]
  const { plan } = runner
  runner.dispose()
  return { plan, numbers }
}

for (const name of backends)
  describe(`recorded steps on ${name}`, () => {
    useBackend(name)
    for (const row of rows)
      if (row.noDraws === undefined)
        it(row.name, () => {
          const [compiled, eager] = [losses(row, true), losses(row, false)]
          expect(compiled.plan).toMatch(/^compiled/)
          compiled.numbers.forEach((x, i) => {
            const want = eager.numbers[i]!
            expect(Math.abs(x - want)).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(want)))
          })
        })
  })
