/** What every way of compiling a step is held to. Next: `step.test.ts` (the step machine) and `graph.test.ts` (TensorFlow's graphs). */
import { describe, expect, it } from "vitest"
import "../../../src/engine/node.js"
import { adam, clipNorm, clipValue, momentum, rmsProp, sgd } from "../../../src/engine/optimize.js"
import { cosine } from "../../../src/engine/schedule.js"
import { createRunner, type StepProgram } from "../../../src/engine/step.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { ppcaProgram, vaeProgram } from "../programs.js"

/** The numbers of all of them. */
export const numbers = (tensors: Tensor[]): number[] => tensors.flatMap((t) => [...t.dataSync()])

/** The largest difference relative to the largest number: rounding alone gives a few 2^-24 a step. */
export const distance = (a: readonly number[], b: readonly number[]): number => {
  const scale = Math.max(...b.map(Math.abs))
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / scale
}

const bothWays = (program: StepProgram, steps: number) => {
  const run = (compile: boolean) => {
    const runner = createRunner(program, { compile })
    const report = runner.run(steps)
    const result = {
      ...report,
      plan: runner.plan,
      parameters: numbers(runner.parameters()),
      state: numbers(runner.state()),
    }
    runner.dispose()
    return result
  }
  return { compiled: run(true), eager: run(false) }
}

const small = [12, 9, 3] as const

/** Programs of all kinds of steps. */
export const programs: Record<string, () => StepProgram> = {
  "PPCA, batches that divide the rows": () => ppcaProgram({ count: 60, batch: 20 }),
  "PPCA, a short last batch": () => ppcaProgram({ count: 50, batch: 20 }),
  "PPCA, every row in every step": () => ppcaProgram({ count: 30, batch: 30 }),
  "VAE, unpacked parameters": () => vaeProgram({ count: 40, batch: 16 }, [160, 60, 8]),
  "VAE, batches gathered ahead of the loop": () => vaeProgram({ count: 130, batch: 50 }, [160, 60, 8]),
  "VAE, sgd on a schedule": () =>
    vaeProgram({ count: 40, batch: 16, optimizer: sgd(cosine(1e-3, 20)) }, small),
  "VAE, momentum": () => vaeProgram({ count: 40, batch: 16, optimizer: momentum(1e-3) }, small),
  "VAE, rmsProp": () =>
    vaeProgram({ count: 40, batch: 16, optimizer: rmsProp(1e-3, { momentum: 0.5 }) }, small),
  "VAE, clipped by norm": () =>
    vaeProgram({ count: 40, batch: 16, optimizer: clipNorm(5, adam(1e-2)) }, small),
  "VAE, clipped by value": () =>
    vaeProgram({ count: 40, batch: 16, optimizer: clipValue(0.5, adam(1e-2)) }, small),
}

/** Describes the cases; `plan` is what a plan must say. */
export const describeSteps = (plan: RegExp): void => {
  describe("a compiled step", () => {
    for (const [name, make] of Object.entries(programs))
      it(`equals the eager one: ${name}`, () => {
        const { compiled, eager } = bothWays(make(), 12)
        expect(compiled.plan).toMatch(plan)
        expect(distance([...compiled.losses], [...eager.losses])).toBeLessThan(2e-6)
        for (const [i, output] of eager.outputs.entries())
          expect(distance([...compiled.outputs[i]!], [...output])).toBeLessThan(2e-6)
        expect(distance(compiled.parameters, eager.parameters)).toBeLessThan(2e-6)
        if (eager.state.length > 0) expect(distance(compiled.state, eager.state)).toBeLessThan(2e-6)
      })

    it("gives the same numbers however the steps are cut into calls, and from a checkpoint", () => {
      const program = ppcaProgram({ count: 70, batch: 30 })
      const whole = createRunner(program, { compile: true })
      const losses = [...whole.run(20).losses]
      const cut = createRunner(program, { compile: true })
      expect([...cut.run(7).losses, ...cut.run(1).losses]).toEqual(losses.slice(0, 8))
      const saved = { parameters: cut.parameters(), moments: cut.optimizerState(), state: cut.state() }
      const again = createRunner(program, { compile: true })
      again.restore(saved, cut.step)
      expect([...again.run(12).losses]).toEqual(losses.slice(8))
      expect(numbers(again.parameters())).toEqual(numbers(whole.parameters()))
    })

    it("keeps two parameters apart that start as one tensor", () => {
      const same = tf.tensor1d(Array.from({ length: 9000 }, (_, i) => i / 9000))
      const program: StepProgram = {
        parameters: [same, same],
        state: [],
        resident: [],
        optimizer: sgd(0.1),
        seed: 0,
        objective: ([a, b]) => ({
          loss: tf.add(tf.sum(tf.square(a!)), tf.sum(tf.square(tf.sub(b!, 1)))),
          state: [],
          outputs: [],
        }),
      }
      const { compiled, eager } = bothWays(program, 3)
      expect(distance(compiled.parameters, eager.parameters)).toBeLessThan(1e-6)
    })

    it("goes back to the last good step", () => {
      const program: StepProgram = {
        parameters: [tf.scalar(0)],
        state: [],
        resident: [tf.fill([10], 1)],
        batch: { size: 5, count: 10, inputs: [0] },
        optimizer: sgd(0.01),
        seed: 0,
        objective: ([p], _, [x]) => ({
          loss: tf.add(tf.sum(tf.square(tf.sub(p!, x!))), tf.mul(0, tf.sqrt(tf.sub(0.5, p!)))),
          state: [],
          outputs: [],
        }),
      }
      const runner = createRunner(program, { compile: true })
      expect(runner.run(20).failedAt).toBe(7)
      expect(runner.step).toBe(6)
      expect(runner.parameters()[0]!.dataSync()[0]).toBeCloseTo(1 - 0.9 ** 6, 5)
    })
  })
}
