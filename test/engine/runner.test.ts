import { describe, expect, it } from "vitest"
import { adam, sgd } from "../../src/engine/optimize.js"
import { createRunner, type StepProgram } from "../../src/engine/step.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { ppcaProgram } from "./programs.js"

const numbers = (tensors: Tensor[]): number[][] => tensors.map((t) => [...t.dataSync()])

/** `(p - x)²` summed over a batch of rows 0 to 9, whose gradient goes bad once `p` passes `cliff`. */
const cliffProgram = (cliff: number): StepProgram => ({
  parameters: [tf.scalar(0)],
  state: [],
  resident: [tf.fill([10], 1)],
  batch: { size: 5, count: 10, inputs: [0] },
  optimizer: sgd(0.01),
  seed: 0,
  objective: ([p], _, [x]) => ({
    loss: tf.add(tf.sum(tf.square(tf.sub(p!, x!))), tf.mul(0, tf.sqrt(tf.sub(cliff, p!)))),
    state: [],
    outputs: [],
  }),
})

for (const name of backends)
  describe(name, () => {
    useBackend(name)

    it("gives the same steps however they are cut into calls", () => {
      const whole = createRunner(ppcaProgram({ count: 70, batch: 30 }), { compile: false })
      const cut = createRunner(ppcaProgram({ count: 70, batch: 30 }), { compile: false })
      const { losses, outputs } = whole.run(8)
      const parts = [1, 4, 3].map((n) => cut.run(n))
      expect(parts.flatMap((part) => [...part.losses])).toEqual([...losses])
      expect(parts.flatMap((part) => [...part.outputs[1]!])).toEqual([...outputs[1]!])
      expect(numbers(cut.parameters())).toEqual(numbers(whole.parameters()))
      expect(cut.parameters().map((p) => p.shape)).toEqual([[2, 10], [10], [], [10, 2], [2], [2]])
      expect(cut.optimizerState().length).toBe(12)
      expect(cut.step).toBe(8)
    })

    it("carries state and starts again from a checkpoint", () => {
      const runner = createRunner(ppcaProgram({ count: 40, batch: 20 }), { compile: false })
      const first = runner.run(2)
      const average = (first.losses[0]! * 0.1) * 0.9 + first.losses[1]! * 0.1 // biome-ignore format: as the formula
      expect(runner.state()[0]!.dataSync()[0]! / average).toBeCloseTo(1, 5)
      const saved = {
        parameters: runner.parameters(),
        moments: runner.optimizerState(),
        state: runner.state(),
      }
      const onward = runner.run(5)
      const again = createRunner(ppcaProgram({ count: 40, batch: 20 }), { compile: false })
      again.restore(saved, 2)
      expect([...again.run(5).losses]).toEqual([...onward.losses])
    })

    it("stops at a loss that is not finite and keeps the last good parameters", () => {
      const good = createRunner(cliffProgram(100), { compile: false })
      const bad = createRunner(cliffProgram(0.5), { compile: false })
      const report = bad.run(20)
      const steps = report.failedAt! // p(t) = 1 - 0.9^t is past 0.5 from t = 7 on
      expect(steps).toBe(7)
      expect(report.losses.length).toBe(8)
      expect(Number.isNaN(report.losses[7])).toBe(true)
      good.run(bad.step)
      expect(numbers(bad.parameters())).toEqual(numbers(good.parameters()))
      expect(bad.step).toBe(6) // the last whose loss was finite
      expect(bad.run(3).failedAt).toBe(7)
    })

    it("goes back when a parameter is not finite though no loss showed it", () => {
      const program: StepProgram = {
        parameters: [tf.scalar(0), tf.scalar(1)],
        state: [],
        resident: [],
        optimizer: adam(0.1),
        seed: 0,
        objective: ([p], _, __, step) => {
          const blown = tf.div(p!, tf.cast(tf.sub(2, tf.reshape(step, [])), "float32"))
          const hidden = tf.where(tf.equal(tf.reshape(step, []), 2), tf.scalar(0), blown)
          return { loss: tf.add(tf.square(tf.sub(p!, 1)), hidden), state: [], outputs: [] }
        },
      }
      const runner = createRunner(program, { compile: false })
      const report = runner.run(3)
      expect(report.failedAt).toBe(2)
      expect(runner.step).toBe(2)
      expect(runner.parameters().map((p) => Number.isFinite(p.dataSync()[0]))).toEqual([true, true])
    })

    it("leaves nothing behind", () => {
      const program = ppcaProgram({ count: 50, batch: 20 })
      const before = tf.memory().numTensors
      const runner = createRunner(program, { compile: false })
      runner.run(7)
      tf.dispose(runner.parameters())
      runner.dispose()
      runner.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  })
