/**
 * The step compiler: records a program's step and chooses how it runs. Registered by the Node entry; the browser never
 * sees it. Next: `recorded-step.ts`, then `plain.ts` and `loop.ts`.
 */
import type { RowsAt } from "../batches.js"
import { EngineError } from "../error.js"
import "../repair/index.js"
import { offerCompiler, type StepProgram, type Stepper } from "../step.js"
import { tf } from "../tensor.js"
import { createPlainStepper } from "./plain.js"
import { recordStep } from "./recorded-step.js"

const sizesOf = (batch: StepProgram["batch"], rowsAt: RowsAt | undefined): number[] => {
  if (batch === undefined || rowsAt === undefined) return [0]
  const short = batch.count % batch.size
  return short === 0 ? [batch.size] : [batch.size, short]
}

/** Records the program's step and returns what runs it, or why it cannot be recorded. */
export const compileStep = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
): Stepper | { readonly refused: string } => {
  const moments = program.optimizer.init(program.parameters)
  const carry = { parameters: program.parameters, moments, state: program.state }
  try {
    const steps = sizesOf(program.batch, rowsAt).map((size) => recordStep(program, carry, size))
    const stepper = createPlainStepper(program, rowsAt, steps)
    const plan = "compiled call"
    return { ...stepper, plan }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { refused: error.message }
  } finally {
    tf.dispose(moments)
  }
}

offerCompiler(compileStep)
