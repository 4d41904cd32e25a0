/** What a listing consists of: kernels of elementwise lines, and calls of the machine's other instructions. Next: `listing.ts`. */
import { float64, type View } from "./view.js"

/** One elementwise operation: the inputs have the output's shape. */
export interface Line {
  readonly operation: string
  readonly inputs: readonly View[]
  readonly output: View
}

/** In which precision a kernel computes: a line with a float64 operand or result is done in double precision throughout. */
export type Precision = "single" | "double"

/** Lines that go over the same elements together. `shape` is absent where every view is without gaps. */
export interface Kernel {
  readonly kind: "kernel"
  readonly precision: Precision
  readonly count: number
  shape: readonly number[] | undefined
  readonly lines: Line[]
}

/** How a call names the beginning of a view in memory. */
export type PlaceOf = (view: View) => readonly [buffer: number, offset: number]

/** An instruction of another kind; `words` are all that follows its code. */
export interface Call {
  readonly kind: "call"
  readonly instruction: string
  readonly reads: readonly View[]
  readonly output: readonly View[]
  readonly words: (place: PlaceOf) => readonly number[]
}

/** One instruction of a listing. */
export type Item = Kernel | Call

/** Everything that an instruction's parts read. */
export const readsOf = (item: Item): readonly View[] =>
  item.kind === "call" ? item.reads : item.lines.flatMap(({ inputs }) => inputs)

/** Everything that an instruction's parts make. */
export const outputsOf = (item: Item): readonly View[] =>
  item.kind === "call" ? item.output : item.lines.map(({ output }) => output)

/** The precision that a line is computed in. */
export const precisionOf = ({ inputs, output }: Line): Precision =>
  [...inputs, output].some(({ dtype }) => dtype === float64) ? "double" : "single"
