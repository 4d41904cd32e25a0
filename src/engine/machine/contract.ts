/**
 * Two cheap lines in one, where nothing else reads the first one's result: passing a block from line to line costs more than its
 * arithmetic. A product that a sum reads is a fused multiply-add, which also rounds once less, as the compilers of other systems
 * have it. Next: `kernel.ts`; the machine's side is `native/pairs.h`.
 */
import type { Line } from "./items.js"
import { isWhole, type Storage, type View } from "./view.js"

const cheap: ReadonlySet<string> = new Set(["add", "subtract", "multiply", "divide"])
const commuting: ReadonlySet<string> = new Set(["add", "multiply"])

const capitalized = (word: string): string => word[0]!.toUpperCase() + word.slice(1)

/** The operation of `first` and then `second`; `at` is where the first one's result stands in the second. */
const pairOf = (first: string, second: string, at: number): string => {
  if (first === "multiply" && second === "add") return "multiplyAdd"
  const joins = at === 0 || commuting.has(second) ? "Then" : "Into"
  return `${first}${joins}${capitalized(second)}`
}

/** A line as a cheap operation of two operands, if it is one. */
const asCheap = (line: Line): Line | undefined => {
  if (cheap.has(line.operation)) return line
  return line.operation === "square"
    ? { ...line, operation: "multiply", inputs: [line.inputs[0]!, line.inputs[0]!] }
    : undefined
}

const countUses = (lines: readonly Line[]): Map<Storage, number> => {
  const uses = new Map<Storage, number>()
  for (const { storage } of lines.flatMap(({ inputs }) => inputs))
    uses.set(storage, (uses.get(storage) ?? 0) + 1)
  return uses
}

/** Joins lines of one kind into those that read them; `mayJoin` chooses by the two operations. */
const joinPairs = (
  lines: readonly Line[],
  isStored: (line: Line) => boolean,
  mayJoin: (first: string, second: string) => boolean,
): Line[] => {
  const uses = countUses(lines)
  const candidates = new Map<Storage, Line>()
  const joined = new Set<Storage>()
  const firstOf = (view: View, second: string): Line | undefined => {
    const first = isWhole(view) ? candidates.get(view.storage) : undefined
    return first !== undefined && mayJoin(first.operation, second) ? first : undefined
  }
  const written = lines.map((line): Line => {
    const at = cheap.has(line.operation)
      ? line.inputs.findIndex((view) => firstOf(view, line.operation) !== undefined)
      : -1
    if (at >= 0) {
      const { operation, inputs, output } = firstOf(line.inputs[at]!, line.operation)!
      joined.add(output.storage)
      return {
        ...line,
        operation: pairOf(operation, line.operation, at),
        inputs: [...inputs, line.inputs[1 - at]!],
      }
    }
    const alone = asCheap(line)
    const passedOn = isWhole(line.output) && !isStored(line) && uses.get(line.output.storage) === 1
    if (alone !== undefined && passedOn) candidates.set(line.output.storage, alone)
    return line
  })
  return written.filter(({ output }) => !joined.has(output.storage))
}

/** The lines in pairs; fused multiply-adds first. */
export const contract = (lines: readonly Line[], isStored: (line: Line) => boolean): Line[] => {
  const fused = joinPairs(lines, isStored, (first, second) => first === "multiply" && second === "add")
  return joinPairs(fused, isStored, () => true)
}
