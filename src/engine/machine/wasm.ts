/**
 * The step machine in WebAssembly, in Node and in browsers alike: the same instructions as the addon's, in one thread. Data that does
 * not lie in its memory is copied there once, for as long as programs use it. Left out: functions of tensors (`define`).
 * Next: `machine.ts`, the interface; `wasm-module.ts`; `scripts/native/wasm.mjs`, which builds the module.
 */
import type { Machine, Program } from "./machine.js"
import { allocateIn, bitsAt, fail, instantiate, type Module, namesAt } from "./wasm-module.js"
import { createBlocks, createPrograms } from "./wasm-programs.js"

/** Memory for what is passed in a call, which grows with it. */
const createDesk = (module: Module) => {
  let [address, size] = [0, 0]
  return (words: number): number => {
    if (words <= size) return address
    if (address !== 0) module.exports.release(address)
    ;[address, size] = [0, 0]
    address = allocateIn(module, words)
    size = words
    return address
  }
}

type Run = Machine["run"]

const createRun = (module: Module, addressOf: (program: Program) => number): Run => {
  const { exports, memory } = module
  const [toldAddress, tellsAddress] = [createDesk(module), createDesk(module)]
  return (program, told, toldAt, toldWords, tells, tellsAt, tellsWords, steps) => {
    const [toldCount, tellsCount] = [steps * toldWords, steps * tellsWords]
    if (toldCount > told.length || tellsCount > tells.length) throw fail("too few words for so many steps")
    const [address, from, to] = [addressOf(program), toldAddress(toldCount), tellsAddress(tellsCount)]
    bitsAt(module, from, toldCount).set(told.subarray(0, toldCount))
    module.guarded(() => exports.run(address, from, toldAt, toldWords, to, tellsAt, tellsWords, steps))
    tells.set(new Float32Array(memory.buffer, to, tellsCount))
  }
}

const createMachine = (module: Module): Machine => {
  const { exports } = module
  const { load, unload, addressOf } = createPrograms(module)
  const blocks = createBlocks(module)
  return {
    variant: "wasm",
    threads: 1,
    instructions: namesAt(module, exports.instructions()),
    operations: namesAt(module, exports.operations()),
    doubleOperations: namesAt(module, exports.doubleOperations()),
    allocate: blocks.allocate,
    load,
    run: createRun(module, addressOf),
    release: (held) => (held instanceof Float32Array ? blocks.release(held) : unload(held)),
  }
}

let loading: Promise<Machine> | undefined
let machine: Machine | undefined

const create = async (): Promise<Machine> => {
  machine = createMachine(await instantiate())
  return machine
}

/**
 * The step machine in WebAssembly, made at the first call. Rejects where WebAssembly lacks vectors or memory; a later call then tries again.
 *
 * @example const machine = await createWasmMachine()
 */
export const createWasmMachine = async (): Promise<Machine> => {
  loading ??= create()
  try {
    return await loading
  } catch (error) {
    loading = undefined
    throw error
  }
}

/** The machine that `createWasmMachine` has made, or undefined. */
export const loadedWasmMachine = (): Machine | undefined => machine
