/**
 * One stepper of two: plain calls first, which start at once, and the compiled loop from a set step on. The step is set
 * by counting, not by the clock, so that a fit gives the same numbers every time. Next: `compiler.ts`.
 */
import { carryList } from "../eager.js"
import type { Stepper } from "../step.js"
import { tf } from "../tensor.js"

type Part = Omit<Stepper, "plan">

/** What was chosen and why; told again after the loop turned out not to work. */
export interface Plans {
  readonly plain: string
  readonly loop: string
}

const joined = (before: readonly Float32Array[], after: readonly Float32Array[]): Float32Array[] =>
  before.map((numbers, kind) => {
    const rest = after[kind] ?? new Float32Array(0)
    const all = new Float32Array(numbers.length + rest.length)
    all.set(numbers)
    all.set(rest, numbers.length)
    return all
  })

/** Steps below `from` run on `plain`, the others on the stepper that `makeLoop` makes, or on `plain` if it throws. */
export const createTieredStepper = (
  plain: Part,
  makeLoop: () => Part,
  from: number,
  plans: Plans,
): Stepper => {
  let loop: Part | undefined
  let failure: string | undefined
  let holder = plain
  const moveTo = (part: Part): void => {
    if (part === holder) return
    const carry = holder.read()
    part.load(carry)
    tf.dispose(carryList(carry))
    holder = part
  }
  const onPlain = (step: number, count: number): Float32Array[] => {
    moveTo(plain)
    return plain.advance(step, count)
  }
  /** The loop's first step, on which an XLA that cannot take the step says so; plain from then on. */
  const tryLoop = (step: number): Float32Array[] => {
    const made = makeLoop()
    try {
      moveTo(made)
      const reported = made.advance(step, 1)
      loop = made
      return reported
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
      moveTo(plain)
      made.dispose()
      return plain.advance(step, 1)
    }
  }
  const onLoop = (step: number, count: number): Float32Array[] => {
    if (count === 0) return []
    if (failure !== undefined) return onPlain(step, count)
    if (loop === undefined) return joined(tryLoop(step), onLoop(step + 1, count - 1))
    moveTo(loop)
    return loop.advance(step, count)
  }
  return {
    get plan() {
      return failure === undefined ? plans.loop : `${plans.plain} XLA could not compile it: ${failure}`
    },
    load: (carry) => holder.load(carry),
    read: () => holder.read(),
    advance: (step, count) => {
      const early = Math.max(0, Math.min(count, from - step))
      if (early === 0) return onLoop(step, count)
      return joined(onPlain(step, early), onLoop(step + early, count - early))
    },
    finite: () => holder.finite(),
    dispose: () => {
      plain.dispose()
      loop?.dispose()
    },
  }
}
