/** A carry that a stepper can be put back to: how a runner undoes steps that went wrong. Next: `runner.ts`. */
import { carryList } from "./eager.js"
import type { Carry, Stepper } from "./step.js"
import { tf } from "./tensor.js"

/** One remembered carry. */
export interface Marks {
  /** Remembers the carry as it is now, in the place of what was remembered. */
  set(): void
  /** Puts the carry back to what was remembered. */
  back(): void
  dispose(): void
}

/** Marks by copies, for any stepper; one that has a cheaper way brings its own. */
export const createMarks = (stepper: Pick<Stepper, "load" | "read">): Marks => {
  let kept: Carry | undefined
  const drop = (): void => {
    if (kept !== undefined) tf.dispose(carryList(kept))
    kept = undefined
  }
  return {
    set: () => {
      const carry = stepper.read()
      drop()
      kept = carry
    },
    back: () => {
      if (kept !== undefined) stepper.load(kept)
    },
    dispose: drop,
  }
}
