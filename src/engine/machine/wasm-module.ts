/**
 * The step machine's WebAssembly module, unpacked and at work. Its memory is reserved at once and never grows, so that arrays on it
 * stay valid; pages that nothing touches cost nothing. Next: `wasm.ts`; `native/wasm/wasm.cc`, the other side.
 */
import { EngineError } from "../error.js"

/** What the module exports; addresses are in bytes. */
interface Exports {
  readonly __stack_pointer: WebAssembly.Global
  _initialize(): void
  instructions(): number
  operations(): number
  doubleOperations(): number
  allocate(words: number): number
  release(address: number): void
  load(words: number, count: number, buffers: number, bufferCount: number): number
  unload(program: number): void
  run(program: number, told: number, toldAt: number, toldWords: number, ...rest: number[]): void
}

/** The module at work. */
export interface Module {
  readonly exports: Exports
  readonly memory: WebAssembly.Memory
  /** Calls into the module; a failure takes its stack back. */
  guarded<Result>(call: () => Result): Result
}

const gibibyte = 2 ** 30
const page = 2 ** 16
const leastBytes = 2 ** 26

/** An error of the machine. */
export const fail = (message: string): EngineError =>
  new EngineError("machine", `the step machine: ${message}`)

/** As much memory as the system reserves: a gibibyte, or half as often as that takes. */
const reserveMemory = (): WebAssembly.Memory => {
  for (let bytes = gibibyte; ; bytes /= 2)
    try {
      return new WebAssembly.Memory({ initial: bytes / page, maximum: bytes / page })
    } catch (error) {
      if (bytes <= leastBytes) throw error
    }
}

/** A function of one relaxed vector instruction: engines that take it have `a * b + c` in one. */
const probe = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0],
  ...[65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11],
]

const hasFusedOperations = (): boolean => WebAssembly.validate(Uint8Array.from(probe))

const inflate = async (base64: string): Promise<ArrayBuffer> => {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))
  return await new Response(stream).arrayBuffer()
}

/** Makes the module in memory of its own. Rejects where the system has not the memory, or WebAssembly lacks vectors. */
export const instantiate = async (): Promise<Module> => {
  const { machineModule } = hasFusedOperations()
    ? await import("./machine-wasm-fused.js")
    : await import("./machine-wasm.js")
  const memory = reserveMemory()
  const textAt = (address: number, length: number): string =>
    new TextDecoder().decode(new Uint8Array(memory.buffer, address, length))
  const imports = {
    env: { memory },
    machine: {
      fail: (address: number, length: number) => {
        throw fail(textAt(address, length))
      },
    },
  }
  const { instance } = await WebAssembly.instantiate(await inflate(machineModule), imports)
  const exports = instance.exports as unknown as Exports
  const guarded = <Result>(call: () => Result): Result => {
    const stack = exports.__stack_pointer.value as number
    try {
      return call()
    } catch (error) {
      exports.__stack_pointer.value = stack
      throw error
    }
  }
  exports._initialize()
  return { exports, memory, guarded }
}

/** The names that end with a zero each, and two after the last. */
export const namesAt = ({ memory }: Module, address: number): string[] => {
  const bytes = new Uint8Array(memory.buffer, address)
  const names: string[] = []
  for (let from = 0; bytes[from] !== 0; ) {
    const end = bytes.indexOf(0, from)
    names.push(new TextDecoder().decode(bytes.subarray(from, end)))
    from = end + 1
  }
  return names
}

/** Memory of so many words, all zero. Throws an `EngineError` where there is no more. */
export const allocateIn = ({ exports }: Module, words: number): number => {
  const address = exports.allocate(Math.max(1, words))
  if (address === 0) throw fail(`out of memory: ${words} more words than there is room for`)
  return address
}

/** Words of the module's memory. */
export const bitsAt = ({ memory }: Module, address: number, words: number): Int32Array =>
  new Int32Array(memory.buffer, address, words)
