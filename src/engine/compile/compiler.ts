/**
 * The step compiler of the native backend: records a program's step and chooses how it runs. Registered by the Node entry; the
 * browser never sees it. Next: `recorded-step.ts`, then `plain.ts` and `loop.ts`; `machine-compiler.ts` for other backends.
 */
import type { RowsAt } from "../batches.js"
import { EngineError } from "../error.js"
import "../repair/index.js"
import { loadMachine, machineAbsence } from "../machine/load.js"
import { createMachineStepper } from "../machine/stepper.js"
import { offerCompiler, type StepProgram, type Stepper } from "../step.js"
import { createLoopStepper } from "./loop.js"
import { createPlainStepper } from "./plain.js"
import { record } from "./record.js"
import type { RecordedStep } from "./recorded-step.js"
import { recordSteps, releasing } from "./recorded-steps.js"
import { createTieredStepper } from "./tiers.js"
import { matrixWork } from "./work.js"

/** Below this many operations in matrix products a step spends its time between kernels, and XLA's loop saves it. */
const loopBelow = 2e7

/**
 * Compiling the loop takes about as long as this many plain steps, whatever their size (measured: 3,300 to 5,000), so it begins
 * when as much time has been spent as it costs. A count, not a clock: a fit gives the same numbers however it is cut.
 */
const loopFrom = 4000

/** The step on the machine, or why it is not. */
const onMachine = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
  steps: readonly RecordedStep[],
): Stepper | { readonly absence: string } => {
  const machine = loadMachine()
  if (machine === undefined) return { absence: machineAbsence() ?? "it is not there" }
  try {
    return createMachineStepper(machine, program, rowsAt, steps)
  } catch (error) {
    if (error instanceof EngineError) return { absence: error.message }
    throw error
  }
}

/** The step as a graph of TensorFlow, which has every op; `absence` is why not on the machine. */
const asGraph = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
  steps: readonly RecordedStep[],
  absence: string,
): Stepper => {
  const work = matrixWork([steps[0]!.reported, ...steps[0]!.gradients])
  const size = `${(work / 1e6).toPrecision(2)} MFLOP of matrix products a step`
  const plain = createPlainStepper(program, rowsAt, steps)
  const why = `Not on the step machine: ${absence}.`
  const one = `compiled: one call of a TensorFlow graph a step (${size}). ${why}`
  if (work >= loopBelow) return { ...plain, plan: one }
  return createTieredStepper(plain, () => createLoopStepper(program, rowsAt, steps), loopFrom, {
    plain: one,
    loop:
      `compiled: one call of a TensorFlow graph a step up to step ${loopFrom}, ` +
      `from there many steps a call as machine code by XLA, since a step is small (${size}). ${why}`,
  })
}

/** Records the program's step and returns what runs it, or why it cannot be recorded. */
export const compileStep = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
): Stepper | { readonly refused: string } => {
  let steps: RecordedStep[]
  try {
    steps = recordSteps(record, program, rowsAt)
  } catch (error) {
    if (error instanceof EngineError) return { refused: error.message }
    throw error
  }
  const first = onMachine(program, rowsAt, steps)
  return releasing("absence" in first ? asGraph(program, rowsAt, steps, first.absence) : first, steps)
}

offerCompiler(compileStep, ["tensorflow"])
