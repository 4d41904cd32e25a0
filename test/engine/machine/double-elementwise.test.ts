/** How the elementwise instruction in double precision reads, stores, shares and refuses. Next: `double-operations.test.ts`. */
import { expect, it } from "vitest"
import { doublesOf, type Line, number, run, type Stored, type Task, wordsOf } from "./double-instruction.js"
import { asIntegers, onEveryMachine } from "./instruction.js"

type Words = Float32Array | Int32Array

onEveryMachine("elementwise in double precision", (machine) => {
  it("widens float32, keeps float64, converts int32, and rounds what it stores once", () => {
    const single = Float32Array.of(0.1, -2.5, 3e38)
    const whole = Int32Array.of(7, -2147483648, 16777217)
    const double = wordsOf([1 / 3, 1e-20, 2])
    const outputs = [machine.allocate(3), machine.allocate(6), machine.allocate(3)] as const
    const tensor = (words: Words, type: Stored) => ({ words, type, strides: [1] })
    run(machine, {
      dims: [3],
      inputs: [tensor(single, "float32"), tensor(double, "float64"), tensor(whole, "int32")],
      outputs: [
        { ...tensor(outputs[0], "float32"), register: 3 },
        { ...tensor(outputs[1], "float64"), register: 3 },
        { ...tensor(outputs[2], "int32"), register: 4 },
      ],
      registers: 5,
      lines: [
        ["multiply", 3, 0, 1],
        ["add", 3, 3, 2],
        ["divide", 4, 3, 1],
      ],
    })
    const sums = [0, 1, 2].map((i) => single[i]! * doublesOf(double)[i]! + whole[i]!)
    expect(doublesOf(outputs[1])).toEqual(sums)
    expect([...outputs[0]]).toEqual(sums.map(Math.fround))
    // 6e38 / 2 is no int32, nor is -2147483648e20
    expect([...asIntegers(outputs[2])]).toEqual([Math.trunc(sums[0]! * 3), -2147483648, -2147483648])
  })

  it("walks strides, broadcasts, and shares what is the same for all elements", () => {
    const [rows, columns] = [37, 29]
    const matrix = Float32Array.from({ length: rows * columns * 2 }, (_, i) => i + 1)
    const row = wordsOf(Array.from({ length: columns }, (_, i) => 0.5 + i))
    const scalar = wordsOf([3, 0.25])
    const output = machine.allocate(2 * rows * columns)
    run(machine, {
      dims: [rows, columns],
      inputs: [
        { words: matrix, type: "float32", strides: [2, 2 * rows] },
        { words: row, type: "float64", strides: [0, 1] },
        { words: scalar, type: "float64", strides: [0, 0], offset: 1 },
      ],
      outputs: [{ words: output, type: "float64", strides: [1, rows], register: 3 }],
      registers: 5,
      lines: [
        ["number", 4, ...number(Math.PI)],
        ["multiply", 4, 4, 2],
        ["multiply", 3, 0, 1],
        ["add", 3, 3, 4],
      ],
    })
    const expected = Array.from({ length: rows * columns }, (_, at) => {
      const [j, i] = [Math.floor(at / rows), at % rows]
      return matrix[2 * i + 2 * rows * j]! * (0.5 + j) + Math.PI * 0.25
    })
    expect(doublesOf(output)).toEqual(expected)
  })

  it("overwrites an input, in blocks that threads share", () => {
    const size = 30011
    const words = machine.allocate(size)
    for (let i = 0; i < size; i++) words[i] = 1 + i / 16
    const expected = [...words].map((x) => Math.fround(Math.fround(x) * Math.log(2)))
    run(machine, {
      dims: [size],
      inputs: [{ words, type: "float32", strides: [1] }],
      outputs: [{ words, type: "float32", strides: [1], register: 2 }],
      registers: 3,
      lines: [
        ["number", 1, ...number(2)],
        ["logarithm", 1, 1],
        ["exponential", 2, 0],
        ["logarithm", 2, 2],
        ["select", 2, 1, 0, 2],
        ["multiply", 2, 2, 1],
      ],
    })
    expect([...words]).toEqual(expected)
  })

  it("refuses operations and registers that are not there", () => {
    const words = wordsOf([1])
    const task = (line: Line): Task => ({
      dims: [1],
      inputs: [{ words, type: "float64", strides: [1] }],
      outputs: [],
      registers: 2,
      lines: [line],
    })
    expect(() => run(machine, task(["no such operation", 1, 0]))).toThrow(/operation that is not there/)
    expect(() => run(machine, task(["move", 2, 0]))).toThrow(/register that is not there/)
    expect(() => run(machine, task(["move", 0, 1]))).toThrow(/before anything is in it/)
  })
})
