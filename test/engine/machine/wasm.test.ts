/** The step machine in WebAssembly: that it is of the present sources, its memory, its errors. Its instructions: `native/`. */
import { describe, expect, it } from "vitest"
import type { Machine } from "../../../src/engine/machine/machine.js"
import { machineSourcesHash } from "../../../src/engine/machine/machine-wasm.js"
import { machineSourcesHash as fusedSourcesHash } from "../../../src/engine/machine/machine-wasm-fused.js"
import { createWasmMachine, loadedWasmMachine } from "../../../src/engine/machine/wasm.js"
import { loadScript } from "../native/installer.js"

const machine = await createWasmMachine()
const { hashOfSources } = await loadScript("wasm.mjs")

const nothing = new Int32Array(0)

/** The words of `out = a * b + a` over `count` elements; buffers out, a, b. */
const formula = ({ instructions, operations }: Machine, count: number): Int32Array => {
  const line = (name: string, ...registers: number[]) => [operations.indexOf(name), ...registers]
  const places = [1, 0, 1, 2, 0, 1, 2, 0, 0, 1]
  const lines = [...line("multiply", 2, 0, 1, 0), ...line("add", 2, 2, 0, 0)]
  const own = [1, count, 2, 1, 3, 2, ...places, ...lines]
  return Int32Array.of(instructions.indexOf("elementwise"), own.length, ...own)
}

describe("the module", () => {
  it("is made of the present sources (else: node scripts/native/wasm.mjs)", () => {
    expect([machineSourcesHash, fusedSourcesHash]).toEqual([hashOfSources(), hashOfSources()])
  })

  it("is made once", async () => {
    expect(await createWasmMachine()).toBe(machine)
    expect(loadedWasmMachine()).toBe(machine)
    expect([machine.variant, machine.threads]).toEqual(["wasm", 1])
    expect(machine.instructions[0]).toBe("elementwise")
    expect(machine.operations.slice(0, 3)).toEqual(["number", "move", "add"])
    expect(machine.doubleOperations).toContain("xlog1py")
  })
})

describe("a program", () => {
  it("reads data that lies elsewhere, as it was when it was loaded", () => {
    const [out, a, b] = [machine.allocate(3), Float32Array.of(1, 2, 3), Float32Array.of(10, 20, 30)]
    const program = machine.load(formula(machine, 3), [out, a, b])
    a.fill(0)
    machine.run(program, nothing, 0, 0, new Float32Array(0), 0, 0, 1)
    expect([...out]).toEqual([11, 42, 93])
  })

  it("is told words before each step, and tells words after it", () => {
    const [own, a] = [machine.allocate(8), machine.allocate(1)]
    a[0] = 1
    // a = told * a + told, in place
    const lines = ["multiply", "add"].map((name) => machine.operations.indexOf(name))
    const words = [
      1,
      1,
      2,
      2,
      3,
      2,
      0,
      2,
      0,
      1,
      0,
      0,
      2,
      1,
      0,
      0,
      2,
      0,
      5,
      0,
      lines[0]!,
      2,
      0,
      1,
      0,
      lines[1]!,
      2,
      2,
      0,
      0,
    ]
    const program = machine.load(
      Int32Array.of(machine.instructions.indexOf("elementwise"), words.length, ...words),
      [own, a],
    )
    const told = new Int32Array(Float32Array.of(2, 3, 5).buffer)
    const tells = new Float32Array(4)
    machine.run(program, told, 2, 1, tells, 5, 1, 3)
    expect([...tells]).toEqual([4, 15, 80, 0])
    expect(() => machine.run(program, told, 2, 1, tells, 5, 1, 4)).toThrow("too few words for so many steps")
  })

  it("cannot be used any more once it is released", () => {
    const out = machine.allocate(1)
    const program = machine.load(formula(machine, 1), [out, out, out])
    machine.release?.(program)
    machine.release?.(program)
    expect(() => machine.run(program, nothing, 0, 0, new Float32Array(0), 0, 0, 1)).toThrow(
      "has been released",
    )
  })

  it("is refused where its words are none, however often", () => {
    const cases: [RegExp, number[]][] = [
      [/no such instruction/, [1000, 0]],
      [/cut off/, [0, 5, 1]],
      [/in the middle of an instruction/, [machine.instructions.indexOf("product"), 2, 1, 1]],
      [
        /no reduction has the number 77/,
        [machine.instructions.indexOf("reduce"), 9, 77, 0, 1, 1, 1, 0, 0, 0, 0],
      ],
    ]
    for (let again = 0; again < 3000; again++)
      for (const [message, words] of cases)
        expect(() => machine.load(Int32Array.from(words), [machine.allocate(1)])).toThrow(message)
  })
})

describe("memory", () => {
  it("is zero, also where it was used before, and stays where it is", () => {
    const first = machine.allocate(1000).fill(7)
    const place = first.byteOffset
    machine.release?.(first)
    machine.release?.(first)
    const second = machine.allocate(1000)
    expect(second.byteOffset).toBe(place)
    expect(second.every((word) => word === 0)).toBe(true)
    const large = machine.allocate(2 ** 24)
    expect(second.length).toBe(1000)
    machine.release?.(second)
    machine.release?.(large)
  })

  it("comes back: more than there is, one after the other", () => {
    for (let i = 0; i < 40; i++) machine.release?.(machine.allocate(2 ** 24))
  })

  it("is refused where there is not so much", () => {
    expect(() => machine.allocate(2 ** 29)).toThrow(/out of memory: 536870912 more words/)
  })
})
