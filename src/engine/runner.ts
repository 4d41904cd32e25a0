/**
 * The runner of a fit: keeps parameters, moments and counter between calls, cuts steps into batches and goes back to the
 * last good step when a loss is not finite. Left out: how steps are computed (`eager.ts`, `compile/`).
 */
import { createBatches, type Stretch } from "./batches.js"
import { createEagerStepper } from "./eager.js"
import { EngineError } from "./error.js"
import { type Packed, packProgram, parameterCount } from "./pack.js"
import {
  type Advanced,
  type Carry,
  offeredCompiler,
  type StepProgram,
  type Stepper,
  type StepReport,
  type StepRunner,
} from "./step.js"
import { type Tensor, tf } from "./tensor.js"

/** Copies that no scope disposes: the runner's own. */
const copyAll = (tensors: readonly Tensor[]): Tensor[] => tensors.map((t) => tf.keep(tf.clone(t)))

const copyCarry = ({ parameters, moments, state }: Carry): Carry => ({
  parameters: copyAll(parameters),
  moments: copyAll(moments),
  state: copyAll(state),
})

const disposeCarry = (carry: Carry): void =>
  tf.dispose([...carry.parameters, ...carry.moments, ...carry.state])

/**
 * The most steps from the start of a stretch, `bad` at the most, after which all numbers are finite. Steps are keyed by
 * their counter, so running them again gives what they gave; a failure is rare enough for a search.
 */
const lastFinite = (stepper: Stepper, start: Carry, from: number, stretch: Stretch, bad: number) => {
  const after = (steps: number): Advanced =>
    stepper.advance(start, from, { ...stretch, steps, rows: stretch.rows.subarray(0, steps * stretch.size) })
  let good = 0
  let carry = copyCarry(start)
  for (let low = 1, high = bad; low <= high; ) {
    const middle = low === 1 && high === bad ? bad : (low + high) >> 1
    const reached = after(middle)
    if (reached.finite) {
      disposeCarry(carry)
      carry = reached.carry
      good = middle
      low = middle + 1
    } else {
      disposeCarry(reached.carry)
      high = middle - 1
    }
  }
  return { good, carry }
}

/** The first `length` numbers of each reported kind, the stretches one after the other. */
const report = (parts: readonly (readonly Float32Array[])[], length: number): StepReport => {
  const [losses, ...outputs] = (parts[0] ?? [new Float32Array(0)]).map((_, kind) => {
    const all = new Float32Array(length)
    let at = 0
    for (const part of parts) {
      all.set(part[kind]!.subarray(0, length - at), at)
      at += part[kind]!.length
    }
    return all
  })
  return { losses: losses!, outputs }
}

/** Steps that see every row carry no row numbers. */
const wholeData = (_: number, steps: number): Stretch[] => [{ steps, size: 0, rows: new Int32Array(0) }]

const stretchesOf = ({ batch, seed }: StepProgram) =>
  batch === undefined || batch.size >= batch.count ? wholeData : createBatches(batch.count, batch.size, seed)

const chooseStepper = (program: StepProgram, compile: "auto" | boolean): Stepper => {
  if (compile === false) return createEagerStepper(program, "eager: asked for with compile: false")
  const compiler = tf.getBackend() === "tensorflow" ? offeredCompiler() : undefined
  const compiled = compiler?.(program) ?? { refused: `backend '${tf.getBackend()}' has no step compiler` }
  if (!("refused" in compiled)) return compiled
  if (compile === true) throw new EngineError("compile", `compile: true, but ${compiled.refused}`)
  return createEagerStepper(program, `eager: ${compiled.refused}`)
}

/** Below this many numbers, packing the parameters into one vector saves more than copying them costs. */
const packBelow = 1 << 14

const packing = (program: StepProgram): Packed =>
  (parameterCount(program) < packBelow ? packProgram(program) : undefined) ?? {
    program,
    pack: copyCarry,
    unpack: copyCarry,
  }

const startOf = (program: StepProgram): Carry => {
  const moments = program.optimizer.init(program.parameters)
  const carry = copyCarry({ parameters: program.parameters, moments, state: program.state })
  tf.dispose(moments)
  return carry
}

/** Runs the stretches until one goes wrong; `adopt` takes each new carry. */
const runStretches = (
  stepper: Stepper,
  held: { carry: Carry; step: number },
  todo: readonly Stretch[],
): StepReport => {
  const parts: (readonly Float32Array[])[] = []
  const from = held.step
  const adopt = (carry: Carry, steps: number): void => {
    disposeCarry(held.carry)
    held.carry = carry
    held.step += steps
  }
  for (const stretch of todo) {
    const next = stepper.advance(held.carry, held.step, stretch)
    parts.push(next.reported)
    const bad = next.reported[0]!.findIndex((loss) => !Number.isFinite(loss))
    if (bad < 0 && next.finite) {
      adopt(next.carry, stretch.steps)
      continue
    }
    disposeCarry(next.carry)
    const failedAt = held.step + (bad < 0 ? stretch.steps - 1 : bad)
    const last = lastFinite(stepper, held.carry, held.step, stretch, bad < 0 ? stretch.steps : bad)
    adopt(last.carry, last.good)
    return { ...report(parts, failedAt - from + 1), failedAt }
  }
  return report(parts, held.step - from)
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
  const stretches = stretchesOf(program)
  const stepper = chooseStepper(program, options.compile)
  const held = { carry: startOf(program), step: 0 }
  const unpackedPart = (part: keyof Carry): Tensor[] => {
    const all = unpack(held.carry)
    for (const other of ["parameters", "moments", "state"] as const)
      if (other !== part) tf.dispose([...all[other]])
    return [...all[part]]
  }
  return {
    run: (n) => runStretches(stepper, held, stretches(held.step, n)),
    parameters: () => unpackedPart("parameters"),
    state: () => unpackedPart("state"),
    optimizerState: () => unpackedPart("moments"),
    restore: (values, step) => {
      disposeCarry(held.carry)
      held.carry = pack(values)
      held.step = step
    },
    get step() {
      return held.step
    },
    get plan() {
      return stepper.plan
    },
    dispose: () => {
      disposeCarry(held.carry)
      held.carry = { parameters: [], moments: [], state: [] }
      if (program !== source) tf.dispose([...program.parameters])
      stepper.dispose()
    },
  }
}
