/**
 * One sweep of EM over the rows: the E-step at the parameters that stand in `parameters`, and the moments that the M-step
 * needs, in one go. Chooses between WebAssembly (`mixture-simd.ts`) and plain loops (`mixture-plain.ts`), which agree to
 * rounding. Left out: what the M-step makes of the moments (`mixture-step.ts`).
 */
import type { MixtureLayout } from "./mixture-layout.js"
import { plainSweep } from "./mixture-plain.js"
import { simdSweep } from "./mixture-simd.js"
import type { Table } from "./rows.js"

/** A sweep bound to its rows; both arrays hold `components` times `stride` numbers as `MixtureLayout` says. */
export interface MixtureSweep {
  readonly parameters: Float64Array
  readonly moments: Float64Array
  /** Runs the E-step: fills `moments` (about the means in `parameters`) and returns the total log-likelihood of the rows. */
  readonly run: () => number
}

/** The number of second-moment entries up to which a kernel is written out. */
const largestKernel = 600

/** The fastest sweep there is for this layout here. */
export const mixtureSweep = (table: Table, layout: MixtureLayout): MixtureSweep =>
  (layout.pairs.length <= largestKernel ? simdSweep(table, layout) : undefined) ?? plainSweep(table, layout)
