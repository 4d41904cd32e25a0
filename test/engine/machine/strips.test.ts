/**
 * Lines that hand values on in registers against the same lines one after the other: a block of few elements is done so, and must
 * give the same bits. Every operation with every choice of operands held; then random lists of lines.
 */
import { expect, it } from "vitest"
import type { Machine } from "../../../src/engine/machine/machine.js"
import { bitsOf, firstDifference, onEveryMachine, someNumbers } from "./instruction.js"

/** Operation, register it writes, registers it reads. */
type Line = readonly [operation: string, to: number, ...from: number[]]

/** Lines over elements that lie one after the other. `shared`: inputs of one number each. An output may be an input's memory. */
interface Lines {
  readonly inputs: readonly Float32Array[]
  readonly shared: readonly number[]
  readonly lines: readonly Line[]
  readonly outputs: readonly { readonly register: number; readonly over?: number }[]
}

/** The outputs, done in pieces of so many elements. */
const run = (machine: Machine, { inputs, shared, lines, outputs }: Lines, piece: number): Float32Array[] => {
  const length = inputs[0]!.length
  const memory = inputs.map((input) => {
    const own = machine.allocate(length)
    own.set(input)
    return own
  })
  const stored = outputs.map(({ over }) => (over === undefined ? machine.allocate(length) : memory[over]!))
  const buffers = [...memory, Float32Array.from(shared), ...stored]
  const registers = Math.max(...lines.flatMap(([, ...numbers]) => numbers)) + 1
  const words: number[] = []
  for (let start = 0; start < length; start += piece) {
    const own = [
      ...[1, Math.min(piece, length - start), inputs.length + shared.length, outputs.length],
      ...[registers, lines.length],
      ...inputs.flatMap((_, i) => [i, start, 1]),
      ...shared.flatMap((_, i) => [inputs.length, i, 0]),
      ...outputs.flatMap(({ register, over }, i) => [register, over ?? inputs.length + 1 + i, start, 1]),
      ...lines.flatMap(([name, to, a = 0, b = 0, c = 0]) => [machine.operations.indexOf(name), to, a, b, c]),
    ]
    words.push(machine.instructions.indexOf("elementwise"), own.length, ...own)
  }
  const program = machine.load(Int32Array.from(words), buffers)
  machine.run(program, new Int32Array(0), 0, 0, new Float32Array(0), 0, 0, 1)
  return stored.map((output) => output.slice())
}

const [whole, few] = [4096, 48]

const expectSame = (machine: Machine, lines: Lines): void => {
  const [together, alone] = [run(machine, lines, whole), run(machine, lines, few)]
  for (const [i, output] of together.entries())
    expect(firstDifference(output, alone[i]!), JSON.stringify([lines.lines, lines.outputs])).toBe(-1)
}

const edges = [0, -0, 1, -1, 1e-30, 3e38, -88, Number.POSITIVE_INFINITY, Number.NaN]

/** Numbers with edges among them; seven more than whole vectors. */
const column = (seed: number): Float32Array =>
  someNumbers(679, seed).map((x, i) => (i % 11 === 0 ? edges[(i * seed) % edges.length]! : 8 * x))

const columns = [column(3), column(5), column(7)]

/** A number below `count` at each call. */
const chance = (seed: number) => {
  let at = 0
  const numbers = someNumbers(4096, seed)
  return (count: number): number => Math.floor((numbers[at++]! + 0.5) * count)
}

const operands: Readonly<Record<string, number>> = {
  ...{ add: 2, subtract: 2, multiply: 2, divide: 2, maximum: 2, square: 1, negate: 1, squareRoot: 1 },
  ...{ logarithm: 1, exponential: 1, sigmoid: 1, softplus: 1, normalQuantile: 1, multiplyAdd: 3, select: 3 },
  ...{ less: 2, isNan: 1, subtractThenDivide: 3, addIntoSubtract: 3, multiplyThenMultiply: 3, modulo: 2 },
}

/** Some lines that each read what is there by then; results that nothing reads are among them. */
const randomLines = (seed: number): Lines => {
  const below = chance(seed)
  const [inputs, shared, made] = [3, 2, 1 + below(4)]
  const given = inputs + shared
  const ready = Array.from({ length: given }, (_, i) => i)
  const written = new Set<number>()
  const lines = Array.from({ length: 2 + below(7) }, (): Line => {
    const [name, count] = Object.entries(operands)[below(Object.keys(operands).length)]!
    const latest = [...written].at(-1) ?? 0
    const from = Array.from({ length: count }, () => (below(2) === 0 ? latest : ready[below(ready.length)]!))
    const to = given + below(made)
    if (!ready.includes(to)) ready.push(to)
    written.delete(to)
    written.add(to)
    return [name, to, ...from]
  })
  const outputs = [...written].slice(-1 - below(2)).map((register, i) => {
    const over = below(3)
    // An output that lies where an input does, each where another one does.
    return below(2) === 0 ? { register } : { register, over: (over + i) % 3 }
  })
  const places = outputs.flatMap(({ over }) => over ?? [])
  return {
    inputs: columns,
    shared: [0.5, -2],
    lines,
    outputs: new Set(places).size === places.length ? outputs : outputs.map(({ register }) => ({ register })),
  }
}

/** Which of three operands are what the line before made. */
const choices = [1, 2, 3, 4, 5, 6, 7]

onEveryMachine("lines in strips", (machine) => {
  const names = machine.operations.filter((name) => name !== "number")

  it.each(choices)("gives every operation's own result where operands %# are held", (choice) => {
    const from = [0, 1, 2].map((operand) => ((choice >> operand) & 1 ? 4 : operand))
    for (const name of names) {
      const lines: Line[] = [
        ["negate", 4, 0],
        [name, 5, ...from],
      ]
      const common = { inputs: columns, shared: [bitsOf(2)], lines }
      expectSame(machine, { ...common, outputs: [{ register: 5 }] })
      expectSame(machine, { ...common, outputs: [{ register: 5, over: 1 }, { register: 4 }] })
    }
  })

  it("gives the same for random lines", () => {
    for (let seed = 1; seed <= 400; seed++) expectSame(machine, randomLines(seed))
  })
})
