/**
 * Steps where TensorFlow itself is not: recorded kernel by kernel, run by the step machine as a WebAssembly module. In Node and in
 * browsers, on the backends "wasm" and "cpu". Left out: graphs of TensorFlow and XLA's loops (`compiler.ts`, on the native backend).
 * Next: `record-kernels.ts`, then `../machine/stepper.ts`.
 */
import { EngineError } from "../error.js"
import type { Machine } from "../machine/machine.js"
import { createMachineStepper } from "../machine/stepper.js"
import { createWasmMachine } from "../machine/wasm.js"
import "../repair/index.js"
import { offerCompiler, type StepCompiler } from "../step.js"
import { recordKernels } from "./record-kernels.js"
import type { RecordedStep } from "./recorded-step.js"
import { recordSteps, releasing } from "./recorded-steps.js"

let machine: Machine | undefined
let absence = "it has not been started"

/** In a browser there are no variables to ask. */
const isOff = (): boolean => globalThis.process?.env?.LATENTLY_MACHINE === "off"

/**
 * Starts the machine, at the first call; where it cannot be started, or `LATENTLY_MACHINE=off` says that it must not, steps run
 * kernel by kernel, and their plan says why. `create` makes one.
 */
export const startMachine = async (create: () => Promise<Machine> = createWasmMachine): Promise<void> => {
  if (machine !== undefined) return
  try {
    if (isOff()) absence = "LATENTLY_MACHINE=off"
    else machine = await create()
  } catch (error) {
    absence = (error as Error).message.split("\n")[0]!
  }
}

/** Records the program's step and returns what runs it, or why there is none. */
export const compileOnMachine: StepCompiler = (program, rowsAt) => {
  if (machine === undefined) return { refused: `there is no step machine: ${absence}` }
  let steps: RecordedStep[] = []
  try {
    steps = recordSteps(recordKernels, program, rowsAt)
    return releasing(createMachineStepper(machine, program, rowsAt, steps), steps)
  } catch (error) {
    for (const step of steps) step.release()
    if (error instanceof EngineError) return { refused: error.message }
    throw error
  }
}

offerCompiler(compileOnMachine, ["wasm", "cpu"])
