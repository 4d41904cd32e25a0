/** Models whose EM has a closed form, by program: worked models offer theirs, `em` uses it. Next: `em.ts`. */
import type { Program } from "../dsl/types.js"
import type { EmFit, EmOptions } from "./em.js"

/** Exact EM of one model, in double precision. */
export type ClosedForm = (args: readonly any[], options: EmOptions) => EmFit

const offered = new WeakMap<Program<any>, ClosedForm>()

/** Says that a program's EM has a closed form. */
export const offerClosedForm = (program: Program<any>, fit: ClosedForm): void =>
  void offered.set(program, fit)

/** The closed form of a program's EM, if one was offered. */
export const closedFormOf = (program: Program<any>): ClosedForm | undefined => offered.get(program)
