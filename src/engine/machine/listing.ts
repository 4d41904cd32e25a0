/**
 * The list of a program's instructions while it is being written. Elementwise lines over as many elements join into one kernel
 * as early as what they read allows, so that a pass over memory does many of them; a line that has been written already is not
 * written again; what depends on constants and data alone goes into a part that runs once. Next: `lower.ts`, which writes.
 */
import { dataType, sameShape } from "../compile/graph.js"
import { sizeOf } from "../tensor.js"
import { unchanged } from "./identities.js"
import {
  broadcastTo,
  type ElementType,
  isDense,
  isScalar,
  isWhole,
  makeStorage,
  type Storage,
  type View,
  whole,
} from "./view.js"

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

export type Item = Kernel | Call

/** What is written: instructions that run once, and those of every step. */
export interface Listing {
  readonly once: Item[]
  readonly body: Item[]
  /** A line whose inputs broadcast to the output's shape; gives its result. */
  line(operation: string, inputs: readonly View[], dtype: ElementType): View
  /** Copies elements to a place in another storage: one of their own, or `over` what was stored there before. */
  store(from: View, into: View, over?: "over"): void
  /** The view itself where it has no gaps, else a copy. */
  dense(view: View): View
  call(instruction: string, reads: readonly View[], output: readonly View[], words: Call["words"]): void
  /** New memory of a step. */
  temporary(dtype: ElementType, shape: readonly number[]): View
  /** A tensor whose numbers are known. */
  constant(dtype: ElementType, shape: readonly number[], contents: Int32Array): View
  /** Whether it is the same at every step. */
  isFixed(view: View): boolean
}

/** Results of more words than this are computed anew at each step, even from constants. */
const keptWords = 1 << 20

/** Up to so many elements a line joins any kernel over as many: what counts is how many kernels there are. */
const smallCount = 4096

/** The precision that a line is computed in. */
export const precisionOf = ({ inputs, output }: Line): Precision =>
  [...inputs, output].some(({ dtype }) => dtype === dataType.float64) ? "double" : "single"

const squeezed = (shape: readonly number[]): readonly number[] => shape.filter((size) => size !== 1)

/** The shape all of them broadcast to. */
export const jointShape = (shapes: readonly (readonly number[])[]): number[] => {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    return sizes.find((size) => size !== 1) ?? 1
  })
}

/** Instructions in the order they run, and which of them wrote what. */
const createPart = (items: Item[]) => {
  const written = new Map<Storage, number>()
  const makers = new Map<Storage, Kernel>()
  const lowestFor = (view: View, count: number, precision: Precision): number => {
    const at = written.get(view.storage)
    if (at === undefined) return 0
    const maker = makers.get(view.storage)
    const inRegister = maker?.count === count && maker.precision === precision && isWhole(view)
    return inRegister ? at : at + 1
  }
  const touched = new Map<Item, Set<Storage>>()
  /** Small lines join whatever they can; a long one only what reads or makes the same numbers, lest memory is read in too many places. */
  const isNear = (item: Item, { inputs }: Line, count: number): boolean =>
    count <= smallCount || inputs.some((view) => !isScalar(view) && touched.get(item)?.has(view.storage))
  const takes = (item: Item, { count, precision, shape }: Omit<Kernel, "kind">): boolean =>
    item.kind === "kernel" &&
    item.count === count &&
    item.precision === precision &&
    (shape === undefined || item.shape === undefined || sameShape(item.shape, shape))
  const kernelFor = (lowest: number, wanted: Omit<Kernel, "kind">, line: Line): number => {
    const found = items.findIndex(
      (item, at) => at >= lowest && takes(item, wanted) && isNear(item, line, wanted.count),
    )
    return found >= 0 ? found : items.push({ kind: "kernel", ...wanted }) - 1
  }
  const touch = (kernel: Kernel, { inputs, output }: Line): void => {
    const storages = touched.get(kernel) ?? new Set()
    for (const { storage } of [...inputs, output]) storages.add(storage)
    touched.set(kernel, storages)
  }
  return {
    add: (line: Line, over = false): void => {
      const count = sizeOf(line.output.shape)
      const flat = [...line.inputs, line.output].every((view) => isDense(view) || isScalar(view))
      const shape = flat ? undefined : squeezed(line.output.shape)
      const before = written.get(line.output.storage)
      const free = over && before !== undefined ? before + 1 : 0
      const precision = precisionOf(line)
      const lowest = Math.max(free, ...line.inputs.map((view) => lowestFor(view, count, precision)))
      const at = kernelFor(lowest, { precision, count, shape, lines: [] }, line)
      const kernel = items[at] as Kernel
      touch(kernel, line)
      kernel.shape ??= shape
      kernel.lines.push(line)
      written.set(line.output.storage, Math.max(at, before ?? 0))
      if (before !== undefined) makers.delete(line.output.storage)
      else if (isWhole(line.output)) makers.set(line.output.storage, kernel)
    },
    call: (call: Call): void => {
      const at = items.push(call) - 1
      for (const { storage } of call.output) written.set(storage, at)
    },
  }
}

