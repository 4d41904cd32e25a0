/** The recorded steps of a program, one for each length of batch, and how long they are kept. Next: `recorded-step.ts`. */
import type { RowsAt } from "../batches.js"
import type { StepProgram, Stepper } from "../step.js"
import { tf } from "../tensor.js"
import { type RecordedStep, recordStep } from "./recorded-step.js"
import type { Recorder } from "./recording.js"

const sizesOf = (batch: StepProgram["batch"], rowsAt: RowsAt | undefined): number[] => {
  if (batch === undefined || rowsAt === undefined) return [0]
  const short = batch.count % batch.size
  return short === 0 ? [batch.size] : [batch.size, short]
}

/** Records the step of every length of batch there is. Throws an `EngineError` where one cannot be recorded. */
export const recordSteps = (
  record: Recorder,
  program: StepProgram,
  rowsAt: RowsAt | undefined,
): RecordedStep[] => {
  const moments = program.optimizer.init(program.parameters)
  const carry = { parameters: program.parameters, moments, state: program.state }
  const steps: RecordedStep[] = []
  try {
    for (const size of sizesOf(program.batch, rowsAt)) steps.push(recordStep(record, program, carry, size))
    return steps
  } catch (error) {
    for (const step of steps) step.release()
    throw error
  } finally {
    tf.dispose(moments)
  }
}

/** The stepper, which lets go of the recorded steps when it is disposed. */
export const releasing = (stepper: Stepper, steps: readonly RecordedStep[]): Stepper => ({
  ...stepper,
  get plan() {
    return stepper.plan
  },
  dispose: () => {
    stepper.dispose()
    for (const step of steps) step.release()
  },
})
