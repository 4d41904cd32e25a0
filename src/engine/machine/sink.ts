/**
 * Lines moved down to the kernel that first reads them, so that what they compute need not pass through memory in between. Lines
 * join kernels as early as they can while a listing is written, which is before anyone knows who reads them. Next: `assemble.ts`.
 */
import { sameShape } from "../compile/graph.js"
import { type Item, type Kernel, type Line, readsOf } from "./items.js"
import { isWhole, type Storage } from "./view.js"

const fits = (from: Kernel, to: Item | undefined): to is Kernel =>
  to?.kind === "kernel" &&
  to.count === from.count &&
  to.precision === from.precision &&
  (from.shape === undefined || to.shape === undefined || sameShape(from.shape, to.shape))

const readsWhole = (kernel: Kernel, storage: Storage): boolean =>
  kernel.lines.every(({ inputs }) => inputs.every((view) => view.storage !== storage || isWhole(view)))

/** Storages that lines write in several parts. */
const inParts = (items: readonly Item[]): Storage[] => {
  const seen = new Set<Storage>()
  const outputs = items
    .flatMap((item) => (item.kind === "kernel" ? item.lines : []))
    .map(({ output }) => output)
  return outputs.flatMap((output) => {
    const again = seen.has(output.storage) || !isWhole(output)
    seen.add(output.storage)
    return again ? [output.storage] : []
  })
}

/**
 * Moves lines down, those of the last kernel first. What is `wanted` after everything stays where it is, and so does what is written
 * in parts or read by its own kernel.
 */
export const sinkLines = (items: readonly Item[], wanted: Iterable<Storage>): void => {
  const staying = new Set([...wanted, ...inParts(items)])
  const firstRead = new Map<Storage, number>()
  const readAt = (storage: Storage, at: number): void => {
    firstRead.set(storage, Math.min(at, firstRead.get(storage) ?? at))
  }
  const targetOf = (kernel: Kernel, { output: { storage } }: Line): number | undefined => {
    const at = firstRead.get(storage)
    if (at === undefined || staying.has(storage) || storage.role !== "temporary") return undefined
    if (kernel.lines.some(({ inputs }) => inputs.some((view) => view.storage === storage))) return undefined
    const reader = items[at]
    return fits(kernel, reader) && readsWhole(reader, storage) ? at : undefined
  }
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at]!
    const lines = item.kind === "kernel" ? item.lines.toReversed() : []
    for (const line of lines) {
      const kernel = item as Kernel
      const target = targetOf(kernel, line)
      if (target === undefined) continue
      const reader = items[target] as Kernel
      kernel.lines.splice(kernel.lines.indexOf(line), 1)
      reader.lines.unshift(line)
      reader.shape ??= kernel.shape
      for (const { storage } of line.inputs) readAt(storage, target)
    }
    for (const { storage } of readsOf(item)) readAt(storage, at)
  }
}
