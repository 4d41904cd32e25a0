/**
 * The runner of a fit: counts steps, chooses how they are computed, and goes back to the last good step when a loss is
 * not finite. Left out: how steps are computed (`eager.ts`, `compile/`).
 */
import { createBatches, type RowsAt } from "./batches.js"
import { carryList, copyCarry, createEagerStepper } from "./eager.js"
import { EngineError } from "./error.js"
import { createMarks, type Marks } from "./marks.js"
import { type Packed, packProgram, parameterCount } from "./pack.js"
import {
  type Carry,
  offeredCompiler,
  type StepProgram,
  type Stepper,
  type StepReport,
  type StepRunner,
} from "./step.js"
import { type Tensor, tf } from "./tensor.js"

/** Steps whose way back is kept: after a failure at most this many are run again. */
const savedEvery = 64

/** A stepper, the step it stands at, and a carry with finite numbers from not long before. */
interface Standing {
  readonly stepper: Stepper
  step: number
  readonly marks: Marks
  /** The step that the marks are of. */
  saved: number
}

const save = (standing: Standing): void => {
  standing.marks.set()
  standing.saved = standing.step
}

/**
 * Goes to the last step at `latest` or before it at which all numbers are finite. Steps are keyed by their counter, so
 * running them again from the saved carry gives what they gave.
 */
const goBack = (standing: Standing, latest: number): void => {
  const { stepper, marks, saved } = standing
  const finiteAt = (step: number): boolean => {
    marks.back()
    if (step > saved) stepper.advance(saved, step - saved)
    return stepper.finite()
  }
  let good = saved
  let middle = latest
  for (let high = latest; good < high; middle = Math.ceil((good + high) / 2))
    if (finiteAt(middle)) good = middle
    else high = middle - 1
  finiteAt(good)
  standing.step = good
}

const cut = (reported: readonly Float32Array[], length: number): StepReport => {
  const [losses, ...outputs] = reported.map((numbers) => numbers.subarray(0, length))
  return { losses: losses ?? new Float32Array(0), outputs }
}

/** Takes the steps; where one throws (a schedule, a site), the carry goes back to where the counter is. */
const takeSteps = (standing: Standing, steps: number): Float32Array[] => {
  try {
    return standing.stepper.advance(standing.step, steps)
  } catch (error) {
    goBack(standing, standing.step)
    throw error
  }
}

const run = (standing: Standing, steps: number): StepReport => {
  if (steps === 0) return cut([], 0)
  const { stepper, step, saved } = standing
  const reported = takeSteps(standing, steps)
  const bad = reported[0]!.findIndex((loss) => !Number.isFinite(loss))
  const saving = step + steps - saved >= savedEvery
  // a single step goes unchecked: a bad update shows in the loss of the next, and asking would cost as much as a small step
  if (bad < 0 && ((steps === 1 && !saving) || stepper.finite())) {
    standing.step += steps
    if (saving) save(standing)
    return cut(reported, steps)
  }
  const failed = bad < 0 ? steps - 1 : bad
  // back to numbers whose loss was finite: a bad loss condemns the update before it as well
  goBack(standing, Math.max(standing.saved, bad < 0 ? step + failed : step + failed - 1))
  return { ...cut(reported, failed + 1), failedAt: step + failed }
}

const rowsOf = ({ batch, seed }: StepProgram): RowsAt | undefined =>
  batch === undefined || batch.size >= batch.count ? undefined : createBatches(batch.count, batch.size, seed)

const chooseStepper = (program: StepProgram, compile: "auto" | boolean): Stepper => {
  const rowsAt = rowsOf(program)
  if (compile === false) return createEagerStepper(program, rowsAt, "eager: asked for with compile: false")
  const compiled = offeredCompiler(tf.getBackend())?.(program, rowsAt) ?? {
    refused: `backend '${tf.getBackend()}' has no step compiler`,
  }
  if (!("refused" in compiled)) return compiled
  if (compile === true) throw new EngineError("compile", `compile: true, but ${compiled.refused}`)
  return createEagerStepper(program, rowsAt, `eager: ${compiled.refused}`)
}

/** Below this many numbers, packing the parameters into one vector saves more than copying them costs. */
const packBelow = 1 << 14

const packing = (program: StepProgram): Packed =>
  (parameterCount(program) < packBelow ? packProgram(program) : undefined) ?? {
    program,
    pack: copyCarry,
    unpack: copyCarry,
  }

const loadStart = (stepper: Stepper, program: StepProgram): void => {
  const moments = program.optimizer.init(program.parameters)
  stepper.load({ parameters: program.parameters, moments, state: program.state })
  tf.dispose(moments)
}

/**
 * A runner of the program's steps, at step 0. `compile: "auto"` records the step where the backend can and runs eagerly
 * where it cannot; `true` throws an `EngineError` there; `false` never records.
 */
export const createRunner = (
  source: StepProgram,
  options: { readonly compile: "auto" | boolean },
): StepRunner => {
  const { program, pack, unpack } = packing(source)
  const stepper = chooseStepper(program, options.compile)
  loadStart(stepper, program)
  const standing: Standing = { stepper, step: 0, marks: stepper.marks ?? createMarks(stepper), saved: 0 }
  save(standing)
  const part = (wanted: keyof Carry): Tensor[] => {
    const packed = stepper.read()
    const all = unpack(packed)
    tf.dispose(carryList(packed))
    for (const other of ["parameters", "moments", "state"] as const)
      if (other !== wanted) tf.dispose([...all[other]])
    return [...all[wanted]]
  }
  let open = true
  return {
    run: (steps) => run(standing, steps),
    parameters: () => part("parameters"),
    state: () => part("state"),
    optimizerState: () => part("moments"),
    restore: (values, step) => {
      const packed = pack(values)
      stepper.load(packed)
      tf.dispose(carryList(packed))
      standing.step = step
      save(standing)
    },
    get step() {
      return standing.step
    },
    get plan() {
      return stepper.plan
    },
    dispose: () => {
      if (!open) return
      open = false
      standing.marks.dispose()
      if (program !== source) tf.dispose([...program.parameters])
      stepper.dispose()
    },
  }
}
