/**
 * A small WebAssembly assembler: expressions are byte sequences put together by functions, so that a kernel can be
 * written out for one number of columns with every loop over columns gone. Two doubles (`v128`) go through each
 * instruction. Left out: everything that `mixture-kernel.ts` does not need. Source: WebAssembly core specification 2.0,
 * sections 5.4 (instructions) and 5.5 (modules).
 */

/** Instructions in their binary form; an expression leaves one value on the stack. */
export type Code = readonly number[]

/** Unsigned LEB128. */
const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]

/** Signed LEB128. */
const signed = (value: number): number[] => {
  const low = value & 127
  const rest = value >> 7
  const done = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
  return done ? [low] : [low | 128, ...signed(rest)]
}

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)]
const binary =
  (operation: Code) =>
  (left: Code, right: Code): Code => [...left, ...right, ...operation]

/** The value of a local. */
export const get = (local: number): Code => [0x20, ...unsigned(local)]
/** Puts a value into a local. */
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
/** A 32-bit integer constant. */
export const integer = (value: number): Code => [0x41, ...signed(value)]
/** The sum of two 32-bit integers: addresses. */
export const addIntegers = binary([0x6a])
/** Moves an address held in a local on by some bytes. */
export const advance = (local: number, bytes: number): Code =>
  set(local, addIntegers(get(local), integer(bytes)))

/** Two neighbouring doubles at an address held in a local. */
export const load = (address: number, offset = 0): Code => [
  ...get(address),
  ...simd(0),
  4,
  ...unsigned(offset),
]
/** One double at an address, in both lanes. */
export const spread = (address: number, offset = 0): Code => [
  ...get(address),
  ...simd(10),
  3,
  ...unsigned(offset),
]
/** Stores both lanes. */
export const store = (address: number, offset: number, value: Code): Code => [
  ...get(address),
  ...value,
  ...simd(11),
  4,
  ...unsigned(offset),
]
/** Both lanes zero. */
export const zero: Code = [...simd(12), ...new Array<number>(16).fill(0)]

export const add = binary(simd(0xf0))
export const subtract = binary(simd(0xf1))
export const multiply = binary(simd(0xf2))
export const divide = binary(simd(0xf3))
/** The larger in each lane (the second where either is NaN). */
export const larger = binary(simd(0xf7))
/** All bits one in a lane where left >= right, else zero. */
export const atLeast = binary(simd(0x4c))
export const bitAnd = binary(simd(0x4e))
/** Lanes as 64-bit integers: their sum. */
export const addLanes = binary(simd(0xce))
/** Lanes as 64-bit integers, moved left by some bits. */
export const shiftLanes = (value: Code, bits: number): Code => [...value, ...integer(bits), ...simd(0xcb)]

/** Adds the two lanes of a value to the double at an address. */
export const accumulate = (address: number, offset: number, local: number): Code => [
  ...get(address),
  ...[...get(address), 0x2b, 3, ...unsigned(offset)],
  ...[...get(local), ...simd(0x21), 0, ...get(local), ...simd(0x21), 1, 0xa0],
  ...[0xa0, 0x39, 3, ...unsigned(offset)],
]

/** Runs the body, then again while the integer in one local differs from that in another. */
export const repeatUntilEqual = (local: number, end: number, ...body: Code[]): Code => [
  ...[0x03, 0x40, ...body.flat()],
  ...[...get(local), ...get(end), 0x47, 0x0d, 0, 0x0b],
]

/** A function whose arguments are all addresses (i32), with further locals of each kind behind them. */
export interface AssembledFunction {
  readonly name: string
  readonly addresses: number
  readonly moreAddresses: number
  readonly vectors: number
  readonly body: Code
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content]
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const text = (name: string): Code => [...unsigned(name.length), ...new TextEncoder().encode(name)]

const functionBody = ({ moreAddresses, vectors, body }: AssembledFunction): Code => {
  const locals = vector([
    [...unsigned(moreAddresses), 0x7f],
    [...unsigned(vectors), 0x7b],
  ])
  const size = locals.length + body.length + 1
  return [...unsigned(size), ...locals, ...body, 0x0b]
}

/** The bytes of a module that exports the functions and works in the memory imported as `rows.memory`. */
export const assemble = (functions: readonly AssembledFunction[]): Uint8Array<ArrayBuffer> => {
  const types = functions.map(({ addresses }) => [0x60, ...vector(new Array(addresses).fill([0x7f])), 0])
  const exported = functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text("rows"), ...text("memory"), 2, 0, 0]])),
    ...section(3, vector(functions.map((_, at) => unsigned(at)))),
    ...section(7, vector(exported)),
    ...section(10, vector(functions.map(functionBody))),
  ])
}

/** Memory for kernels; an ordinary buffer where there is no WebAssembly. */
export type KernelMemory = { readonly buffer: ArrayBuffer }

const pageBytes = 65_536

/** Memory of at least so many bytes, all zero. */
export const memoryOf = (bytes: number): KernelMemory =>
  typeof WebAssembly === "undefined"
    ? { buffer: new ArrayBuffer(8 * Math.ceil(bytes / 8)) }
    : (new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) }) as KernelMemory)

/** The functions of assembled code over a memory, or undefined where they cannot be had. */
export const instantiate = <Functions extends object>(
  code: Uint8Array<ArrayBuffer>,
  memory: KernelMemory,
): Functions | undefined => {
  try {
    const module = new WebAssembly.Module(code)
    return new WebAssembly.Instance(module, { rows: { memory: memory as WebAssembly.Memory } })
      .exports as Functions
  } catch {
    return undefined // no WebAssembly, no SIMD, or a page whose policy forbids compiling: plain loops do it
  }
}
