/** Programs and memory in the step machine's WebAssembly module, by handles that JavaScript collects. Next: `wasm.ts`. */
import { bitsOf } from "./contents.js"
import type { Program, Words } from "./machine.js"
import { allocateIn, bitsAt, fail, type Module } from "./wasm-module.js"

/** Arrays that lie elsewhere, as copies in the module's memory for as long as programs use them. */
const createCopies = (module: Module) => {
  const copies = new Map<Words, { address: number; users: number }>()
  return {
    take: (words: Words): number => {
      const copy = copies.get(words) ?? { address: allocateIn(module, words.length), users: 0 }
      if (copy.users === 0) bitsAt(module, copy.address, words.length).set(bitsOf(words))
      copies.set(words, copy)
      copy.users++
      return copy.address
    },
    giveBack: (words: Words): void => {
      const copy = copies.get(words)!
      copy.users--
      if (copy.users > 0) return
      copies.delete(words)
      module.exports.release(copy.address)
    },
  }
}

/** What a program's handle stands for. */
interface Loaded {
  readonly address: number
  readonly copied: readonly Words[]
}

/** Programs in the module: loaded, and unloaded when they are released or nothing holds them any more. */
export const createPrograms = (module: Module) => {
  const { exports, memory } = module
  const copies = createCopies(module)
  const known = new WeakMap<Program, Loaded>()
  const give = ({ address, copied }: Loaded): void => {
    exports.unload(address)
    copied.forEach(copies.giveBack)
  }
  const forgotten = new FinalizationRegistry<Loaded>(give)
  const decode = (words: Int32Array, addresses: readonly number[]): number => {
    const passed = allocateIn(module, words.length + addresses.length)
    try {
      const buffers = passed + 4 * words.length
      bitsAt(module, passed, words.length).set(words)
      bitsAt(module, buffers, addresses.length).set(addresses)
      return module.guarded(() => exports.load(passed, words.length, buffers, addresses.length))
    } finally {
      exports.release(passed)
    }
  }
  const load = (words: Int32Array, buffers: readonly Words[]): Program => {
    const copied: Words[] = []
    const addressOf = (buffer: Words): number => {
      if (buffer.buffer === memory.buffer) return buffer.byteOffset
      const address = copies.take(buffer)
      copied.push(buffer)
      return address
    }
    try {
      const loaded: Loaded = { address: decode(words, buffers.map(addressOf)), copied }
      const program = {} as Program
      known.set(program, loaded)
      forgotten.register(program, loaded, program)
      return program
    } catch (error) {
      copied.forEach(copies.giveBack)
      throw error
    }
  }
  const unload = (program: Program): void => {
    const loaded = known.get(program)
    if (loaded === undefined) return
    known.delete(program)
    forgotten.unregister(program)
    give(loaded)
  }
  const addressOf = (program: Program): number => {
    const loaded = known.get(program)
    if (loaded === undefined) throw fail("the program has been released, or is another machine's")
    return loaded.address
  }
  return { load, unload, addressOf }
}

/** Blocks of the module's memory as arrays, freed when they are released or nothing holds them any more. */
export const createBlocks = (module: Module) => {
  const { exports, memory } = module
  const known = new WeakSet<Float32Array>()
  const forgotten = new FinalizationRegistry<number>((address) => exports.release(address))
  const allocate = (words: number): Float32Array => {
    const address = allocateIn(module, words)
    const block = new Float32Array(memory.buffer, address, words)
    known.add(block)
    forgotten.register(block, address, block)
    return block
  }
  const release = (block: Float32Array): void => {
    if (!known.delete(block)) return
    forgotten.unregister(block)
    exports.release(block.byteOffset)
  }
  return { allocate, release }
}
