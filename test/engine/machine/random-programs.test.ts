import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { createBatches } from "../../../src/engine/batches.js"
import { withChecks } from "../../../src/engine/checks.js"
import { record } from "../../../src/engine/compile/record.js"
import { recordSteps } from "../../../src/engine/compile/recorded-steps.js"
import { carryList, createEagerStepper } from "../../../src/engine/eager.js"
import type * as Assemble from "../../../src/engine/machine/assemble.js"
import { createMachineFunction } from "../../../src/engine/machine/function.js"
import type { Listing } from "../../../src/engine/machine/listing.js"
import { loadMachine } from "../../../src/engine/machine/load.js"
import { createMachineStepper } from "../../../src/engine/machine/stepper.js"
import type { Carry, StepProgram, Stepper } from "../../../src/engine/step.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { useBackend } from "../../backends.js"
import { checkMemory } from "./memory-check.js"
import { complaint, perturbed } from "./random-comparison.js"
import { randomProgram } from "./random-programs.js"
import { randomStep } from "./random-steps.js"
import { createChance } from "./random-values.js"

/** Elements that a listing computes; the memory of very long ones is not checked word by word. */
const work = ({ once, body }: Listing): number =>
  [...once, ...body]
    .map((item) =>
      item.kind === "kernel"
        ? item.count * item.lines.length
        : item.output.reduce((sum, { storage }) => sum + storage.elements, 0),
    )
    .reduce((sum, elements) => sum + elements, 0)

vi.mock(import("../../../src/engine/machine/assemble.js"), async (original) => {
  const actual: typeof Assemble = await original()
  return {
    ...actual,
    assemble: (machine, listing, given, wanted) => {
      const assembled = actual.assemble(machine, listing, given, wanted)
      if (work(listing) < 10_000) checkMemory(listing, { given, assembled }, wanted)
      return assembled
    },
  }
})

/** The first complaint about any of the results. */
const firstComplaint = (
  results: readonly Tensor[],
  expected: readonly Tensor[],
  moved: readonly Tensor[],
): string | undefined => {
  for (const [i, result] of results.entries()) {
    const found = complaint(result, expected[i]!, moved[i]!)
    if (found !== undefined) return `result ${i}: ${found}`
  }
  return results.length === expected.length ? undefined : `${results.length} results`
}

const checkFunction = (seed: number): string | undefined => {
  const { f, inputs } = randomProgram(seed)
  const given = inputs()
  const chance = createChance(seed)
  const eagerly = (values: readonly Tensor[]) => withChecks(false, () => f(values))
  const [expected, moved] = [eagerly(given), eagerly(given.map((x) => perturbed(chance, x)))]
  const recording = record(given, (copies) => tf.tidy(() => eagerly(copies).map((t) => tf.clone(t))))
  const compiled = createMachineFunction(loadMachine()!, recording)
  // the second call finds the memory as the first one left it
  const complaints = [1, 2].map(() => firstComplaint(compiled.call(given), expected, moved))
  compiled.dispose()
  recording.release()
  return complaints.find((found) => found !== undefined)
}

const stepCount = 5

/** The carry after some steps, and what was reported. */
const runOn = (stepper: Pick<Stepper, "load" | "advance" | "read" | "dispose">, carry: Carry): Tensor[] => {
  stepper.load(carry)
  const reported = withChecks(false, () => stepper.advance(0, stepCount))
  const results = [...carryList(stepper.read()), ...reported.map((row) => tf.tensor1d(row))]
  stepper.dispose()
  return results
}

const checkSteps = (seed: number): string | undefined => {
  const program = randomStep(seed)
  const { batch, parameters, state, resident, optimizer } = program
  const rowsAt = batch && createBatches(batch.count, batch.size, seed)
  const chance = createChance(seed)
  const off = (tensors: readonly Tensor[]) => tensors.map((x) => perturbed(chance, x))
  const eagerly = (one: StepProgram) => createEagerStepper(one, rowsAt, "the reference")
  const moments = optimizer.init(parameters)
  const expected = runOn(eagerly(program), { parameters, moments, state })
  const moved = runOn(eagerly({ ...program, resident: off(resident) }), {
    parameters: off(parameters),
    moments,
    state: off(state),
  })
  const recorded = recordSteps(record, program, rowsAt)
  const stepper = createMachineStepper(loadMachine()!, program, rowsAt, recorded)
  const results = runOn(stepper, { parameters, moments, state })
  for (const { release } of recorded) release()
  return firstComplaint(results, expected, moved)
}

const seeds = (count: number): number[] => Array.from({ length: count }, (_, i) => 1 + i)

describe.skipIf(loadMachine() === undefined)("random programs on the step machine", () => {
  useBackend("tensorflow")
  beforeEach(() => tf.engine().startScope())
  afterEach(() => tf.engine().endScope())

  it.each(seeds(160))("function %i gives what TensorFlow gives", (seed) => {
    expect(checkFunction(seed)).toBeUndefined()
  })

  it.each(seeds(60))("step %i gives what it gives operation by operation", (seed) => {
    expect(checkSteps(seed)).toBeUndefined()
  })
})
