import { readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { beforeAll, describe, expect, it } from "vitest"
import { setBackend } from "../../../src/engine/backend.js"
import { createBatches } from "../../../src/engine/batches.js"
import { createLoopStepper } from "../../../src/engine/compile/loop.js"
import { record } from "../../../src/engine/compile/record.js"
import { recordStep } from "../../../src/engine/compile/recorded-step.js"
import { createEagerStepper } from "../../../src/engine/eager.js"
import "../../../src/engine/node.js"
import { adam, clipNorm, clipValue, momentum, rmsProp, sgd } from "../../../src/engine/optimize.js"
import { cosine } from "../../../src/engine/schedule.js"
import { createRunner, type StepProgram } from "../../../src/engine/step.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { ppcaProgram, vaeProgram } from "../programs.js"

beforeAll(() => setBackend("tensorflow"))

const numbers = (tensors: Tensor[]): number[] => tensors.flatMap((t) => [...t.dataSync()])

/** The largest difference relative to the largest number: rounding alone gives a few 2^-24 a step. */
const distance = (a: readonly number[], b: readonly number[]): number => {
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

const programs: Record<string, () => StepProgram> = {
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

describe("a compiled step", () => {
  for (const [name, make] of Object.entries(programs))
    it(`equals the eager one: ${name}`, () => {
      const { compiled, eager } = bothWays(make(), 12)
      expect(compiled.plan).toMatch(/^compiled/)
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
    expect([tf.memory().numTensors, binding().getNumOfTFTensors(), binding().getNumOfSavedModels()]).toEqual([
      tensors,
      native,
      models,
    ])
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
