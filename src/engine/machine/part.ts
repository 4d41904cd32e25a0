/**
 * Where a line or a call goes in a list of instructions. Elementwise lines over as many elements join into one kernel as early as
 * what they read allows, so that a pass over memory does many of them. Next: `listing.ts`.
 */
import { sameShape } from "../compile/graph.js"
import { sizeOf } from "../tensor.js"
import { type Call, type Item, type Kernel, type Line, type Precision, precisionOf } from "./items.js"
import { isDense, isScalar, isWhole, type Storage, type View } from "./view.js"

/** Up to so many elements a line joins any kernel over as many: what counts is how many kernels there are. */
const smallCount = 4096

const squeezed = (shape: readonly number[]): readonly number[] => shape.filter((size) => size !== 1)

/** Writes to a list. */
export interface Part {
  /** Adds a line; `over` what its output held before. */
  add(line: Line, over?: boolean): void
  call(call: Call): void
}

/** Instructions in the order they run, and which of them wrote what. */
export const createPart = (items: Item[]): Part => {
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