/** An empty listing. */
export const createListing = (): Listing => {
  const once: Item[] = []
  const body: Item[] = []
  const parts = { once: createPart(once), body: createPart(body) }
  const fixed = new Set<Storage>()
  const ids = new Map<Storage, number>()
  const known = new Map<string, View>()
  const isFixed = ({ storage }: View): boolean =>
    storage.role === "constant" || storage.role === "data" || fixed.has(storage)
  const idOf = (storage: Storage): number => {
    const id = ids.get(storage) ?? ids.size
    ids.set(storage, id)
    return id
  }
  const keyOf = (view: View): string =>
    `${idOf(view.storage)}+${view.offset}:${view.shape}/${view.strides}:${view.dtype}`
  const partFor = (inputs: readonly View[], words: number) => {
    const kept = words <= keptWords && inputs.every(isFixed)
    return kept ? parts.once : parts.body
  }
  const temporary: Listing["temporary"] = (dtype, shape) =>
    whole(makeStorage(dtype, sizeOf(shape), "temporary"), dtype, shape)
  const line: Listing["line"] = (operation, given, dtype) => {
    const shape = jointShape(given.map((view) => view.shape))
    const inputs = given.map((view) => broadcastTo(view, shape))
    const same = unchanged(operation, inputs)
    if (same !== undefined) return same
    const key = `${operation} ${dtype} ${inputs.map(keyOf).join(" ")}`
    const written = known.get(key)
    if (written !== undefined) return written
    const output = temporary(dtype, shape)
    const part = partFor(inputs, output.storage.elements)
    if (part === parts.once) fixed.add(output.storage)
    part.add({ operation, inputs, output })
    known.set(key, output)
    return output
  }
  return {
    once,
    body,
    line,
    temporary,
    isFixed,
    dense: (view) => (isDense(view) ? view : line("move", [view], view.dtype)),
    store: (from, into, over) =>
      parts.body.add(
        { operation: "move", inputs: [broadcastTo(from, into.shape)], output: into },
        over === "over",
      ),
    call: (instruction, reads, output, words) => {
      const total = output.reduce((sum, view) => sum + view.storage.elements, 0)
      const part = partFor(reads, total)
      if (part === parts.once) for (const { storage } of output) fixed.add(storage)
      part.call({ kind: "call", instruction, reads, output, words })
    },
    constant: (dtype, shape, contents) => {
      const key = `constant ${dtype} ${shape} ${contents}`
      const same = contents.length <= 1024 ? known.get(key) : undefined
      if (same !== undefined) return same
      const view = whole(makeStorage(dtype, contents.length, "constant", contents), dtype, shape)
      known.set(key, view)
      return view
    },
  }
}

/** Element types, by short names. */
export const { float32, float64, int32, bool } = dataType
