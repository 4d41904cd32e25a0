/** Steps recorded kernel by kernel, on the backends without TensorFlow: run by the step machine they are the eager ones. */
import { beforeAll, describe, expect, it } from "vitest"
import { setBackend } from "../../../src/engine/backend.js"
import "../../../src/engine/node.js"
import { adam, clipNorm, clipValue, momentum, rmsProp, sgd } from "../../../src/engine/optimize.js"
import { fold, standardNormal } from "../../../src/engine/random.js"
import { cosine } from "../../../src/engine/schedule.js"
import { createRunner, type StepProgram } from "../../../src/engine/step.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { ppcaProgram, vaeProgram } from "../programs.js"
import { type Case, columns, elementwiseCases, reductionCases, rows, viewCases } from "./kernel-cases.js"

const numbers = (tensors: Tensor[]): number[] => {
  const all = tensors.flatMap((t) => [...t.dataSync()])
  tf.dispose(tensors)
  return all
}

/** The largest difference relative to the largest number: rounding alone gives a few 2^-24 a step. */
const distance = (a: readonly number[], b: readonly number[]): number => {
  const scale = Math.max(...b.map(Math.abs))
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / scale
}

const run = (program: StepProgram, compile: boolean, steps: number) => {
  const runner = createRunner(program, { compile })
  const { losses, outputs } = runner.run(steps)
  const result = {
    plan: runner.plan,
    reported: [losses, ...outputs].map((values) => [...values]),
    parameters: numbers(runner.parameters()),
    state: numbers(runner.state()),
  }
  runner.dispose()
  return result
}

const expectSame = (program: StepProgram, steps: number, tolerance = 3e-6): void => {
  const [compiled, eager] = [run(program, true, steps), run(program, false, steps)]
  expect(compiled.plan).toBe("compiled: a program of the step machine, many steps a call.")
  for (const [i, values] of eager.reported.entries())
    expect(distance(compiled.reported[i]!, values)).toBeLessThan(tolerance)
  expect(distance(compiled.parameters, eager.parameters)).toBeLessThan(tolerance)
  if (eager.state.length > 0) expect(distance(compiled.state, eager.state)).toBeLessThan(tolerance)
}

const small = [12, 9, 3] as const

const small16 = { count: 40, batch: 16 }

const programs: Record<string, () => StepProgram> = {
  "PPCA, batches that divide the rows": () => ppcaProgram({ count: 60, batch: 20 }),
  "PPCA, a short last batch": () => ppcaProgram({ count: 50, batch: 20 }),
  "PPCA, every row in every step": () => ppcaProgram({ count: 30, batch: 30 }),
  "VAE, unpacked parameters": () => vaeProgram({ ...small16, optimizer: sgd(1e-4) }, [160, 60, 8]),
  "VAE, sgd on a schedule": () => vaeProgram({ ...small16, optimizer: sgd(cosine(1e-3, 20)) }, small),
  "VAE, momentum": () => vaeProgram({ ...small16, optimizer: momentum(1e-3) }, small),
  "VAE, rmsProp": () => vaeProgram({ ...small16, optimizer: rmsProp(1e-3, { momentum: 0.5 }) }, small),
  "VAE, clipped by norm": () => vaeProgram({ ...small16, optimizer: clipNorm(5, adam(1e-2)) }, small),
  "VAE, clipped by value": () => vaeProgram({ ...small16, optimizer: clipValue(0.5, adam(1e-2)) }, small),
}

/** Minimises the sum of what a case gives, weighted so that its elements differ. */
const around = (body: Case): StepProgram => {
  const matrix = (name: string) => standardNormal(fold(11, name), [rows, columns]) as tf.Tensor2D
  return {
    parameters: [tf.tidy(() => tf.add(0.3, tf.exp(tf.mul(matrix("x"), 0.5))))],
    state: [],
    resident: [matrix("data")],
    optimizer: sgd(1e-3),
    seed: 0,
    objective: ([x], _, [data]) => {
      const value = tf.reshape(body(x as tf.Tensor2D, data as tf.Tensor2D), [-1])
      const weights = tf.add(tf.sin(tf.mul(tf.range(1, value.size + 1), 2)), 1.5)
      return { loss: tf.sum(tf.mul(value, weights)), state: [], outputs: [tf.sum(value)] }
    },
  }
}

