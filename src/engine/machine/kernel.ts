/**
 * A kernel's lines as words for the machine: which views it loads, which results it stores, and in which register each number of
 * a block lies meanwhile. Registers are few so that a block stays in the nearest cache. Next: `assemble.ts`.
 */
import { EngineError } from "../error.js"
import { contract } from "./contract.js"
import type { Kernel, Line, PlaceOf, Precision } from "./items.js"
import { float32, float64, isWhole, reshape, type Storage, type View } from "./view.js"

/** What the encoding of a kernel needs to know. */
export interface Encoding {
  readonly operations: Readonly<Record<Precision, ReadonlyMap<string, number>>>
  readonly place: PlaceOf
  /** Whether a line's result is wanted in memory. */
  readonly isStored: (line: Line) => boolean
}

const sameView = (a: View, b: View): boolean =>
  a.storage === b.storage &&
  a.offset === b.offset &&
  a.shape.length === b.shape.length &&
  a.shape.every((size, i) => size === b.shape[i] && (size === 1 || a.strides[i] === b.strides[i]))

/** Lines with a use: stored, or read by one that has a use. */
export const usefulLines = ({ lines }: Kernel, isStored: Encoding["isStored"]): Line[] => {
  const wanted = new Set<Storage>()
  return lines
    .toReversed()
    .filter((line) => {
      if (!isStored(line) && !wanted.has(line.output.storage)) return false
      for (const { storage } of line.inputs) wanted.add(storage)
      return true
    })
    .toReversed()
}

/** Axes of all views joined where every one of them lies as one there. */
const joinTogether = (shape: readonly number[], views: readonly View[]) => {
  const sizes: number[] = []
  const strides: number[][] = views.map(() => [])
  for (const [axis, size] of shape.entries()) {
    const steps = views.map((view) => view.strides[axis]!)
    const joins = sizes.length > 0 && steps.every((step, i) => strides[i]!.at(-1) === step * size)
    if (joins) sizes[sizes.length - 1]! *= size
    else sizes.push(size)
    for (const [i, step] of steps.entries()) {
      if (joins) strides[i]![strides[i]!.length - 1] = step
      else strides[i]!.push(step)
    }
  }
  return sizes.length === 0 ? { sizes: [1], strides: views.map(() => [0]) } : { sizes, strides }
}

/** A value of a block: loaded, or made by a line. */
interface Value {
  register: number
  lastUse: number
}

interface Loaded {
  readonly view: View
  readonly value: Value
}

/** A line with its values in the place of views. */
interface Step {
  readonly line: Line
  readonly inputs: readonly Value[]
  readonly value: Value
}

/** Values are kept for as long as they are stored or read. */
const findValues = (lines: readonly Line[], shape: readonly number[], isStored: Encoding["isStored"]) => {
  const made = new Map<Storage, Value>()
  const loads: Loaded[] = []
  const load = (view: View): Value => {
    const fitted = reshape(view, shape)!
    const known = loads.find((other) => sameView(other.view, fitted))
    if (known !== undefined) return known.value
    const value = { register: loads.length, lastUse: 0 }
    loads.push({ view: fitted, value })
    return value
  }
  const steps = lines.map((line, at): Step => {
    const inputs = line.inputs.map(
      (view) => (isWhole(view) ? made.get(view.storage) : undefined) ?? load(view),
    )
    for (const input of inputs) input.lastUse = Math.max(input.lastUse, at)
    const value: Value = { register: -1, lastUse: isStored(line) ? Number.POSITIVE_INFINITY : at }
    // only a whole storage can be read back from the register of its maker
    if (isWhole(line.output)) made.set(line.output.storage, value)
    return { line, inputs, value }
  })
  return { loads, steps }
}

/** Gives each line's result a register that nothing needs any longer; loads keep theirs. Gives how many there are. */
const assignRegisters = (steps: readonly Step[], loads: number): number => {
  const free: number[] = []
  let count = loads
  for (const [at, { inputs, value }] of steps.entries()) {
    const ending = new Set(inputs.filter(({ register, lastUse }) => lastUse === at && register >= loads))
    for (const { register } of ending) free.push(register)
    value.register = free.pop() ?? count++
    if (value.lastUse === at) free.push(value.register)
  }
  return count
}

/** How elements lie in memory, for a kernel in double precision: float32, float64, or whole numbers. */
const memoryType = ({ dtype }: View): number => (dtype === float32 ? 0 : dtype === float64 ? 1 : 2)

const codeOf = (operations: ReadonlyMap<string, number>, operation: string): number => {
  const code = operations.get(operation)
  if (code === undefined)
    throw new EngineError(
      "machine",
      `'${operation}' is not an operation of the step machine in this precision`,
    )
  return code
}

const stepWords = ({ line, inputs, value }: Step, operations: ReadonlyMap<string, number>): number[] => {
  const [a = 0, b = 0, c = 0] = inputs.map(({ register }) => register)
  return [codeOf(operations, line.operation), value.register, a, b, c]
}

/** The kernel's words, or none where nothing it computes is wanted. */
export const encodeKernel = (kernel: Kernel, { operations, place, isStored }: Encoding): number[] => {
  const useful = usefulLines(kernel, isStored)
  const isSingle = kernel.precision === "single"
  const lines = isSingle ? contract(useful, isStored) : useful
  if (lines.length === 0 || kernel.count === 0) return []
  const shape = kernel.shape ?? [kernel.count]
  const { loads, steps } = findValues(lines, shape, isStored)
  const registers = assignRegisters(steps, loads.length)
  const stores = steps.flatMap(({ line, value }) =>
    isStored(line) ? [{ view: reshape(line.output, shape)!, value }] : [],
  )
  const all = [...loads, ...stores].map(({ view }) => view)
  const { sizes, strides } = joinTogether(shape, all)
  const viewWords = (i: number): number[] => {
    const view = all[i]!
    return [...place(view), ...(isSingle ? [] : [memoryType(view)]), ...strides[i]!]
  }
  const head = [sizes.length, ...sizes, loads.length, stores.length, registers, steps.length]
  return [
    ...head,
    ...loads.flatMap((_, i) => viewWords(i)),
    ...stores.flatMap(({ value }, i) => [value.register, ...viewWords(loads.length + i)]),
    ...steps.flatMap((step) => stepWords(step, operations[kernel.precision])),
  ]
}
