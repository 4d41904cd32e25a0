/**
 * Products that only a sum needs, computed together with it. That also rounds once less, as the compilers of other systems do.
 * Next: `kernel.ts`.
 */
import type { Line } from "./listing.js"
import { isWhole, type Storage } from "./view.js"

/** The lines with `a * b + c` in one wherever nothing else reads the product. */
export const contract = (lines: readonly Line[], isStored: (line: Line) => boolean): Line[] => {
  const uses = new Map<Storage, number>()
  for (const { storage } of lines.flatMap(({ inputs }) => inputs))
    uses.set(storage, (uses.get(storage) ?? 0) + 1)
  const products = new Map(
    lines
      .filter((line) => line.operation === "multiply" && isWhole(line.output) && !isStored(line))
      .filter(({ output }) => uses.get(output.storage) === 1)
      .map((line) => [line.output.storage, line] as const),
  )
  const joined = lines.map((line): Line => {
    const at =
      line.operation === "add"
        ? line.inputs.findIndex((view) => isWhole(view) && products.has(view.storage))
        : -1
    if (at < 0) return line
    const { inputs } = products.get(line.inputs[at]!.storage)!
    return { operation: "multiplyAdd", inputs: [...inputs, line.inputs[1 - at]!], output: line.output }
  })
  const read = new Set(joined.flatMap(({ inputs }) => inputs.map(({ storage }) => storage)))
  return joined.filter((line) => !products.has(line.output.storage) || read.has(line.output.storage))
}
