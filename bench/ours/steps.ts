/**
 * Steps of a fit as the bench times them: the very program and runner that `fit` makes, driven one step a call or many, so
 * that blocks can take turns with other processes. Next: the tasks beside this file.
 */
import type { Program } from "../../src/dsl/types.js"
import { ensureReady } from "../../src/engine/backend.js"
import { adam } from "../../src/engine/optimize.js"
import { toKey } from "../../src/engine/random.js"
import { createRunner, type StepRunner } from "../../src/engine/step.js"
import { scoped, type Tensor, tf } from "../../src/engine/tensor.js"
import type { Objective } from "../../src/inference/objectives/objective.js"
import { planOf } from "../../src/inference/plan.js"
import { batchPlan, stepProgram } from "../../src/inference/step-program.js"
import { repeated } from "../repeat.js"
import type { Facts, Opened } from "../task.js"

/** A fit to be stepped. */
export interface Stepping {
  readonly model: Program<any>
  readonly guide: Program<any>
  readonly args: readonly Tensor[]
  readonly batch?: number
  readonly learningRate: number
  /** The ELBO of one draw where absent. */
  readonly objective?: Objective
  /** Steps in one call of the loop. */
  readonly loop: number
  /** Rows that the loss is divided by. */
  readonly rows: number
}

/** Every side takes this many steps before it is timed, and tells the mean loss of the last ten. */
const checkedSteps = 100

/** Small steps run as a compiled loop only after some thousands of plain ones; what is timed is how they run from then on. */
const pastLoopStart = 4200

const late = (losses: Float32Array, rows: number): number =>
  losses.slice(-10).reduce((a, b) => a + b, 0) / 10 / rows

/** Takes the checked steps, the first one by itself, and those before a small step's loop. */
const begin = (runner: StepRunner, { rows }: Stepping, start: number): Facts => {
  runner.run(1)
  const firstSeconds = (performance.now() - start) / 1e3
  const { losses } = runner.run(checkedSteps - 1)
  if (runner.plan.includes("XLA")) runner.run(pastLoopStart)
  return { loss: late(losses, rows), firstSeconds, plan: runner.plan }
}

/** Opens a fit: its plan, its step, its runner, and the first hundred steps. */
export const openSteps = async (stepping: Stepping): Promise<Opened> => {
  await ensureReady()
  const { model, guide, args, loop } = stepping
  const start = performance.now()
  const plan = scoped(() => planOf(model as never, guide, args, toKey(0)))
  const batch = batchPlan(plan, stepping.batch)
  const optimizer = adam(stepping.learningRate)
  const program = stepProgram(plan, {
    particles: 1,
    objective: stepping.objective,
    batch,
    optimizer,
    seed: 0,
  })
  const runner = createRunner(program, { compile: "auto" })
  const facts = begin(runner, stepping, start)
  return {
    facts,
    modes: { call: repeated(() => runner.run(1)), loop: repeated(() => runner.run(loop), loop) },
    close: () => {
      runner.dispose()
      program.dispose()
      tf.dispose([...plan.initial, ...args])
    },
  }
}
