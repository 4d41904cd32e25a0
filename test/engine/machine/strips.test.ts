/**
 * Lines that hand values on in registers against the same lines one after the other: a block of few elements is done so, and must
 * give the same bits. Every operation with every choice of operands held; then random lists of lines.
 */
import { expect, it } from "vitest"
import type { Machine } from "../../../src/engine/machine/machine.js"
import { firstDifference, onEveryMachine, someNumbers } from "./instruction.js"

/** Operation, register it writes, registers it reads. */
type Line = readonly [operation: string, to: number, ...from: number[]]

/** What a line reads: numbers, and how far the next row and the next column are. */
interface Input {
  readonly numbers: Float32Array
  readonly strides: readonly [row: number, column: number]
}

/** Lines over some rows. An output may lie where an input of as many numbers does. */
interface Lines {
  readonly inputs: readonly Input[]
  readonly lines: readonly Line[]
  readonly outputs: readonly { readonly register: number; readonly over?: number }[]
}

const [rows, columns] = [3, 2503]

/** The outputs, done so many columns at a time. */
const run = (machine: Machine, { inputs, lines, outputs }: Lines, piece: number): Float32Array[] => {
  const memory = inputs.map(({ numbers }) => {
    const own = machine.allocate(numbers.length)
    own.set(numbers)
    return own
  })
  const stored = outputs.map(({ over }) => memory[over ?? -1] ?? machine.allocate(rows * columns))
  const registers = Math.max(...lines.flatMap(([, ...numbers]) => numbers)) + 1
  const words: number[] = []
  for (let start = 0; start < columns; start += piece) {
    const own = [
      ...[2, rows, Math.min(piece, columns - start), inputs.length, outputs.length],
      ...[registers, lines.length],
      ...inputs.flatMap(({ strides }, i) => [i, start * strides[1], ...strides]),
      ...outputs.flatMap(({ register, over }, i) => [
        ...[register, over ?? inputs.length + i, start],
        ...[columns, 1],
      ]),
      ...lines.flatMap(([name, to, a = 0, b = 0, c = 0]) => [machine.operations.indexOf(name), to, a, b, c]),
    ]
    words.push(machine.instructions.indexOf("elementwise"), own.length, ...own)
  }
  const program = machine.load(Int32Array.from(words), [...memory, ...stored])
  machine.run(program, new Int32Array(0), 0, 0, new Float32Array(0), 0, 0, 1)
  return stored.map((output) => output.slice())
}

const [whole, few] = [columns, 48]

const expectSame = (machine: Machine, lines: Lines): void => {
  const [together, alone] = [run(machine, lines, whole), run(machine, lines, few)]
  for (const [i, output] of together.entries())
    expect(firstDifference(output, alone[i]!), JSON.stringify([lines.lines, lines.outputs])).toBe(-1)
}

const edges = [0, -0, 1, -1, 1e-30, 3e38, -88, Number.POSITIVE_INFINITY, Number.NaN]

/** So many numbers with edges among them. */
const numbersOf = (count: number, seed: number): Float32Array =>
  someNumbers(count, seed).map((x, i) => (i % 11 === 0 ? edges[(i * seed) % edges.length]! : 8 * x))

/** Three of every number; one row for all; a number a row, one number, as a long block and a rest that is no strip read them. */
const inputs: readonly Input[] = [
  ...[3, 5, 7].map((seed): Input => ({ numbers: numbersOf(rows * columns, seed), strides: [columns, 1] })),
  { numbers: numbersOf(columns, 2), strides: [0, 1] },
  { numbers: Float32Array.of(0.5, -3, 7), strides: [1, 0] },
  { numbers: Float32Array.of(-2), strides: [0, 0] },
]

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
  const [given, made] = [inputs.length, 1 + below(4)]
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
    inputs,
    lines,
    outputs: new Set(places).size === places.length ? outputs : outputs.map(({ register }) => ({ register })),
  }
}

/** Which of three operands are what the line before made. */
const choices = [1, 2, 3, 4, 5, 6, 7]

onEveryMachine("lines in strips", (machine) => {
  const names = machine.operations.filter((name) => name !== "number")

  it.each(choices)("gives every operation's own result where operands %# are held", (choice) => {
    const from = [0, 1, 2].map((operand) => ((choice >> operand) & 1 ? 6 : operand))
    for (const name of names) {
      const lines: Line[] = [
        ["negate", 6, 0],
        [name, 7, ...from],
      ]
      expectSame(machine, { inputs, lines, outputs: [{ register: 7 }] })
      expectSame(machine, { inputs, lines, outputs: [{ register: 7, over: 1 }, { register: 6 }] })
    }
  })

  it("gives the same for random lines", () => {
    for (let seed = 1; seed <= 200; seed++) expectSame(machine, randomLines(seed))
  })
})