/** Conditions of a step of which only the loss matters. */
const ofLoss = (objective: (parameter: Tensor) => Tensor): StepProgram => ({
  parameters: [tf.scalar(1)],
  state: [],
  resident: [],
  optimizer: sgd(0.1),
  seed: 0,
  objective: ([p]) => ({ loss: objective(p!), state: [], outputs: [] }),
})

const image = (p: Tensor): tf.Tensor4D => tf.mul(tf.ones([1, 4, 4, 1]), p)

const here = String.raw`at test/engine/compile/record-kernels\.test\.ts:\d+:\d+`

const refusals: Record<string, [(p: Tensor) => Tensor, RegExp]> = {
  "a kernel without a translation": [
    (p) => tf.sum(tf.maxPool(image(p), 2, 2, "valid")),
    RegExp(`^eager: TensorFlow.js's kernel MaxPool cannot be recorded ${here}$`),
  ],
  "a value that is read": [
    (p) => (p.dataSync()[0]! > 0 ? tf.square(p) : tf.neg(p)),
    RegExp(`^eager: a tensor's value is read inside the step ${here}`),
  ],
  "a value that is read later": [
    (p) => {
      p.data().catch(() => undefined)
      return tf.square(p)
    },
    RegExp(`^eager: a tensor's value is read inside the step ${here}`),
  ],
  "a number from JavaScript": [
    (p) => tf.mul(tf.square(p), Math.random()),
    RegExp(`^eager: a number computed in JavaScript differs from step to step ${here}`),
  ],
  "an array from JavaScript": [
    (p) => tf.sum(tf.mul(p, tf.randomUniform([40, 40]))),
    RegExp(`^eager: a number computed in JavaScript differs from step to step ${here}`),
  ],
}

for (const name of ["wasm", "cpu"] as const)
  describe(name, () => {
    beforeAll(() => setBackend(name))

    for (const [title, make] of Object.entries(programs))
      it(`equals the eager steps: ${title}`, () => expectSame(make(), 12))

    for (const cases of [elementwiseCases, viewCases, reductionCases])
      for (const [title, body] of Object.entries(cases))
        it(`records ${title}`, () => expectSame(around(body), 3))

    for (const [title, [objective, plan]] of Object.entries(refusals))
      it(`runs eagerly and says why: ${title}`, () => {
        const runner = createRunner(ofLoss(objective), { compile: "auto" })
        expect(runner.plan).toMatch(plan)
        expect(runner.run(3).losses.length).toBe(3)
        runner.dispose()
        expect(() => createRunner(ofLoss(objective), { compile: true })).toThrow("compile: true, but")
      })

    it("keeps apart parameters, and a tensor outside, that share their numbers", () => {
      const same = tf.tensor1d(Array.from({ length: 2000 }, (_, i) => i / 2000))
      expectSame(
        {
          parameters: [same, same],
          state: [],
          resident: [],
          optimizer: sgd(0.1),
          seed: 0,
          objective: ([a, b]) => ({
            loss: tf.add(tf.sum(tf.square(tf.sub(a!, 2))), tf.sum(tf.square(tf.sub(b!, tf.mul(same, 3))))),
            state: [],
            outputs: [],
          }),
        },
        3,
      )
    })

    it("leaves no tensor behind", () => {
      const program = ppcaProgram({ count: 50, batch: 20 })
      const before = tf.memory().numTensors
      run(program, true, 5)
      expect(tf.memory().numTensors).toBe(before)
    })
  })
