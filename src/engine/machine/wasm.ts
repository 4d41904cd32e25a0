/** The step machine as a WebAssembly module, in Node and in browsers alike. Next: `machine.ts`, `native/wasm/wasm.cc`. */
import type { Machine } from "./machine.js"

let loaded: Promise<Machine> | undefined
let machine: Machine | undefined

const create = (): Promise<Machine> => Promise.reject(new Error("not built yet"))

/** The machine, made at the first call. */
export const createWasmMachine = async (): Promise<Machine> => {
  loaded ??= create()
  machine = await loaded
  return machine
}

/** The machine where `createWasmMachine` has made it. */
export const loadedWasmMachine = (): Machine | undefined => machine
